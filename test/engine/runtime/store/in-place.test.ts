/** A workspace whose file is taken away while it is open. */
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { InPlace, isUnwritable } from '../../../../src/engine/runtime/store/in-place';
import { openStore } from '../../../../src/engine/runtime/store/open-store';
import { statementError } from '../../../../src/engine/runtime/store/store-failures';
import { EngineError } from '../../../../src/shared/failure';
import { batchCommit, newRun, seedStore, temporaryFolder } from '../../../helpers/store-records';

const folder = temporaryFolder('in-place');
afterAll(() => folder.remove());
const posix = process.platform !== 'win32';

it.runIf(posix)('takes nothing while it is away, everything when it is back, and keeps what it had', async () => {
  mkdirSync(join(folder.path, 'disk'));
  const file = join(folder.path, 'disk', 'w.bitlog2');
  const store = await openStore(file);
  const listId = await seedStore(store, 40);
  await store.createRun(newRun('r', listId, { total: 40 }));
  await store.commitBatch(batchCommit(0, ['r'], 4));
  expect(store.standing).toBe('open');
  renameSync(join(folder.path, 'disk'), join(folder.path, 'away'));
  await expect(store.commitBatch(batchCommit(1, ['r'], 4))).rejects.toMatchObject({ failure: { kind: 'workspace-missing', file, next: expect.stringContaining('put it back') } });
  // Nor does the journal of what is in work end the program.
  store.inFlight.begin(['r'], [1]);
  expect([store.standing, existsSync(join(folder.path, 'disk'))]).toEqual(['gone', false]);
  renameSync(join(folder.path, 'away'), join(folder.path, 'disk'));
  expect(store.standing).toBe('open');
  await store.commitBatch(batchCommit(1, ['r'], 4));
  await store.close();
  const again = await openStore(file);
  expect([...(await again.committedBatches('r'))]).toEqual([0, 1]);
  await again.close();
});

it('that is deleted closes without a word of the database', async () => {
  const file = join(folder.path, 'deleted.bitlog2');
  const store = await openStore(file);
  if (posix) rmSync(file);
  await store.close();
});

it('is told by its file, not by its name', () => {
  const place = new InPlace(join(folder.path, 'disk', 'w.bitlog2'));
  expect([place.holds, place.gone]).toEqual([true, false]);
  place.lose();
  expect([place.holds, place.gone]).toEqual([false, false]);
  expect(() => place.check()).not.toThrow();
});

it.each([
  'IO Error: Could not write file "w": Input/output error',
  'IO Error: Cannot open file "/d/w.wal": Permission denied',
  'IO Error: Cannot open file "/d/w.wal": Read-only file system',
  'IO Error: Could not sync file: Stale file handle',
  'TransactionContext Error: Failed to commit: Could not write file: No such device',
])('says in words that it cannot be written any more: %s', (message) => {
  const error = statementError(new Error(message), 'w');
  expect(error instanceof EngineError ? error.failure : error).toMatchObject({ kind: 'workspace-missing', what: 'The workspace cannot be written any more', file: 'w', place: message });
});

it('does not take other errors for it', () => {
  for (const message of ['Binder Error: no column EIOU', 'Constraint Error: duplicate key', 'IO Error: No space left on device']) expect(isUnwritable(message)).toBe(false);
  expect(statementError(new Error('IO Error: No space left on device'), 'w')).toMatchObject({ failure: { kind: 'disk-full' } });
});
