import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { loadDataset } from '../../../../src/engine/runtime/library/dataset-library';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'dataset-name-'));
  for (const name of ['cat', 'dog']) {
    mkdirSync(join(folder, 'pets', name), { recursive: true });
    writeFileSync(join(folder, 'pets', name, '0.png'), '');
  }
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const nameNow = async (): Promise<string> => (await loadDataset(join(folder, 'pets'))).record.name;

it('a data set is called as the card beside its folder says, else as the folder', async () => {
  expect(await nameNow()).toBe('pets');
  writeFileSync(join(folder, 'pets.md'), 'Notes without a heading\n');
  expect(await nameNow()).toBe('pets');
  writeFileSync(join(folder, 'pets.md'), '# Pets of the house \n\n# More\n');
  expect(await nameNow()).toBe('Pets of the house');
});

it('the card is not part of what is listed: the data set stays the same', async () => {
  const before = (await loadDataset(join(folder, 'pets'))).record;
  writeFileSync(join(folder, 'pets.md'), '# Other\n');
  expect((await loadDataset(join(folder, 'pets'))).record).toEqual({ ...before, name: 'Other' });
});

it('the sample has a name', async () => {
  expect((await loadDataset(resolve('resources/sample/images'))).record).toMatchObject({ name: 'Fashion-MNIST sample', valImages: 1000, trainImages: 128 });
});
