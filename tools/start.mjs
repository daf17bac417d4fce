/**
 * `npm start`: from a fresh clone to the app open on the sample project. Installs and builds what is missing.
 * Without a display the same sample runs on the command line.
 */
import { spawn } from 'node:child_process';
import { hasDisplay } from './lib/display.mjs';
import { ensureInstalled } from './lib/install.mjs';
import { allTargets, root } from './lib/targets.mjs';

const args = process.argv.slice(2);

async function openWindow() {
  const [{ buildTargets }, { findElectron }, { rootSwitches }] = await Promise.all([
    import('./lib/build-target.mjs'),
    import('./electron/find-electron.mjs'),
    import('./lib/electron-switches.mjs'),
  ]);
  await buildTargets(allTargets);
  const { binary } = await findElectron({ root });
  const child = spawn(binary, [root, '--open-sample', ...rootSwitches(), ...args], { stdio: 'inherit' });
  // Ctrl+C reaches the app by itself; this process only waits for it, and passes on what was meant for it alone.
  process.on('SIGINT', () => undefined);
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  child.on('error', (error) => {
    console.error(`Electron does not start: ${error.message}`);
    process.exit(1);
  });
  child.on('close', (code) => process.exit(code ?? 1));
}

async function runOnCommandLine() {
  console.error('no display: the sample project runs on the command line');
  const { runBuiltProgram } = await import('./lib/built-program.mjs');
  await runBuiltProgram('cli', ['sample', ...args]);
}

try {
  await ensureInstalled(root);
  await (hasDisplay() ? openWindow() : runOnCommandLine());
} catch (error) {
  console.error(error.message);
  process.exit(1);
}
