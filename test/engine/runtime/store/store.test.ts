import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { join } from 'node:path';
import { openStore } from '../../../../src/engine/runtime/store/open-store';
import type { Store } from '../../../../src/engine/runtime/store/store-types';
import { batchCommit, datasetRecord, modelRecord, newRun, predictionRow, seedStore, settings, temporaryFolder } from '../../../helpers/store-records';

let folder: ReturnType<typeof temporaryFolder>;
let store: Store;
let listId: string;
const file = (): string => join(folder.path, 'w.bitlog2');

beforeEach(async () => {
  folder = temporaryFolder('store');
  store = await openStore(file());
  listId = await seedStore(store);
});
afterEach(async () => {
  await store.close();
  folder.remove();
});

async function reopen(): Promise<void> {
  await store.close();
  store = await openStore(file());
}

describe('models, data sets and lists', () => {
  it('gives back what was stored, replaced by a later record of the same id, after reopening', async () => {
    await store.upsertModel(modelRecord('tiny', { hash: 'other', notes: ['it’s "quoted"'] }));
    await store.upsertModel(modelRecord('another'));
    await reopen();
    expect(await store.models()).toEqual([modelRecord('another'), modelRecord('tiny', { hash: 'other', notes: ['it’s "quoted"'] })]);
    expect(await store.datasets()).toEqual([datasetRecord('small')]);
  });

  it('stores equal lists once and gives images by position', async () => {
    expect(await store.imageList(Array.from({ length: 12 }, (_, i) => `val/a/${i}.png`), Int32Array.from({ length: 12 }, (_, i) => i % 2))).toBe(listId);
    expect(await store.imageList(['val/a/0.png'], [0])).not.toBe(listId);
    expect((await store.listedImages(listId)).files).toHaveLength(12);
    expect(await store.listedImage(listId, 3)).toEqual({ file: 'val/a/3.png', label: 1 });
    expect(await store.listedImage(listId, 12)).toBeNull();
    await expect(store.imageList(['a', 'b'], [1])).rejects.toThrow(RangeError);
  });
});

describe('runs', () => {
  it('keeps settings, state, seconds and failure', async () => {
    await store.createRun(newRun('r1', listId));
    await store.setRunState('r1', 'calibrating', { secondsCalibration: 1.5 });
    await store.setRunState('r1', 'failed', { secondsEvaluation: 2.5, failure: { kind: 'memory', what: 'Not enough memory', next: 'Less' } });
    await reopen();
    expect(await store.run('r1')).toEqual({
      ...newRun('r1', listId), modelHash: 'hash-tiny', datasetHash: 'listing-small', state: 'failed',
      failure: { kind: 'memory', what: 'Not enough memory', next: 'Less' }, seconds: { calibration: 1.5, evaluation: 2.5 },
      images: 0, top1Correct: 0, top5Correct: 0, skipped: 0, meanLoss: null, exact: null, fallbacks: [],
    });
    await store.setRunState('r1', 'waiting', { failure: null });
    expect((await store.run('r1'))?.failure).toBeNull();
    expect((await store.run('r1'))?.seconds).toEqual({ calibration: 1.5, evaluation: 2.5 });
  });

  it('keeps the proof of an integer run through later changes of its state', async () => {
    const fallbacks = [{ site: 'blocks.0.attn.proj', reason: 'its zero point does not fit' }];
    await store.createRun(newRun('r1', listId));
    await store.setRunState('r1', 'calibrating', { proof: { exact: false, fallbacks } });
    await store.setRunState('r1', 'done');
    expect(await store.run('r1')).toMatchObject({ exact: false, fallbacks });
    await reopen();
    expect(await store.run('r1')).toMatchObject({ state: 'done', exact: false, fallbacks });
  });

  it('refuses a run of an unknown model', async () => {
    await expect(store.createRun(newRun('r1', listId, { modelId: 'nobody' }))).rejects.toThrow(/not in the workspace/);
    expect(await store.runs()).toEqual([]);
  });

  it('shows runs that a killed process left behind as stopped', async () => {
    for (const [id, state] of [['a', 'waiting'], ['b', 'calibrating'], ['c', 'running'], ['d', 'done'], ['e', 'failed']] as const) {
      await store.createRun(newRun(id, listId));
      await store.setRunState(id, state);
    }
    await reopen();
    expect((await store.runs()).map((run) => run.state)).toEqual(['stopped', 'stopped', 'stopped', 'done', 'failed']);
  });

  it('finds the newest run with equal settings, unless it failed', async () => {
    const key = { modelHash: 'hash-tiny', datasetHash: 'listing-small', settings: settings('BitLog2_Half_17') };
    expect(await store.findResumable(key)).toBeNull();
    await store.createRun(newRun('old', listId));
    await store.createRun(newRun('new', listId));
    await store.createRun(newRun('other', listId, { settings: settings('BitLog2_Half_17', { seed: 1 }) }));
    expect(await store.findResumable(key)).toBe('new');
    await store.setRunState('new', 'failed');
    expect(await store.findResumable(key)).toBe('old');
    await store.setRunState('old', 'done');
    expect(await store.findResumable(key)).toBe('old');
    // The same settings written in another order of keys.
    const reordered = Object.fromEntries(Object.entries(key.settings).reverse()) as typeof key.settings;
    expect(await store.findResumable({ ...key, settings: reordered })).toBe('old');
    expect(await store.findResumable({ ...key, modelHash: 'changed' })).toBeNull();
    expect(await store.findResumable({ ...key, datasetHash: 'changed' })).toBeNull();
  });

  it('keeps the model hash of the start when the file changes later', async () => {
    await store.createRun(newRun('r1', listId));
    await store.upsertModel(modelRecord('tiny', { hash: 'trained further' }));
    expect((await store.run('r1'))?.modelHash).toBe('hash-tiny');
  });

  it('keeps calibrations with their bytes', async () => {
    const parameters = { 'blocks.0.attn.matmul2': { A: { bits: 4, scheme: 'BitLog2_Half_17', delta: [327] }, B: { delta: [0.25], zero_point: [-1] } } };
    expect(await store.calibration('r1')).toBeNull();
    await store.saveCalibration('r1', { parameters, state: '{"step":1}' });
    await store.saveCalibration('r1', { parameters, state: '{"step":2}', bytes: Uint8Array.of(0, 255, 7) });
    await reopen();
    expect(await store.calibration('r1')).toEqual({ parameters, state: '{"step":2}', bytes: Uint8Array.of(0, 255, 7) });
  });
});

describe('batches', () => {
  beforeEach(async () => {
    await store.createRun(newRun('r1', listId));
    await store.createRun(newRun('r2', listId));
  });

  it('commits predictions, skipped images and levels of all cells together', async () => {
    await store.commitBatch(batchCommit(1, ['r1', 'r2'], 4, [5]));
    await store.commitBatches([batchCommit(0, ['r1'], 4), batchCommit(2, ['r1'], 4)]);
    await reopen();
    expect([...(await store.committedBatches('r1'))]).toEqual([0, 1, 2]);
    expect([...(await store.committedBatches('r2'))]).toEqual([1]);
    const run = await store.run('r1');
    expect(run).toMatchObject({ images: 11, skipped: 1 });
    const indices = [0, 1, 2, 3, 4, 6, 7, 8, 9, 10, 11];
    const outcomes = await store.outcomes('r1');
    expect([...outcomes.index]).toEqual(indices);
    expect([...outcomes.predicted]).toEqual(indices.map((i) => (i * 7) % 10));
    expect([...outcomes.top1Correct]).toEqual(indices.map((i) => Number((i * 7) % 10 === i % 2)));
    expect([...outcomes.top5Correct]).toEqual(indices.map((i) => Number(predictionRow(i).top5.includes(i % 2))));
    expect([...outcomes.loss]).toEqual(indices.map((i) => Math.log(i + 2)));
    expect(run?.top1Correct).toBe(outcomes.top1Correct.reduce((a, b) => a + b, 0));
    expect(run?.top5Correct).toBe(outcomes.top5Correct.reduce((a, b) => a + b, 0));
    expect(run?.meanLoss).toBeCloseTo(indices.reduce((sum, i) => sum + Math.log(i + 2), 0) / 11, 9);
    expect(await store.skipped('r2')).toEqual([{ index: 5, file: 'val/a/5.png', reason: 'broken', detail: 'truncated' }]);
    const levels = await store.levelCounts('r1');
    expect(levels.map(({ block, heads, codes }) => [block, heads, codes])).toEqual([[0, 3, 17], [1, 3, 17]]);
    expect([...(levels[1]?.counts ?? [])]).toEqual(Array.from({ length: 51 }, (_, i) => (i === 0 ? 0 : 3 + 3 * i)));
  });

  it('pages predictions in list order with their files', async () => {
    await store.commitBatches([batchCommit(2, ['r1'], 4), batchCommit(0, ['r1'], 4, [1])]);
    const page = await store.predictions('r1', 2, 3);
    expect(page.total).toBe(7);
    expect(page.predictions.map(({ index, file: name }) => [index, name])).toEqual([[3, 'val/a/3.png'], [8, 'val/a/8.png'], [9, 'val/a/9.png']]);
    expect(await store.prediction('r1', 8)).toEqual({ ...predictionRow(8), file: 'val/a/8.png' });
    expect(await store.prediction('r1', 1)).toBeNull();
  });

  it('keeps predictions of a model with fewer than five classes', async () => {
    await store.commitBatch({ batch: 0, skipped: [], cells: [{ runId: 'r1', levelCounts: [], predictions: [predictionRow(0, { top5: [1, 0] }), predictionRow(1, { label: 1, top5: [0] })] }] });
    expect((await store.prediction('r1', 0))?.top5).toEqual([1, 0]);
    expect(await store.run('r1')).toMatchObject({ images: 2, top1Correct: 0, top5Correct: 1 });
    expect([...(await store.outcomes('r1')).top5Correct]).toEqual([1, 0]);
  });

  it('refuses a batch twice and leaves nothing of the refused commit', async () => {
    await store.commitBatch(batchCommit(0, ['r1'], 4));
    await expect(store.commitBatches([batchCommit(1, ['r1', 'r2'], 4), batchCommit(0, ['r1'], 4)])).rejects.toThrow(/batch 0 is committed already/);
    await expect(store.commitBatch(batchCommit(1, ['nobody'], 4))).rejects.toThrow(/not in the workspace/);
    expect([...(await store.committedBatches('r1'))]).toEqual([0]);
    expect((await store.run('r2'))?.images).toBe(0);
    await store.commitBatch(batchCommit(1, ['r1', 'r2'], 4));
    expect((await store.run('r1'))?.images).toBe(8);
    expect((await store.levelCounts('r1'))[0]?.counts[1]).toBe(1);
  });

  it('refuses level counts of another shape', async () => {
    await store.commitBatch(batchCommit(0, ['r1'], 4));
    const other = { batch: 1, skipped: [], cells: [{ runId: 'r1', predictions: [], levelCounts: [{ block: 0, heads: 3, codes: 16, counts: new Float64Array(48) }] }] };
    await expect(store.commitBatch(other)).rejects.toThrow(/do not fit/);
  });

  it('shows level counts as rows to SQL', async () => {
    await store.commitBatch(batchCommit(2, ['r1'], 4));
    await store.close();
    const { DuckDBInstance } = await import('@duckdb/node-api');
    const instance = await DuckDBInstance.create(file());
    const connection = await instance.connect();
    const rows = (await connection.runAndReadAll('SELECT block, head, code, count FROM level_counts ORDER BY ALL')).getRowsJS();
    connection.closeSync();
    instance.closeSync();
    store = await openStore(file());
    expect(rows).toHaveLength(2 * 51);
    expect(rows[0]).toEqual([0, 0, 0, 0n]);
    expect(rows[51 + 17 + 3]).toEqual([1, 1, 3, BigInt(2 + 20)]);
  });
});

it('gives the sums of more runs than are kept in memory', async () => {
  const ids = Array.from({ length: 70 }, (_, i) => `many-${i}`);
  for (const id of ids) await store.createRun(newRun(id, listId));
  await store.commitBatch(batchCommit(0, ids, 4));
  expect((await store.runs()).map((run) => run.images)).toEqual(ids.map(() => 4));
  // The first ones are forgotten by now: new batches must still show.
  await store.commitBatch(batchCommit(1, ['many-0'], 4));
  expect((await store.runs()).map((run) => run.images)).toEqual(ids.map((id) => (id === 'many-0' ? 8 : 4)));
});

it('answers the same question rightly before and after the tables grew', async () => {
  // DuckDB 1.5 gives shortened texts and numbers here when a prepared statement is used again.
  expect(await store.runs()).toEqual([]);
  expect((await store.listedImages('none')).files).toEqual([]);
  await store.createRun(newRun('the first run with a long name', listId));
  expect((await store.runs()).map((run) => [run.id, run.created])).toEqual([['the first run with a long name', '2026-01-02T03:04:05.000Z']]);
  await store.createRun(newRun('another', listId, { total: 1_000_000 }));
  expect((await store.runs()).map((run) => [run.id, run.total])).toEqual([['the first run with a long name', 12], ['another', 1_000_000]]);
  expect((await store.listedImages(listId)).files[11]).toBe('val/a/11.png');
});

it('gives the same sums from memory and from the file, also for a loss that is not finite', async () => {
  for (const id of ['usual', 'infinite']) await store.createRun(newRun(id, listId));
  await store.outcomes('usual');
  await store.outcomes('infinite');
  await store.commitBatches([batchCommit(0, ['usual'], 4), batchCommit(1, ['usual'], 4, [6])]);
  await store.commitBatch({ batch: 0, skipped: [], cells: [{ runId: 'infinite', levelCounts: [], predictions: [predictionRow(0), predictionRow(1, { loss: Infinity })] }] });
  const fromMemory = await store.runs();
  const columns = await store.outcomes('usual');
  await store.close();
  store = await openStore(file());
  expect((await store.runs()).map((run) => ({ ...run, state: 'waiting' }))).toEqual(fromMemory);
  expect(fromMemory.map((run) => run.meanLoss)).toEqual([expect.closeTo([0, 1, 2, 3, 4, 5, 7].reduce((sum, i) => sum + Math.log(i + 2), 0) / 7, 9), null]);
  expect(await store.outcomes('usual')).toEqual(columns);
  expect((await store.run('usual'))?.meanLoss).toBe(fromMemory[0]?.meanLoss);
});
