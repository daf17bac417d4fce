/**
 * `npm run check:parity -- FOLDER`: compares every decoded and every cropped pixel of FOLDER's pictures with the hashes in
 * FOLDER/parity/preprocess.json (if it is there), then re-runs every recorded reference experiment in FOLDER/parity whose model lies
 * beside it (`NAME.SCHEME.w4a4.json` with `NAME.onnx`, traces too) on the pictures in FOLDER/images. Exit code 1 if one differs.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { builtinModules, createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { rolldown } from 'rolldown';
import { kernelsPlugin } from './lib/kernels-plugin.mjs';
import { root } from './lib/targets.mjs';

const folder = process.argv[2];
if (!folder) {
  console.error('usage: npm run check:parity -- FOLDER   (with FOLDER/parity and FOLDER/images)');
  process.exit(2);
}
const parity = resolve(process.env.INIT_CWD ?? '.', folder, 'parity');
const images = resolve(process.env.INIT_CWD ?? '.', folder, 'images');
const goldens = readdirSync(parity).filter((name) => /\.w4a4(\.trace)?\.json$/.test(name) && existsSync(join(parity, `${name.split('.')[0]}.onnx`)));
if (goldens.length === 0) {
  console.error(`${parity} holds no NAME.SCHEME.w4a4.json with its NAME.onnx`);
  process.exit(1);
}
/** The comparison is written in TypeScript beside the tests; bundled here, since Node 20 reads none. */
async function checkPixels() {
  const bundle = await rolldown({ input: join(root, 'test', 'parity', 'preprocess.parity.ts'), platform: 'node', plugins: [kernelsPlugin(root)], external: [/^node:/, ...builtinModules, '@cwasm/jpeg-turbo'] });
  const file = join(root, 'node_modules', '.cache', 'check-parity', 'preprocess.cjs');
  await bundle.write({ file, format: 'cjs' });
  await bundle.close();
  const { checkPreprocess } = createRequire(import.meta.url)(file);
  const { images: pictures, checks, problems } = checkPreprocess(resolve(parity, '..'));
  for (const problem of problems) console.log(`DIFFERS ${problem}`);
  console.log(`${problems.length === 0 ? 'ok     ' : 'DIFFERS'} pixels: ${checks - problems.length} of ${checks} comparisons on ${pictures} pictures`);
  return problems.length;
}

let differing = existsSync(join(parity, 'preprocess.json')) && (await checkPixels()) > 0 ? 1 : 0;
for (const golden of goldens) {
  const args = [join(root, 'tools', 'bitlog2.mjs'), 'parity', join(parity, golden), '--model', join(parity, `${golden.split('.')[0]}.onnx`), '--images', images, '--json'];
  const { status, stdout } = spawnSync(process.execPath, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'], maxBuffer: 2 ** 28 });
  let wrong = [];
  try {
    const { sites = [], trace = [] } = JSON.parse(stdout);
    wrong = [...sites, ...trace].filter(({ ok }) => !ok);
  } catch {
    console.error(`${golden}: no JSON on stdout`);
  }
  if (status !== 0) differing += 1;
  console.log(`${status === 0 ? 'ok     ' : 'DIFFERS'} ${golden}${wrong.length > 0 ? `: ${wrong.slice(0, 5).map(({ site, field }) => [site, field].filter(Boolean).join(' ')).join(', ')}` : ''}`);
}
console.log(differing === 0 ? `all equal: ${goldens.length} records` : `${differing} differ`);
process.exitCode = differing > 0 ? 1 : 0;
