/** Names that people give, and pictures that they lock: both outlive the program, and go with what they belong to. */
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { toRunRecord } from '../../../../src/engine/runtime/results/run-record';
import { openStore } from '../../../../src/engine/runtime/store/open-store';
import type { Store } from '../../../../src/engine/runtime/store/store-types';
import { datasetRecord, modelRecord, newRun, seedStore, temporaryFolder } from '../../../helpers/store-records';

let folder: ReturnType<typeof temporaryFolder>;
let store: Store;
const file = (): string => join(folder.path, 'w.bitlog2');
const again = async (): Promise<void> => {
  await store.close();
  store = await openStore(file());
};

beforeEach(async () => {
  folder = temporaryFolder('titles');
  store = await openStore(file());
  await store.createRun(newRun('r', await seedStore(store)));
});
afterEach(async () => {
  await store.close();
  folder.remove();
});

it('names a model, a data set and a run; the records keep what their files say', async () => {
  const [model] = await store.models();
  const [dataset] = await store.datasets();
  if (model === undefined || dataset === undefined) throw new Error('nothing to name');
  expect((await store.run('r'))?.title).toBeUndefined();
  await store.rename({ kind: 'model', id: model.id, name: "O'Neill's 모델" });
  await store.rename({ kind: 'dataset', id: dataset.id, name: 'pictures' });
  await store.rename({ kind: 'run', id: 'r', name: 'before' });
  await again();
  expect([(await store.models())[0]?.name, (await store.datasets())[0]?.name, (await store.run('r'))?.title]).toEqual(["O'Neill's 모델", 'pictures', 'before']);
  const run = await store.run('r');
  if (run === null) throw new Error('no run');
  expect(toRunRecord(run, 'x').title).toBe('before');
  // The file is read again: the name stays, and is taken back by an empty one.
  await store.upsertModel(model);
  expect((await store.models())[0]?.name).toBe("O'Neill's 모델");
  await store.rename({ kind: 'model', id: model.id, name: '' });
  await store.rename({ kind: 'run', id: 'r', name: '' });
  expect([(await store.models())[0]?.name, (await store.run('r'))?.title]).toEqual([model.name, undefined]);
});

it('lists by the names that are shown', async () => {
  await store.upsertModel(modelRecord('zebra'));
  const before = (await store.models()).map(({ name }) => name);
  expect(before).toEqual([...before].sort());
  const last = (await store.models()).at(-1);
  if (last === undefined) throw new Error('no model');
  await store.rename({ kind: 'model', id: last.id, name: 'a' });
  expect((await store.models())[0]?.id).toBe(last.id);
});

it('keeps locked pictures by data set, until they are let go or the data set is', async () => {
  await store.upsertDataset(datasetRecord('second'));
  const [one, other] = (await store.datasets()).map(({ id }) => id);
  if (one === undefined || other === undefined) throw new Error('no data set');
  await store.lockPictures(one, ['b.png', 'a.png']);
  await store.lockPictures(one, ['train/c.png', 'a.png']);
  await again();
  expect([await store.lockedPictures(one), await store.lockedPictures(other)]).toEqual([['train/c.png', 'a.png'], null]);
  await store.lockPictures(other, ['x.png']);
  await store.lockPictures(one, null);
  expect(await store.lockedPictures(one)).toBeNull();
  await store.rename({ kind: 'dataset', id: other, name: 'gone' });
  await store.remove({ kind: 'dataset', id: other });
  expect(await store.lockedPictures(other)).toBeNull();
  await store.upsertDataset(datasetRecord(other.replace(/^data-/, '')));
  expect((await store.datasets()).map(({ name }) => name)).not.toContain('gone');
});
