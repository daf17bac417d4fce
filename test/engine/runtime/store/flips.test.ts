/** Lost, gained and changed images: what SQL counts is what the paired table counts, and pages put together are the whole list. */
import * as fc from 'fast-check';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { comparePair } from '../../../../src/engine/runtime/results/paired';
import type { FlipsRequest } from '../../../../src/engine/runtime/store/flips';
import { openStore } from '../../../../src/engine/runtime/store/open-store';
import type { PredictionRow, Store, StoredRun } from '../../../../src/engine/runtime/store/store-types';
import { flipFilters, flipSorts, type FlipRow } from '../../../../src/shared/images';
import { fp32Settings, newRun, predictionRow, seedStore, temporaryFolder } from '../../../helpers/store-records';

let folder: ReturnType<typeof temporaryFolder>;
let store: Store;
let listId: string;
const images = 12;

beforeEach(async () => {
  folder = temporaryFolder('flips');
  store = await openStore(join(folder.path, 'w.bitlog2'));
  listId = await seedStore(store, images);
});
afterEach(async () => {
  await store.close();
  folder.remove();
});

async function addRun(id: string, list: string, rows: readonly PredictionRow[], fp32 = false): Promise<StoredRun> {
  await store.createRun(newRun(id, list, { total: images, ...(fp32 ? { settings: fp32Settings } : {}) }));
  await store.commitBatch({ batch: 0, cells: [{ runId: id, predictions: rows, levelCounts: [] }], skipped: [] });
  const run = await store.run(id);
  if (run === null) throw new Error('no run');
  return run;
}

const request = (run: StoredRun, baseline: StoredRun | null, change: Partial<FlipsRequest> = {}): FlipsRequest => ({ run, baseline, filter: 'all', sort: 'list', offset: 0, count: 1000, find: null, ...change });

/** Answers of a small network on some of the images; classes 0 and 1 are true ones. */
const answers = fc.uniqueArray(
  fc.record({ index: fc.integer({ min: 0, max: images - 1 }), best: fc.integer({ min: 0, max: 3 }), margin: fc.double({ min: 0, max: 9, noNaN: true }), loss: fc.oneof(fc.double({ min: 0, max: 9, noNaN: true }), fc.constant(Infinity)) }),
  { selector: ({ index }) => index, maxLength: images },
).map((list) => list.sort((a, b) => a.index - b.index).map(({ index, best, margin, loss }) => predictionRow(index, { top5: [0, 1, 2, 3].map((place) => (best + place) % 4), margin, loss })));

describe('flips', () => {
  it('are counted as the paired table counts them, on one list and by file on two', async () => {
    // The other list has some of the same files in another order, and files of its own.
    const other = await store.imageList([...Array.from({ length: 9 }, (_, i) => `val/a/${11 - i}.png`), 'x.png', 'y.png', 'z.png'], Array.from({ length: 12 }, (_, i) => (11 - i) % 2));
    let count = 0;
    await fc.assert(fc.asyncProperty(answers, answers, fc.boolean(), async (mine, theirs, sameList) => {
      const run = await addRun(`a${++count}`, listId, mine);
      const baseline = await addRun(`b${count}`, sameList ? listId : other, theirs.map((row) => ({ ...row, label: sameList ? row.label : (11 - row.index) % 2 })), true);
      const { counts } = await store.flips(request(run, baseline));
      const paired = await comparePair(store, run, baseline);
      expect(counts).toEqual({ all: mine.length, common: paired?.images ?? 0, lost: paired?.lost ?? 0, gained: paired?.gained ?? 0, changed: paired?.changed ?? 0 });
      for (const filter of flipFilters) {
        const { rows } = await store.flips(request(run, baseline, { filter }));
        expect(rows).toHaveLength(counts[filter]);
        if (filter !== 'all') expect(new Set(rows.map(({ flip }) => flip))).toEqual(new Set(rows.length === 0 ? [] : [filter]));
      }
    }), { numRuns: 12 });
  });

  it('come in pages that put together are the list, in the order asked for, and an image is found at its place', async () => {
    let count = 0;
    await fc.assert(fc.asyncProperty(answers, answers, fc.constantFrom(...flipFilters), fc.constantFrom(...flipSorts), fc.integer({ min: 1, max: 5 }), async (mine, theirs, filter, sort, size) => {
      const run = await addRun(`c${++count}`, listId, mine);
      const baseline = await addRun(`d${count}`, listId, theirs, true);
      const { rows: all } = await store.flips(request(run, baseline, { filter, sort }));
      const pages: FlipRow[] = [];
      for (let offset = 0; offset < all.length + size; offset += size) pages.push(...(await store.flips(request(run, baseline, { filter, sort, offset, count: size }))).rows);
      expect(pages).toEqual(all);
      expect(all.map(({ index }) => index)).toEqual([...all].sort((a, b) => compare(sort, a, b)).map(({ index }) => index));
      for (const { index } of mine) {
        const { found } = await store.flips(request(run, baseline, { filter, sort, find: index }));
        const place = all.findIndex((row) => row.index === index);
        expect([found?.row.index, found?.position]).toEqual([index, place < 0 ? null : place]);
      }
    }), { numRuns: 12 });
  });

  it('know no flip without a baseline, and none of an image that the baseline has not seen', async () => {
    const run = await addRun('r', listId, [predictionRow(0), predictionRow(1)]);
    const alone = await store.flips(request(run, null));
    expect(alone.counts).toEqual({ all: 2, common: 0, lost: 0, gained: 0, changed: 0 });
    expect(alone.rows.map(({ flip, baseline }) => [flip, baseline])).toEqual([[null, null], [null, null]]);
    const partial = await addRun('p', listId, [predictionRow(1, { top5: [9, 1] })], true);
    const { rows } = await store.flips(request(run, partial));
    expect(rows.map(({ flip, baseline }) => [flip, baseline?.top5])).toEqual([[null, undefined], ['changed', [9, 1]]]);
    expect((await store.flips(request(run, partial, { find: 7 }))).found).toBeNull();
  });
});

/** The definition of the orders, in plain words of this language. */
function compare(sort: (typeof flipSorts)[number], a: FlipRow, b: FlipRow): number {
  const value = ({ run, baseline }: FlipRow): number => {
    if (sort === 'list') return 0;
    if (sort === 'marginAfter') return run.margin;
    if (baseline === null) return -Infinity;
    if (sort === 'marginBefore') return baseline.margin;
    if (sort === 'marginLoss') return baseline.margin - (run.top5[0] === baseline.top5[0] ? run.margin : -run.margin);
    return run.loss === Infinity && baseline.loss === Infinity ? 0 : run.loss - baseline.loss;
  };
  // A loss that became finite sorts like one without a baseline only by name: it is less than every number, and still above nothing.
  const rank = (row: FlipRow): number => (row.baseline === null && sort !== 'marginAfter' && sort !== 'list' ? 1 : 0);
  if (rank(a) !== rank(b)) return rank(a) - rank(b);
  const [x, y] = [value(a), value(b)];
  return x === y ? a.index - b.index : y - x;
}
