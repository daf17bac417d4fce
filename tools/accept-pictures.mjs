/** `npm run pictures:accept`: draws the pictures of test/charts/pictures anew, and the sheet to look at before they are committed. */
import { join } from 'node:path';
import { runStep } from './lib/run-step.mjs';
import { root } from './lib/targets.mjs';

const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs');
const code = await runStep(process.execPath, [vitest, 'run', 'test/charts/pictures.test.ts', 'test/charts/maps.dom.test.ts'], { cwd: root, env: { ...process.env, BITLOG2_PICTURES: 'accept' }, stdout: 'inherit' });
if (code !== 0) process.exit(code);
await import('../docs/pictures/contact-sheet.mjs');
console.log('look at docs/pictures/charts.png, then commit it with test/charts/pictures');
