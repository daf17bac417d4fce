/** Joining workspaces, looked at by SQL. */
import { copyFileSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { mergeFiles } from '../../../../src/engine/runtime/store/merge-files';
import { openStore } from '../../../../src/engine/runtime/store/open-store';
import { EngineError } from '../../../../src/shared/failure';
import { batchCommit, newRun, seedStore, settings, temporaryFolder } from '../../../helpers/store-records';

const folder = temporaryFolder('merge');
afterAll(() => folder.remove());
const at = (name: string): string => join(folder.path, name);

async function rows(file: string, query: string): Promise<unknown[][]> {
  const instance = await DuckDBInstance.create(file, { access_mode: 'READ_ONLY' });
  const connection = await instance.connect();
  const result = (await connection.runAndReadAll(query)).getRowsJson();
  connection.closeSync();
  instance.closeSync();
  return result;
}

/** A workspace with the given runs, each with its batches of four images. */
async function workspace(name: string, runs: Readonly<Record<string, readonly number[]>>): Promise<string> {
  const store = await openStore(at(name));
  const listId = await seedStore(store, 40);
  for (const [index, [id, batches]] of Object.entries(runs).entries()) {
    await store.createRun(newRun(id, listId, { total: 40, settings: settings('Sqrt2_17', { seed: index }) }));
    for (const batch of batches) await store.commitBatch(batchCommit(batch, [id], 4, [batch * 4 + 3]));
    await store.saveAnalysis(id, 'kind', { asked: id }, { answered: name });
  }
  await store.close();
  return at(name);
}

let a: string;
let b: string;

beforeAll(async () => {
  a = await workspace('a.bitlog2', { 'run-a': [0, 1, 2], shared: [0, 1] });
  b = await workspace('b.bitlog2', { 'run-b': [5], shared: [0, 1, 2, 3] });
});

it('joins two into a third that is not there yet, each run once and the further one of two', async () => {
  const before = [a, b].map((file) => readFileSync(file));
  const merged = await mergeFiles(at('c.bitlog2'), [a, b]);
  expect(merged.map(({ added }) => added)).toEqual([
    { models: 1, datasets: 1, runs: 2, predictions: 15, analyses: 2, recipes: 0 },
    // Of the shared run, replaced by the further one.
    { models: 0, datasets: 0, runs: 2, predictions: 15, analyses: 2, recipes: 0 },
  ]);
  expect(merged[0]?.conflicts).toEqual([]);
  expect(merged[1]?.conflicts).toEqual(['run shared: 2 batches here, 4 there; that one was kept']);
  expect(await rows(at('c.bitlog2'), 'SELECT run_id, count(*)::INTEGER, min("index"), max("index") FROM predictions GROUP BY run_id ORDER BY run_id')).toEqual([['run-a', 9, 0, 10], ['run-b', 3, 20, 22], ['shared', 12, 0, 14]]);
  expect(await rows(at('c.bitlog2'), 'SELECT run_id, count(*)::INTEGER FROM batches GROUP BY run_id ORDER BY run_id')).toEqual([['run-a', 3], ['run-b', 1], ['shared', 4]]);
  expect(await rows(at('c.bitlog2'), 'SELECT run_id, count(*)::INTEGER FROM skipped GROUP BY run_id ORDER BY run_id')).toEqual([['run-a', 3], ['run-b', 1], ['shared', 4]]);
  expect(await rows(at('c.bitlog2'), 'SELECT run_id, result FROM analyses ORDER BY run_id')).toEqual([['run-a', '{"answered":"a.bitlog2"}'], ['run-b', '{"answered":"b.bitlog2"}'], ['shared', '{"answered":"b.bitlog2"}']]);
  expect(await rows(at('c.bitlog2'), 'SELECT count(DISTINCT list_id)::INTEGER, count(*)::INTEGER FROM image_lists')).toEqual([[1, 40]]);
  for (const [from, run] of [[a, 'run-a'], [b, 'run-b'], [b, 'shared']] as const) {
    for (const table of ['predictions', 'level_totals', 'batches']) {
      const query = `SELECT * FROM ${table} WHERE run_id = '${run}' ORDER BY ALL`;
      expect(await rows(at('c.bitlog2'), query), `${table} of ${run}`).toEqual(await rows(from, query));
    }
  }
  expect([a, b].map((file, index) => readFileSync(file).equals(before[index] ?? Buffer.alloc(0)))).toEqual([true, true]);
  expect(readdirSync(folder.path).filter((name) => name.includes('merge-') || name.endsWith('.wal'))).toEqual([]);
});

it('takes nothing twice, and what was merged can be gone on with', async () => {
  const merged = await mergeFiles(at('c.bitlog2'), [b, a]);
  expect(merged.map(({ added }) => added)).toEqual([b, a].map(() => ({ models: 0, datasets: 0, runs: 0, predictions: 0, analyses: 0, recipes: 0 })));
  expect(merged[1]?.conflicts).toEqual(['run shared: 4 batches here, 2 there; this one was kept']);
  const store = await openStore(at('c.bitlog2'));
  expect((await store.runs()).map(({ id, images }) => [id, images])).toEqual([['run-a', 9], ['run-b', 3], ['shared', 12]]);
  await store.commitBatch(batchCommit(4, ['shared'], 4));
  expect((await store.run('shared'))?.images).toBe(16);
  await store.close();
});

it('keeps both of two recipes with one name, and says so', async () => {
  const recipe = (bits: number) => ({ overrides: { 'blocks.0.*': bits } });
  for (const [name, bits] of [['one.bitlog2', 4], ['two.bitlog2', 6], ['three.bitlog2', 4]] as const) {
    const store = await openStore(at(name));
    await store.saveRecipe('mine', recipe(bits));
    await store.close();
  }
  const merged = await mergeFiles(at('one.bitlog2'), [at('two.bitlog2'), at('three.bitlog2')]);
  expect(merged.map(({ added, conflicts }) => [added.recipes, conflicts])).toEqual([[1, ['recipe mine: not alike; the other one is called mine (two)']], [0, []]]);
  expect(await rows(at('one.bitlog2'), 'SELECT name FROM recipes ORDER BY name')).toEqual([['mine'], ['mine (two)']]);
});

it('reads what a killed program left in the log of a file', async () => {
  const store = await openStore(at('live.bitlog2'));
  const listId = await seedStore(store, 40);
  await store.createRun(newRun('left', listId, { total: 40 }));
  await store.commitBatch(batchCommit(2, ['left'], 4));
  for (const suffix of ['', '.wal']) copyFileSync(at(`live.bitlog2${suffix}`), at(`left.bitlog2${suffix}`));
  await store.close();
  expect((await mergeFiles(at('from-left.bitlog2'), [at('left.bitlog2')]))[0]?.added).toMatchObject({ runs: 1, predictions: 4 });
});

it('refuses itself and what is not there or no workspace, before anything is taken', async () => {
  const failure = async (files: string[]): Promise<unknown> => mergeFiles(at('d.bitlog2'), files).then(() => null, (error: unknown) => (error instanceof EngineError ? error.failure.kind : error));
  expect(await failure([a, at('d.bitlog2')])).toBe('settings');
  expect(await failure([a, at('absent.bitlog2')])).toBe('workspace-missing');
  expect(readdirSync(folder.path)).not.toContain('d.bitlog2');
});
