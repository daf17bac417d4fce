/** `node tools/dist/draw-icons.mjs`: draws resources/icons anew from icon-shapes.mjs. Run it after a change there and commit what it made. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../lib/targets.mjs';
import { iconFiles } from './icon-files.mjs';

const folder = join(root, 'resources', 'icons');
rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });
for (const [name, data] of iconFiles()) writeFileSync(join(folder, name), data);
