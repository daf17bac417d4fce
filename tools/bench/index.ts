/** `npm run bench`: speed and memory, measured side by side in one run on models built on the spot. docs/bench.md explains the rows. */
import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, cpus, loadavg, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { onnxruntimeVersion } from '../../src/engine/runtime/ort/session';
import { childFlag, performChildTask } from './child';
import { endWithParent } from './child-process';
import type { ChildTask } from './child-task';
import { calibrationChildFlag, performCalibrationTask, type CalibrationTask } from './calibration-child';
import { choose, parseBenchArguments, usage, type BenchOptions } from './arguments';
import { benches } from './catalogue';
import { createContext } from './context';
import type { Row } from './row';
import { lengthenFlag, lengthenWorkspace } from './long-workspace';
import { modelFlag, writeBenchModel } from './models';
import { soak, soakFlag } from './soak';
import { benchTable } from './table';

const paths = { program: __filename, worker: join(__dirname, 'worker.js'), resources: resolve(__dirname, '..', '..', 'resources') };
const say = (text: string): void => void process.stderr.write(`${text}\n`);

async function measure(options: BenchOptions): Promise<void> {
  const chosen = choose(benches, options.only);
  const folder = mkdtempSync(join(tmpdir(), 'bitlog2-bench-'));
  const context = createContext(folder, paths, options.quick, say);
  const removeFolder = (): void => rmSync(folder, { recursive: true, force: true });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.once(signal, () => {
      removeFolder();
      process.kill(process.pid, signal);
    });
  }
  const before = loadavg();
  const rows: Row[] = [];
  try {
    for (const { bench, wanted } of chosen) {
      const start = context.now();
      say(wanted.join(' '));
      rows.push(...(await bench.run(context, wanted)));
      context.models.forget();
      say(`  ${((context.now() - start) / 1000).toFixed(1)} s`);
    }
  } finally {
    removeFolder();
  }
  const machine = { cpu: cpus()[0]?.model ?? 'unknown', cores: availableParallelism(), node: process.version, onnxruntime: onnxruntimeVersion(), load: { before: before[0], after: loadavg()[0] } };
  if (options.json) {
    process.stdout.write(`${JSON.stringify({ rows: rows.map(({ id, figures }) => ({ id, ...figures })), machine })}\n`);
    return;
  }
  process.stdout.write(benchTable(rows));
  process.stdout.write(`${machine.cpu}, ${machine.cores} cores, Node ${machine.node}, ONNX Runtime ${machine.onnxruntime}; load ${before[0]?.toFixed(1)} before, ${loadavg()[0]?.toFixed(1)} after\n`);
}

async function main(args: readonly string[]): Promise<number> {
  if (args[0] === childFlag || args[0] === calibrationChildFlag) endWithParent();
  if (args[0] === childFlag) {
    // Written by this program's other half.
    const task = JSON.parse(args[1] ?? '') as ChildTask;
    process.stdout.write(JSON.stringify(await performChildTask(task)));
    return 0;
  }
  if (args[0] === calibrationChildFlag) {
    const task = JSON.parse(args[1] ?? '') as CalibrationTask;
    process.stdout.write(JSON.stringify(await performCalibrationTask(task)));
    return 0;
  }
  if (args[0] === modelFlag) {
    const [, name = '', file = ''] = args;
    writeBenchModel(name, file);
    return 0;
  }
  if (args[0] === lengthenFlag) {
    await lengthenWorkspace(args[1] ?? '');
    return 0;
  }
  if (args[0] === soakFlag) {
    await soak(paths, Number(args[1]), Number(args[2]));
    return 0;
  }
  let options: BenchOptions;
  try {
    options = parseBenchArguments(args);
    choose(benches, options.only);
  } catch (error) {
    process.stderr.write(`bench: ${error instanceof Error ? error.message : String(error)}\n${usage}`);
    return 2;
  }
  if (options.help) process.stdout.write(usage);
  else if (options.list) for (const { ids, usual } of benches) for (const id of ids) process.stdout.write(`${id}${usual.includes(id) ? '' : '  (only when asked for)'}\n`);
  else await measure(options);
  return 0;
}

void main(process.argv.slice(2)).then((code) => { process.exitCode = code; }, (error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.stack ?? error.message : String(error)}\n`);
  process.exitCode = 1;
});
