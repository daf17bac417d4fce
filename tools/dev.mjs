/**
 * `npm run dev`: the app with hot reload of the page; needs a display. It builds into a folder of its own, beside out/: what
 * `npm run build` made stays whole for whoever uses it meanwhile. Arguments go to the app.
 */
import { join } from 'node:path';
import { findElectron } from './electron/find-electron.mjs';
import { ensureInstalled } from './lib/install.mjs';
import { runStep } from './lib/run-step.mjs';
import { rootSwitches } from './lib/electron-switches.mjs';
import { root } from './lib/targets.mjs';

await ensureInstalled(root);
const { binary } = await findElectron({ root });
const env = { ...process.env, ELECTRON_EXEC_PATH: binary };
process.on('SIGINT', () => undefined);
const entry = join(root, 'out-dev', 'main', 'index.js');
const program = join(root, 'node_modules', 'electron-vite', 'bin', 'electron-vite.js');
const args = [program, 'dev', '--outDir', 'out-dev', '--entry', entry, '--', '--open-sample', ...rootSwitches(), ...process.argv.slice(2)];
process.exit(await runStep(process.execPath, args, { cwd: root, env }));
