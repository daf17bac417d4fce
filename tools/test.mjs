/**
 * `npm test`: everything from a fresh clone: install, lint, types, unit tests, build, and the built app in a real
 * Electron (under Xvfb where there is no display), then the package made of it, installed and started. `--only STAGE[,STAGE]` runs some of it.
 * The last line counts the tests of all stages; lint and each compiler count as one.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { ensureWindowPackages } from './lib/debian.mjs';
import { hasDisplay, startVirtualDisplay } from './lib/display.mjs';
import { ensureInstalled } from './lib/install.mjs';
import { runStep } from './lib/run-step.mjs';
import { countsOf, lastLine, oneTest, sumCounts } from './lib/stage-counts.mjs';
import { allTargets, root } from './lib/targets.mjs';

const reports = mkdtempSync(join(tmpdir(), 'bitlog2-test-'));
const script = (name) => runStep('npm', ['run', '--silent', name], { cwd: root, stdout: 'inherit' });

/** @returns {Promise<import('./lib/stage-counts.mjs').Counts>} */
async function vitest(name, args, env = process.env) {
  const report = join(reports, `${name}.json`);
  const program = join(root, 'node_modules', 'vitest', 'vitest.mjs');
  const code = await runStep(process.execPath, [program, 'run', ...args, '--reporter=default', '--reporter=json', `--outputFile.json=${report}`], {
    cwd: root,
    env,
    stdout: 'inherit',
  });
  return countsOf(existsSync(report) ? JSON.parse(readFileSync(report, 'utf8')) : undefined, code);
}

/** Tests that show a window: of the built app, or of a package made of it. */
async function windowTests(name, prepare = async () => ({})) {
  const { findElectron } = await import('./electron/find-electron.mjs');
  const command = await ensureWindowPackages();
  if (command) {
    console.error(`the window tests need system packages: ${command}`);
    return oneTest(false);
  }
  const electron = await findElectron({ root });
  const prepared = await prepare(electron);
  const virtual = hasDisplay() ? undefined : await startVirtualDisplay();
  try {
    const display = virtual ? { DISPLAY: virtual.display } : {};
    return await vitest(name, ['--config', `vitest.${name}.config.mts`], { ...process.env, ...display, BITLOG2_TEST_ELECTRON: electron.binary, ...prepared });
  } finally {
    await virtual?.stop();
  }
}

/** Packs what was built, with the second build that tests can drive, and tells the tests where it lies. */
async function packed(electron) {
  const { pack } = await import('./dist/pack.mjs');
  const { megabytes } = await import('./dist/sizes.mjs');
  const made = await pack({ inspect: true, electron });
  console.log([`${megabytes(made.bytes)} unpacked`, ...made.files.map(({ file, bytes }) => `${megabytes(bytes)} ${basename(file)}`)].join(', '));
  return { BITLOG2_TEST_PACKAGE: JSON.stringify(made) };
}

async function build() {
  const { buildTargets } = await import('./lib/build-target.mjs');
  await buildTargets(allTargets);
  return oneTest(true);
}

/** In the order they run: what is quick and says most comes first. */
const stages = {
  // Known vulnerabilities change from day to day: `npm run check:dependencies` asks for them, a test of this commit does not.
  lint: async () => sumCounts([oneTest((await script('lint')) === 0), oneTest((await runStep(process.execPath, [join(root, 'tools', 'check-dependencies.mjs'), '--offline'], { stdout: 'inherit' })) === 0)]),
  types: async () => sumCounts([oneTest((await script('typecheck:node')) === 0), oneTest((await script('typecheck:web')) === 0)]),
  unit: () => vitest('unit', []),
  build,
  app: () => windowTests('app'),
  dist: () => windowTests('dist', packed),
};

function chosenStages() {
  const at = process.argv.indexOf('--only');
  if (at < 0) return Object.keys(stages);
  const names = (process.argv[at + 1] ?? '').split(',');
  const unknown = names.filter((name) => !(name in stages));
  if (unknown.length > 0) {
    console.error(`npm test --only takes ${Object.keys(stages).join(', ')}, not ${unknown.join(', ')}`);
    process.exit(2);
  }
  // The app tests drive what was built.
  return names.includes('app') && !names.includes('build') ? ['build', ...names] : names;
}

const results = [];
try {
  await ensureInstalled(root);
  for (const name of chosenStages()) {
    console.log(`\n== ${name}`);
    try {
      results.push(await stages[name]());
    } catch (error) {
      console.error(`${name}: ${error.message}`);
      results.push(oneTest(false));
    }
    console.log(`== ${name}: ${lastLine(results.at(-1))}`);
  }
} catch (error) {
  console.error(error.message);
  results.push(oneTest(false));
} finally {
  rmSync(reports, { recursive: true, force: true });
}
const total = sumCounts(results);
console.log(`\n${lastLine(total)}`);
process.exitCode = total.failed > 0 ? 1 : 0;
