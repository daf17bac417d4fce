/**
 * Damaged files and messages, by the hundred thousand: `npm run fuzz -- [--cases 100000] [--first 1]`. `npm test` runs the first 5,000 of the same.
 * A case that fails names its number; `--first NUMBER --cases 100` runs it again among its neighbours.
 */
import { spawnSync } from 'node:child_process';
import { parseArgs } from 'node:util';
import { root } from './lib/targets.mjs';

const { values } = parseArgs({ options: { cases: { type: 'string', default: '100000' }, first: { type: 'string', default: '1' } } });
const { status } = spawnSync('npx', ['vitest', 'run', 'test/fuzz'], { cwd: root, stdio: 'inherit', env: { ...process.env, BITLOG2_FUZZ_CASES: values.cases, BITLOG2_FUZZ_FIRST: values.first }, shell: process.platform === 'win32' });
process.exitCode = status ?? 1;
