/** Files that are not, or not yet, or no longer a workspace of this program. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, describe, expect, it } from 'vitest';
import { openStore } from '../../../../src/engine/runtime/store/open-store';
import { currentVersion, migrations, workspaceFormat } from '../../../../src/engine/runtime/store/migrations';
import { lockHolderPid, openFailure, statementError } from '../../../../src/engine/runtime/store/store-failures';
import { EngineError } from '../../../../src/shared/failure';
import { batchCommit, newRun, seedStore, temporaryFolder } from '../../../helpers/store-records';

const folder = temporaryFolder('open-store');
afterAll(() => folder.remove());
const at = (name: string): string => join(folder.path, name);

async function failureOf(file: string): Promise<unknown> {
  const error = await openStore(file).then((store) => store.close(), (reason: unknown) => reason);
  return error instanceof EngineError ? error.failure : error;
}

async function sql(file: string, ...statements: string[]): Promise<void> {
  const instance = await DuckDBInstance.create(file);
  const connection = await instance.connect();
  for (const statement of statements) await connection.run(statement);
  connection.closeSync();
  instance.closeSync();
}

describe('openStore', () => {
  it('creates the file and its folders, and releases it at close', async () => {
    const store = await openStore(at('new/deeper/w.bitlog2'));
    await store.close();
    await store.close();
    await sql(store.file, 'SELECT * FROM runs');
  });

  it('leaves one file behind after close, with everything in it', async () => {
    const store = await openStore(at('one.bitlog2'));
    await seedStore(store);
    await store.close();
    writeFileSync(at('copy.bitlog2'), readFileSync(at('one.bitlog2')));
    const copy = await openStore(at('copy.bitlog2'));
    expect((await copy.models()).map((model) => model.name)).toEqual(['tiny']);
    await copy.close();
  });

  it('refuses a second opening by this process', async () => {
    const store = await openStore(at('twice.bitlog2'));
    expect(await failureOf(at('./twice.bitlog2'))).toMatchObject({ kind: 'workspace-locked' });
    await store.close();
    expect(await failureOf(at('twice.bitlog2'))).toBeUndefined();
  });

  it('refuses what is no database', async () => {
    writeFileSync(at('text.bitlog2'), 'this is a text\n'.repeat(1000));
    writeFileSync(at('empty.bitlog2'), '');
    for (const name of ['text.bitlog2', 'empty.bitlog2', '.']) expect(await failureOf(at(name)), name).toMatchObject({ kind: 'workspace-invalid' });
    // A refused file can be tried again: nothing is left locked.
    expect(await failureOf(at('text.bitlog2'))).toMatchObject({ kind: 'workspace-invalid' });
  });

  it('refuses somebody else’s database and leaves it as it was', async () => {
    await sql(at('other.duckdb'), 'CREATE TABLE sales (amount INTEGER)');
    const before = readFileSync(at('other.duckdb'));
    expect(await failureOf(at('other.duckdb'))).toMatchObject({ kind: 'workspace-invalid', what: expect.stringContaining('not a workspace') });
    expect(readFileSync(at('other.duckdb')).equals(before)).toBe(true);
  });

  it('refuses a damaged and a truncated workspace', async () => {
    const store = await openStore(at('good.bitlog2'));
    await seedStore(store, 5000);
    await store.close();
    const bytes = readFileSync(at('good.bitlog2'));
    writeFileSync(at('truncated.bitlog2'), bytes.subarray(0, 10_000));
    writeFileSync(at('damaged.bitlog2'), Buffer.from(bytes).fill(7, 4096, 12_288));
    for (const name of ['truncated.bitlog2', 'damaged.bitlog2']) {
      expect(await failureOf(at(name)), name).toMatchObject({ kind: 'workspace-invalid', what: 'The workspace is damaged' });
    }
  });

  it('takes a workspace of the first version along, with its runs', async () => {
    // A first version's file with the rows of a present one: the first columns of each table are the same for ever.
    const present = await openStore(at('present.bitlog2'));
    const listId = await seedStore(present);
    await present.createRun(newRun('r1', listId));
    await present.commitBatch(batchCommit(0, ['r1'], 1));
    await present.close();
    const tables = ['models', 'datasets', 'image_lists', 'runs', 'predictions', 'skipped', 'batches', 'calibrations', 'level_totals'];
    await sql(
      at('first.bitlog2'),
      'CREATE TABLE workspace_version (format VARCHAR NOT NULL, version INTEGER NOT NULL)', `INSERT INTO workspace_version VALUES ('${workspaceFormat}', 1)`,
      ...(migrations[0]?.statements ?? []),
      `ATTACH '${at('present.bitlog2')}' AS present (READ_ONLY)`,
      ...tables.map((table) => (table === 'runs'
        ? `INSERT INTO runs SELECT id, number, model_id, model_hash, dataset_id, dataset_hash, list_id, total, settings, settings_key, environment, created, state, failure, seconds_calibration, seconds_evaluation FROM present.runs`
        : `INSERT INTO ${table} SELECT * FROM present.${table}`)),
    );
    const store = await openStore(at('first.bitlog2'));
    expect(await store.run('r1')).toMatchObject({ id: 'r1', images: 1, exact: null, fallbacks: [] });
    await store.setRunState('r1', 'running', { proof: { exact: true, fallbacks: [] } });
    await store.commitBatch(batchCommit(1, ['r1'], 1));
    await store.createRun(newRun('r2', listId));
    await store.close();
    const again = await openStore(at('first.bitlog2'));
    expect((await again.runs()).map(({ id, images, exact }) => [id, images, exact])).toEqual([['r1', 2, true], ['r2', 0, null]]);
    await again.close();
    expect(currentVersion).toBe(migrations.length);
  });

  it('refuses a newer workspace', async () => {
    await (await openStore(at('newer.bitlog2'))).close();
    await sql(at('newer.bitlog2'), 'UPDATE workspace_version SET version = 99');
    expect(await failureOf(at('newer.bitlog2'))).toMatchObject({ kind: 'workspace-newer', place: 'workspace version 99' });
  });

  it('refuses a folder that cannot be made', async () => {
    writeFileSync(at('file'), 'x');
    expect(await failureOf(at('file/w.bitlog2'))).toMatchObject({ kind: 'workspace-missing' });
    if (process.platform === 'linux') expect(await failureOf('/proc/no/such/w.bitlog2')).toMatchObject({ kind: 'workspace-missing' });
  });
});

describe('messages of DuckDB', () => {
  it('finds the holder in both forms', () => {
    expect(lockHolderPid('Conflicting lock is held in /usr/bin/node (PID 4711) by user x')).toBe(4711);
    expect(lockHolderPid('Could not set lock on file "x"')).toBeNull();
  });

  it.each([
    ['IO Error: Could not set lock on file "w": Conflicting lock', 'workspace-locked'],
    ['IO Error: Cannot open file "w": The process cannot access the file because it is being used by another process.', 'workspace-locked'],
    ['IO Error: Trying to read a database file with version number 99, but we can only read versions between 64 and 67.', 'workspace-newer'],
    ['IO Error: Could not write file "w": No space left on device', 'disk-full'],
    ['IO Error: Cannot open file "w": Permission denied', 'workspace-missing'],
  ])('%s', (message, kind) => {
    expect(openFailure(message, 'w', null).failure).toMatchObject({ kind, file: 'w' });
  });

  it('passes on what it does not know', () => {
    const bug = new Error('Binder Error: no such column');
    expect(statementError(bug, 'w')).toBe(bug);
  });
});
