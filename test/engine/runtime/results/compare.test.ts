import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { bandPlaces, runBand } from '../../../../src/engine/runtime/results/band';
import { buildBoard } from '../../../../src/engine/runtime/results/board';
import { compareRuns } from '../../../../src/engine/runtime/results/compare';
import { batchOrder } from '../../../../src/engine/runtime/runs/batches';
import { openStore } from '../../../../src/engine/runtime/store/open-store';
import type { Store } from '../../../../src/engine/runtime/store/store-types';
import type { RunSettings } from '../../../../src/shared/settings';
import { datasetRecord, fp32Settings, modelRecord, newRun, predictionRow, settings, temporaryFolder } from '../../../helpers/store-records';

let folder: ReturnType<typeof temporaryFolder>;
let store: Store;
const files = Array.from({ length: 250 }, (_, i) => `val/a/${i}.png`);

beforeEach(async () => {
  folder = temporaryFolder('compare');
  store = await openStore(join(folder.path, 'w.bitlog2'));
  for (const name of ['tiny', 'small']) await store.upsertModel(modelRecord(name, { classes: 2 }));
  await store.upsertDataset(datasetRecord('small'));
});
afterEach(async () => {
  await store.close();
  folder.remove();
});

async function addRun(id: string, runSettings: RunSettings, isRight: (index: number) => boolean, modelId = 'model-tiny', count = files.length): Promise<void> {
  const listId = await store.imageList(files, files.map(() => 0));
  await store.createRun(newRun(id, listId, { settings: runSettings, total: files.length, modelId }));
  const predictions = files.slice(0, count).map((_file, index) => predictionRow(index, { label: 0, top5: [isRight(index) ? 0 : 1, 9] }));
  await store.commitBatch({ batch: 0, cells: [{ runId: id, predictions, levelCounts: [] }], skipped: [] });
  await store.setRunState(id, count === files.length ? 'done' : 'stopped');
}

describe('a comparison of chosen runs', () => {
  beforeEach(async () => {
    await addRun('a', settings('Sqrt2_17'), (index) => index >= 10);
    await addRun('b', settings('BitLog2_Half_17'), (index) => index >= 4);
    await addRun('c', settings('BitLog2_Single_17'), (index) => index >= 30);
    await addRun('other', settings('Sqrt2_17'), (index) => index >= 50, 'model-small');
  });

  it('holds exactly these against each other, with Holm over exactly these comparisons', async () => {
    const pairs = await compareRuns(store, ['a', 'b', 'c']);
    expect(pairs.map(({ a, b }) => [a, b])).toEqual([['b', 'a'], ['c', 'a'], ['c', 'b']]);
    expect(pairs.map(({ lost, gained, difference }) => [lost, gained, difference])).toEqual([[0, 6, 2.4], [20, 0, -8], [26, 0, -10.4]]);
    // Exact McNemar on n discordant images all on one side: 2^(1-n). Holm: smallest times 3, then 2, then 1.
    expect(pairs[0]?.mcnemarP).toBeCloseTo(2 ** -5, 12);
    expect(pairs[0]?.holmP).toBeCloseTo(2 ** -5, 12);
    expect(pairs[1]?.holmP).toBeCloseTo(2 * 2 ** -19, 15);
    expect(pairs[2]?.holmP).toBeCloseTo(3 * 2 ** -25, 15);
    expect(pairs[0]?.imagesNeeded).toBeGreaterThan(250);
    const [alone] = await compareRuns(store, ['a', 'b']);
    expect(alone?.holmP).toBe(alone?.mcnemarP);
  });

  it('crosses models only for one scheme, or when two are all there is', async () => {
    expect((await compareRuns(store, ['a', 'b', 'other'])).map(({ a, b }) => [a, b])).toEqual([['b', 'a'], ['other', 'a']]);
    expect((await compareRuns(store, ['b', 'other'])).map(({ a, b }) => [a, b])).toEqual([['other', 'b']]);
    expect(await compareRuns(store, ['a', 'a'])).toEqual([]);
    await expect(compareRuns(store, ['a', 'nobody'])).rejects.toMatchObject({ failure: { kind: 'not-found' } });
  });
});

describe('the band of a run', () => {
  it('ends at the run as it stands, and its interval is that of the images so far', async () => {
    await addRun('r', settings('Sqrt2_17'), (index) => index % 5 !== 0, 'model-tiny', 200);
    const { total, points } = await runBand(store, 'r');
    expect(total).toBe(250);
    expect(points).toHaveLength(100);
    expect(points.at(-1)).toMatchObject({ images: 200, top1: 80 });
    // The first ten evaluated images in the order in which batches are evaluated, which is not that of the list.
    const run = await store.run('r');
    const size = run?.settings.batch ?? 0;
    const first = batchOrder((await store.listedImages(run?.listId ?? '')).labels, size).flatMap((batch) => Array.from({ length: size }, (_, slot) => batch * size + slot)).filter((index) => index < 200).slice(0, 10);
    expect(points[4]).toMatchObject({ images: 10, top1: 10 * first.filter((index) => index % 5 !== 0).length });
    expect(first).not.toEqual(Array.from({ length: 10 }, (_, index) => index));
    // Wilson's interval for 160 of 200, worked out by hand.
    expect(points.at(-1)?.ci95[0]).toBeCloseTo(73.92, 1);
    expect(points.at(-1)?.ci95[1]).toBeCloseTo(84.96, 1);
    const widths = points.map(({ ci95: [low, high] }) => high - low);
    expect(widths.at(-1)).toBeLessThan((widths[10] ?? 0) / 2);
  });

  it('has no point before the first image, and every image while they are few', async () => {
    await addRun('r', settings('Sqrt2_17'), () => true, 'model-tiny', 0);
    expect((await runBand(store, 'r')).points).toEqual([]);
    expect(bandPlaces(3)).toEqual([1, 2, 3]);
    expect(bandPlaces(50_000).slice(-2)).toEqual([49_500, 50_000]);
  });
});

it('a run with exceptions stands in no cell', async () => {
  await addRun('plain', settings('Sqrt2_17'), () => true);
  await addRun('isolated', settings('Sqrt2_17', { overrides: { 'blocks.0*': 'fp32' } }), () => true);
  expect((await buildBoard(store, null)).cells.flatMap(({ run }) => (run === null ? [] : [run.id]))).toEqual(['plain']);
});

it('a board holds every column against the one that was asked for', async () => {
  await addRun('float', fp32Settings, () => true);
  await addRun('sqrt', settings('Sqrt2_17'), (index) => index >= 10);
  await addRun('half', settings('BitLog2_Half_17'), (index) => index >= 4);
  const board = await buildBoard(store, null, undefined, 'Sqrt2_17');
  expect(board.baseline).toBe('Sqrt2_17');
  expect(board.cells.flatMap(({ run, paired }) => (run === null ? [] : [[run.id, paired?.b ?? null, paired?.difference ?? null]]))).toEqual([['float', 'sqrt', 4], ['sqrt', null, null], ['half', 'sqrt', 2.4]]);
  const plain = await buildBoard(store, null);
  expect(plain.cells.flatMap(({ run, paired }) => (run === null ? [] : [[run.id, paired?.b ?? null]]))).toEqual([['float', null], ['sqrt', 'float'], ['half', 'float']]);
});
