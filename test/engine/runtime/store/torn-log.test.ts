/** A machine that loses its power, and a copy made while the program writes: the log's end is torn anywhere, and no half of a batch may be seen. */
import { spawn } from 'node:child_process';
import { copyFileSync, existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createRandom } from '../../../../src/engine/core/random/random';
import { openStore } from '../../../../src/engine/runtime/store/open-store';
import { bundleChild } from '../../../helpers/bundle-child';
import { batchCommit, newRun, predictionRow, seedStore, settings, temporaryFolder } from '../../../helpers/store-records';

vi.setConfig({ testTimeout: 240_000, hookTimeout: 240_000 });

const folder = temporaryFolder('torn-log');
const at = (name: string): string => join(folder.path, name);
const runIds = ['r0', 'r1', 'r2'];
let childFile: string;

beforeAll(async () => {
  childFile = await bundleChild(resolve('test/helpers/store-child.ts'), 'store-child');
});
afterAll(() => {
  folder.remove();
  rmSync(dirname(childFile), { recursive: true, force: true });
});

/** Opens it, checks that every batch is there whole for all runs or not at all, and gives the batches. */
async function wholeBatches(file: string): Promise<number[]> {
  const store = await openStore(file);
  try {
    const batches = [...(await store.committedBatches('r0'))];
    const kept = batches.flatMap((batch) => [0, 1, 2].map((i) => batch * 4 + i));
    for (const runId of runIds) {
      expect([...(await store.committedBatches(runId))]).toEqual(batches);
      const outcomes = await store.outcomes(runId);
      expect([...outcomes.index]).toEqual(kept);
      expect([...outcomes.predicted]).toEqual(kept.map((index) => predictionRow(index).top5[0]));
      expect((await store.skipped(runId)).map(({ index }) => index)).toEqual(batches.map((batch) => batch * 4 + 3));
    }
    // It can be gone on with.
    await store.commitBatch(batchCommit(3999, runIds, 4));
    return batches;
  } finally {
    await store.close();
  }
}

async function prepared(name: string): Promise<string> {
  const store = await openStore(at(name));
  const listId = await seedStore(store, 16_000);
  for (const [seed, id] of runIds.entries()) await store.createRun(newRun(id, listId, { total: 16_000, settings: settings('Sqrt2_17', { seed }) }));
  await store.close();
  return at(name);
}

describe('a log whose end is torn', () => {
  it('loses the last batches only, wherever it is torn', async () => {
    const file = await prepared('cut.bitlog2');
    const store = await openStore(file);
    const ends: number[] = [];
    for (let batch = 0; batch < 12; batch++) {
      await store.commitBatch(batchCommit(batch, runIds, 4, [batch * 4 + 3]));
      ends.push(statSync(`${file}.wal`).size);
    }
    for (const suffix of ['', '.wal']) copyFileSync(file + suffix, at(`source${suffix}`));
    await store.close();
    const log = readFileSync(at('source.wal'));
    const random = createRandom(5);
    const anywhere = Array.from({ length: 8 }, () => Math.floor(random.uniform() * log.length));
    for (const length of [...ends.slice(0, 3), (ends[4] ?? 0) - 1, (ends[4] ?? 0) + 1, 0, 1, 17, ...anywhere]) {
      for (const tail of ['torn', 'zeros', 'rubble'] as const) {
        // The head of the log is on the disk long before its end is torn.
        if (tail === 'zeros' && length > 0 && length < (ends[0] ?? 0)) continue;
        if (tail === 'rubble' && length < (ends[0] ?? 0)) continue;
        copyFileSync(at('source'), at('torn'));
        // Some file systems lengthen a file before they write it.
        writeFileSync(at('torn.wal'), Buffer.concat([log.subarray(0, length), Buffer.alloc(tail === 'torn' ? 0 : Math.min(4096, log.length - length), tail === 'zeros' ? 0 : 'rubble')]));
        const whole = ends.filter((end) => end <= length).length;
        expect(await wholeBatches(at('torn')), `${tail} at ${length} of ${log.length}`).toEqual(Array.from({ length: whole }, (_, batch) => batch));
        for (const suffix of ['', '.wal', '.wal.torn']) rmSync(at(`torn${suffix}`), { force: true });
      }
    }
  });
});

describe('a copy made while the program writes', () => {
  it('opens, with whole batches', async () => {
    const file = await prepared('running.bitlog2');
    const child = spawn(process.execPath, [childFile, 'commit', file, '3'], { stdio: ['ignore', 'pipe', 'inherit'] });
    let lines = 0;
    let wake = (): void => undefined;
    child.stdout.on('data', (chunk: Buffer) => {
      lines += chunk.toString('utf8').split('\n').length - 1;
      wake();
    });
    const counts: number[] = [];
    try {
      for (const wanted of [5, 12, 20, 40]) {
        while (lines < wanted) await new Promise<void>((done) => { wake = done; });
        const before = lines;
        for (const suffix of ['', '.wal']) {
          rmSync(at(`copy${suffix}`), { force: true });
          if (existsSync(file + suffix)) copyFileSync(file + suffix, at(`copy${suffix}`));
        }
        const batches = await wholeBatches(at('copy'));
        counts.push(batches.length);
        // Acknowledged lines but the first, which says that it is ready.
        expect(batches.length).toBeGreaterThanOrEqual(before - 1);
      }
    } finally {
      child.kill('SIGKILL');
    }
    expect(counts).toEqual([...counts].sort((a, b) => a - b));
  });
});
