import { DuckDBInstance } from '@duckdb/node-api';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openStore } from '../../../../src/engine/runtime/store/open-store';
import type { Store } from '../../../../src/engine/runtime/store/store-types';
import { exportedTables } from '../../../../src/shared/tables';
import { batchCommit, newRun, predictionRow, seedStore, temporaryFolder } from '../../../helpers/store-records';

let folder: ReturnType<typeof temporaryFolder>;
let store: Store;

beforeEach(async () => {
  folder = temporaryFolder("it's an export");
  store = await openStore(join(folder.path, 'w.bitlog2'));
  const listId = await seedStore(store);
  await store.createRun(newRun('r1', listId));
  await store.createRun(newRun('empty', listId));
  await store.commitBatch(batchCommit(0, ['r1'], 4, [3]));
  await store.saveCalibration('r1', { parameters: { head: { input: { bits: 4, delta: [0.5], zero_point: [7.25] }, weight: { bits: 4, delta: [0.1, 0.2], zero_point: [1, 2] } }, map: { A: { scheme: 'BitLog2_Half_17', delta: [327] } } }, state: '{}' });
});
afterEach(async () => {
  await store.close();
  folder.remove();
});

/** What another program reads in the file. */
async function read(file: string): Promise<Record<string, unknown>[]> {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  const rows = (await connection.runAndReadAll(`SELECT * FROM '${file.replaceAll("'", "''")}'`)).getRowObjects();
  connection.closeSync();
  instance.closeSync();
  return rows;
}

it('runs carry their settings, and the figures that SQL gives', async () => {
  const file = join(folder.path, 'runs.parquet');
  expect(await store.exportTable('runs', 'parquet', file)).toBe(2);
  const rows = await read(file);
  const right = [0, 1, 2].map((index) => predictionRow(index)).filter(({ label, top5 }) => top5[0] === label).length;
  expect(rows[0]).toMatchObject({ run: 'r1', model: 'tiny', dataset: 'small', scheme: 'BitLog2_Half_17', arithmetic: 'reference', w_bits: 4, seed: 0, images: 3n, skipped: 1n, total: 12, top1: (100 * right) / 3 });
  expect(rows[1]).toMatchObject({ run: 'empty', images: 0n, top1: null });
});

it('predictions name their files', async () => {
  const file = join(folder.path, 'predictions.csv');
  expect(await store.exportTable('predictions', 'csv', file)).toBe(3);
  const [head, first] = readFileSync(file, 'utf8').split('\n');
  expect(head).toBe('run,model,dataset,scheme,arithmetic,w_bits,a_bits,seed,index,file,label,top1,top2,top3,top4,top5,correct,margin,loss,map_digest');
  expect(first).toMatch(/^r1,tiny,small,BitLog2_Half_17,reference,4,4,0,0,val\/a\/0\.png,0,0,/);
});

it('levels are counts and shares of each head; parameters stand one to a row', async () => {
  const levels = join(folder.path, 'levels.parquet');
  expect(await store.exportTable('levels', 'parquet', levels)).toBe(2 * 3 * 17);
  const rows = await read(levels);
  const shares = rows.filter(({ block, head }) => block === 1 && head === 2).map(({ share }) => Number(share));
  expect(shares).toHaveLength(17);
  expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 12);
  const parameters = join(folder.path, 'parameters.json');
  expect(await store.exportTable('parameters', 'json', parameters)).toBe(4);
  const found: unknown = JSON.parse(readFileSync(parameters, 'utf8'));
  expect(found).toMatchObject([
    { site: 'head', operand: 'input', bits: 4, channel: 0, delta: 0.5, zero_point: 7.25 },
    { site: 'head', operand: 'weight', channel: 0, delta: 0.1, zero_point: 1 },
    { site: 'head', operand: 'weight', channel: 1, delta: 0.2, zero_point: 2 },
    { site: 'map', operand: 'A', operand_scheme: 'BitLog2_Half_17', delta: 327, zero_point: null },
  ]);
});

it('a file that cannot be written is a failure that names it', async () => {
  const file = join(folder.path, 'no-such-folder', 'runs.csv');
  for (const table of exportedTables) await expect(store.exportTable(table, 'csv', file)).rejects.toMatchObject({ failure: { kind: 'settings', file } });
});
