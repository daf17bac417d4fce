/** Listings that are kept: taken again while nothing has changed, made anew whenever anything has. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { imagenetTables } from '../../../../src/engine/runtime/datasets/imagenet-class-list';
import { readKept } from '../../../../src/engine/runtime/datasets/kept-listing';
import { listDataset } from '../../../../src/engine/runtime/datasets/list-dataset';
import { keepListingsIn, loadDataset } from '../../../../src/engine/runtime/library/dataset-library';
import { writeParquet } from '../../../helpers/parquet-file';
import { tarBytes } from '../../../helpers/tar-bytes';

const { classes, validationLabels } = imagenetTables;
let folder: string;
let root: string;
let shelf: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kept-'));
  root = join(folder, 'data');
  shelf = join(folder, 'listings');
  keepListingsIn(shelf);
});
afterEach(() => {
  keepListingsIn(null);
  rmSync(folder, { recursive: true, force: true });
});

const name = (number: number): string => `ILSVRC2012_val_${String(number).padStart(8, '0')}.JPEG`;
const id = (number: number): string => classes.list[validationLabels[number - 1] ?? 0]?.id ?? '';

function put(file: string, data: string | Uint8Array = 'x'): void {
  mkdirSync(dirname(join(root, file)), { recursive: true });
  writeFileSync(join(root, file), data);
}

/** As if nothing had been touched for a year: what has just changed is never trusted. */
function settle(path = root, years = 1): void {
  for (const entry of readdirSync(path, { withFileTypes: true })) if (entry.isDirectory()) settle(join(path, entry.name), years);
  const past = new Date(2020 - years, 1, 1);
  for (const entry of readdirSync(path)) utimesSync(join(path, entry), past, past);
  utimesSync(path, past, past);
}

/** Whether the disk was asked, and what came out. */
async function load(): Promise<{ listed: boolean; files: string[]; places: string[]; hash: string; notes: readonly string[]; labels: number[] }> {
  let listed = false;
  const { listing, path, record } = await loadDataset(root, { onFiles: () => { listed = true; } });
  const files = [...listing.val.refs(), ...listing.train.refs()].map(({ file }) => file);
  return { listed, files, places: files.map(path), hash: listing.hash, notes: record.notes, labels: [...listing.val.labels, ...listing.train.labels] };
}

const layouts: readonly (readonly [string, () => void | Promise<void>])[] = [
  ['class folders', () => { for (let n = 1; n < 20; n++) put(`val/${id(n)}/${name(n)}`); put('train/n01440764/한글 이름.JPEG'); }],
  ['one tree', () => { put('cats/1.png'); put('cats/deep/2.png'); put('dogs/3.png'); }],
  ['flat pictures', () => { for (let n = 1; n < 20; n++) put(`val/${name(n)}`); }],
  ['archives', () => { put('ILSVRC2012_img_val.tar', tarBytes([3, 1, 2].map((n) => ({ name: name(n), data: new Uint8Array(n) })))); put('train/n01440764/a.JPEG'); }],
  ['parquet', async () => { put('readme'); await writeParquet(join(root, 'validation.parquet'), [5, 2, 9].map((n) => ({ bytes: new Uint8Array(n), label: n, path: name(n) }))); }],
];

describe.each(layouts)('a kept listing of %s', (_layout, make) => {
  it('is taken within a session and by the next one', async () => {
    await make();
    settle();
    const first = await load();
    expect(first.listed).toBe(true);
    expect(await load()).toEqual({ ...first, listed: false });
    keepListingsIn(shelf);
    expect(await load()).toEqual({ ...first, listed: false });
    expect(readKept(shelf, root, null)?.listing.hash).toBe((await listDataset(root)).hash);
  });
});

describe('a kept listing', () => {
  it.each<[string, () => void]>([
    ['a picture came', () => put('val/n01440764/new.JPEG')],
    ['a picture went', () => rmSync(join(root, `val/${id(1)}/${name(1)}`))],
    ['a class came', () => put('val/n15075141/new.JPEG')],
    ['a split came', () => put('train/n01440764/new.JPEG')],
  ])('is made anew when %s', async (_what, change) => {
    for (let n = 1; n < 6; n++) put(`val/${id(n)}/${name(n)}`);
    put('val/n01440764/old.JPEG');
    settle();
    const before = await load();
    change();
    const after = await load();
    expect([after.listed, after.hash === before.hash]).toEqual([true, false]);
    // Just changed: not trusted yet, since it may change again within the same tick of the file system's clock.
    expect((await load()).listed).toBe(true);
    settle(root, 2);
    expect((await load()).listed).toBe(true);
    expect((await load()).listed).toBe(false);
  });

  it('is made anew when a label file comes, or changes', async () => {
    for (let n = 1; n < 6; n++) put(`val/${name(n)}`);
    settle();
    const before = await load();
    put('val.txt', [1, 2, 3, 4, 5].map((n) => `${name(n)} ${n}`).join('\n'));
    expect((await load()).labels).toEqual([1, 2, 3, 4, 5, 1, 2, 3, 4, 5]);
    settle();
    await load();
    writeFileSync(join(root, 'val.txt'), [1, 2, 3, 4, 5].map((n) => `${name(n)} ${n + 1}`).join('\n'));
    expect((await load()).labels.slice(0, 5)).toEqual([2, 3, 4, 5, 6]);
    expect(before.labels.slice(0, 5)).not.toEqual([2, 3, 4, 5, 6]);
  });

  it('is of one choice of labels', async () => {
    for (let n = 1; n < 6; n++) put(`val/${name(n)}`);
    put('mine.txt', [1, 2, 3, 4, 5].map((n) => `${name(n)} ${n}`).join('\n'));
    settle();
    const own = await load();
    const chosen = await loadDataset(root, { labels: { file: 'mine.txt', order: 'sorted-from-0' } });
    expect(chosen.record).toMatchObject({ labels: { file: 'mine.txt', order: 'sorted-from-0' } });
    expect(chosen.listing.hash).not.toBe(own.hash);
    expect((await load()).hash).toBe(own.hash);
  });

  it('that is damaged, cut off or empty is made anew, and nothing is said', async () => {
    put('cats/1.png');
    settle();
    const { hash } = await load();
    const file = join(shelf, readdirSync(shelf)[0] ?? '');
    const whole = readFileSync(file);
    for (const bytes of [whole.subarray(0, whole.length - 1), whole.subarray(0, 30), new Uint8Array(0), Buffer.from(whole.toString('latin1').replace('cats', 'bats'), 'latin1')]) {
      writeFileSync(file, bytes);
      keepListingsIn(shelf);
      expect(await load()).toMatchObject({ listed: true, hash });
    }
  });

  it('cannot be kept where nothing can be written, and that is no failure', async () => {
    put('cats/1.png');
    writeFileSync(join(folder, 'file'), '');
    keepListingsIn(join(folder, 'file'));
    expect((await load()).files).toEqual(['cats/1.png', 'cats/1.png']);
  });

  it('does not grow without end', async () => {
    for (let n = 0; n < 23; n++) {
      root = join(folder, `data${n}`);
      put('cats/1.png');
      settle();
      await load();
    }
    expect(readdirSync(shelf)).toHaveLength(20);
  });
});
