import { DuckDBInstance } from '@duckdb/node-api';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openStore } from '../../../../src/engine/runtime/store/open-store';
import type { Store } from '../../../../src/engine/runtime/store/store-types';
import { batchCommit, datasetRecord, modelRecord, newRun, seedStore, settings, temporaryFolder } from '../../../helpers/store-records';

let folder: ReturnType<typeof temporaryFolder>;
let store: Store;
let listId: string;
const file = (): string => join(folder.path, 'w.bitlog2');

async function addRun(id: string, extra: Parameters<typeof newRun>[2] = {}, list = listId): Promise<void> {
  await store.createRun(newRun(id, list, extra));
  await store.commitBatch(batchCommit(0, [id], 4, [3]));
  await store.saveCalibration(id, { parameters: {}, state: '{}', bytes: new Uint8Array([1]) });
  await store.saveAnalysis(id, 'noise', 1, { answer: 1 });
  await store.setRunState(id, 'done');
}

beforeEach(async () => {
  folder = temporaryFolder('remove');
  store = await openStore(file());
  listId = await seedStore(store);
  await store.upsertModel(modelRecord('other'));
  await store.upsertDataset(datasetRecord('second'));
  await addRun('a');
  await addRun('b', { settings: settings('Sqrt2_17') });
  await addRun('c', { modelId: 'model-other' });
  await addRun('d', { datasetId: 'data-second' }, await store.imageList(['only.png'], [0]));
});
afterEach(async () => {
  await store.close();
  folder.remove();
});

/** Rows of every table by run, straight from the closed file. */
async function rowsOf(runId: string): Promise<number> {
  await store.close();
  const instance = await DuckDBInstance.create(file());
  const connection = await instance.connect();
  let rows = 0;
  for (const table of ['predictions', 'skipped', 'batches', 'calibrations', 'level_totals', 'analyses']) rows += (await connection.runAndReadAll(`SELECT 1 FROM ${table} WHERE run_id = '${runId}'`)).currentRowCount;
  connection.closeSync();
  instance.closeSync();
  store = await openStore(file());
  return rows;
}

it('a run goes with everything that was stored of it, and leaves the others as they were', async () => {
  const before = await store.run('b');
  await store.remove({ kind: 'run', id: 'a' });
  expect((await store.runs()).map(({ id }) => id)).toEqual(['b', 'c', 'd']);
  expect(await store.run('a')).toBeNull();
  expect(await store.run('b')).toEqual(before);
  expect(await rowsOf('a')).toBe(0);
  expect(await rowsOf('b')).toBeGreaterThan(5);
  expect((await store.outcomes('b')).index).toHaveLength(3);
});

it('a model and a data set take their runs along, and lists that nobody is left of', async () => {
  await store.remove({ kind: 'model', id: 'model-tiny' });
  expect((await store.models()).map(({ id }) => id)).toEqual(['model-other']);
  expect((await store.runs()).map(({ id }) => id)).toEqual(['c']);
  expect((await store.listedImages(listId)).files).toHaveLength(12);
  await store.remove({ kind: 'dataset', id: 'data-small' });
  expect((await store.datasets()).map(({ id }) => id)).toEqual(['data-second']);
  expect(await store.runs()).toEqual([]);
  expect((await store.listedImages(listId)).files).toEqual([]);
});

it('removing twice is removing once, and the same can be run again', async () => {
  await store.remove({ kind: 'run', id: 'a' });
  await store.remove({ kind: 'run', id: 'a' });
  await store.remove({ kind: 'model', id: 'model-tiny' });
  listId = await seedStore(store);
  // Every run has an id of its own.
  await addRun('a-again');
  expect(await store.run('a-again')).toMatchObject({ images: 3, state: 'done' });
  expect((await store.predictions('a-again', 0, 10)).total).toBe(3);
});
