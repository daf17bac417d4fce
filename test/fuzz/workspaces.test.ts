import { spawn } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openStore } from '../../src/engine/runtime/store/open-store';
import { bundleChild } from '../helpers/bundle-child';
import { batchCommit, newRun, seedStore, temporaryFolder } from '../helpers/store-records';
import { caseNumbers } from './cases';

const temporary = temporaryFolder('fuzz-workspaces');
let child = '';
let seed = '';

beforeAll(async () => {
  child = await bundleChild(join(__dirname, 'workspace-child.ts'), 'fuzz-workspaces');
  seed = join(temporary.path, 'seed.bitlog2');
  const store = await openStore(seed);
  const list = await seedStore(store);
  await store.createRun(newRun('run', list));
  await store.commitBatches([batchCommit(0, ['run'], 4, [3])]);
  await store.close();
});
afterAll(() => temporary.remove());

interface Told { readonly last: number; readonly wrong: readonly string[]; readonly end: string }

function openDamaged(first: number, count: number): Promise<Told> {
  const folder = join(temporary.path, String(first));
  mkdirSync(folder);
  return new Promise((resolve, reject) => {
    const running = spawn(process.execPath, [child, seed, folder, String(first), String(count)], { stdio: ['ignore', 'pipe', 'ignore'] });
    let said = '';
    running.stdout.setEncoding('utf8').on('data', (text: string) => { said += text; });
    running.once('error', reject);
    running.once('close', (code, signal) => {
      rmSync(folder, { recursive: true, force: true });
      const lines = said.trim().split('\n');
      resolve({ last: Number(lines.filter((line) => /^\d+$/.test(line)).at(-1) ?? first), wrong: lines.filter((line) => line.startsWith('wrong')), end: lines.at(-1) === 'done' ? 'done' : signal ?? `exit code ${code}` });
    });
  });
}

test('a damaged workspace opens, or is refused in words', { timeout: 3_600_000 }, async () => {
  const numbers = caseNumbers(0.02);
  const wrong: string[] = [];
  for (let next = numbers[0] ?? 1, left = numbers.length; left > 0;) {
    const told = await openDamaged(next, left);
    wrong.push(...told.wrong);
    if (told.end === 'done') break;
    wrong.push(`case ${told.last} ended the process: ${told.end}`);
    left -= told.last + 1 - next;
    next = told.last + 1;
  }
  expect(wrong).toEqual([]);
});
