/** `npm run dev`: the app with hot reload of the page; needs a display. */
import { join } from 'node:path';
import { findElectron } from './electron/find-electron.mjs';
import { ensureInstalled } from './lib/install.mjs';
import { runStep } from './lib/run-step.mjs';
import { rootSwitches } from './lib/electron-switches.mjs';
import { root } from './lib/targets.mjs';

await ensureInstalled(root);
const { binary } = await findElectron({ root });
const env = { ...process.env, ELECTRON_EXEC_PATH: binary, ...(rootSwitches().length > 0 ? { NO_SANDBOX: '1' } : {}) };
process.on('SIGINT', () => undefined);
const args = [join(root, 'node_modules', 'electron-vite', 'bin', 'electron-vite.js'), 'dev', '--', '--open-sample', ...process.argv.slice(2)];
process.exit(await runStep(process.execPath, args, { cwd: root, env }));
