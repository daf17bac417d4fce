/**
 * `npm run soak`: the long run of tools/bench/soak.ts in a process of its own, judged and drawn: docs/soak.json, docs/soak.svg.
 * Options: --evaluations N (20000), --loads N (200), --out FOLDER (docs). Ends with 1 when memory grows or a handle stays open.
 */
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { judgeSoak, soakDrawing } from './lib/soak-verdict.mjs';
import { root } from './lib/targets.mjs';

const option = (name, otherwise) => {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? otherwise : process.argv[at + 1];
};
const [evaluations, loads, out] = [option('evaluations', '20000'), option('loads', '200'), option('out', join(root, 'docs'))];

const child = spawn(process.execPath, [join(root, 'tools', 'bench.mjs'), '--soak', evaluations, loads], { stdio: ['ignore', 'pipe', 'inherit'] });
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => child.kill(signal));
const samples = [];
for await (const line of createInterface({ input: child.stdout })) {
  const sample = JSON.parse(line);
  samples.push(sample);
  if (samples.length % 30 === 0) console.error(`${sample.seconds.toFixed(0)} s ${sample.stage} ${sample.done}, ${(sample.rss / 1e6).toFixed(0)} MB, ${sample.handles} handles`);
}
if (samples.at(-1)?.stage !== 'end') {
  console.error('the long run did not end as it should');
  process.exit(1);
}
const verdict = judgeSoak(samples);
// One sample in ten seconds is enough to draw; the verdict is from all of them.
const kept = samples.filter((_, index) => index % 10 === 0 || index === samples.length - 1).map(({ seconds, stage, done, rss, handles }) => ({ seconds: Math.round(seconds), stage, done, megabytes: Math.round(rss / 1e6), handles }));
writeFileSync(join(out, 'soak.json'), `${JSON.stringify({ evaluations: Number(evaluations), loads: Number(loads), node: process.version, verdict, samples: kept }, null, 1)}\n`);
writeFileSync(join(out, 'soak.svg'), soakDrawing(samples));
console.log(JSON.stringify(verdict, null, 1));
process.exitCode = verdict.flat && verdict.noLeak ? 0 : 1;
