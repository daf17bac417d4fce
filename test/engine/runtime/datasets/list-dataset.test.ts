import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ImageTable } from '../../../../src/engine/core/datasets/image-table';
import { diskFolders, type FolderReader } from '../../../../src/engine/runtime/datasets/folder-reader';
import { listDataset } from '../../../../src/engine/runtime/datasets/list-dataset';
import { readImageList } from '../../../../src/engine/runtime/datasets/read-image-list';
import { imageFixtures } from '../../core/images/pillow-goldens';
import { rejection } from '../../../helpers/failure-of';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'dataset-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

/** Empty files: listing never opens them. */
function make(...files: string[]): void {
  for (const file of files) {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    writeFileSync(join(root, file), '');
  }
}

function refs(table: ImageTable): string[] {
  return [...table.refs()].map(({ file, label }) => `${file} ${label}`);
}

describe('listDataset', () => {
  it('lists train and val by WordNet id, each with classes of its own', async () => {
    make('train/n01443537/b.JPEG', 'train/n01443537/a.JPEG', 'train/n01440764/c.jpg', 'val/n15075141/d.png', 'val/n01440764/e.JPEG', 'val/n01440764/notes.txt', 'README');
    const listing = await listDataset(root);
    expect(listing).toMatchObject({ root, layout: 'imagenet-folders', labelSet: 'imagenet-1k' });
    expect(refs(listing.train)).toEqual(['train/n01440764/c.jpg 0', 'train/n01443537/a.JPEG 1', 'train/n01443537/b.JPEG 1']);
    expect(refs(listing.val)).toEqual(['val/n01440764/e.JPEG 0', 'val/n15075141/d.png 999']);
    expect(listing.classes.map(({ name }) => name)).toEqual(['tench', 'goldfish', 'toilet tissue']);
    expect(listing.said).toEqual([{ key: 'dataset.seen', classes: 2, images: 2, train: 3, origin: 'class folders named by WordNet id' }, { key: 'dataset.classSubset', classes: 3 }]);
  });

  it('takes a bare tree for both splits and says so', async () => {
    make('cats/2.png', 'cats/10.png', 'dogs/1.png', '.git/hidden.png');
    const listing = await listDataset(root);
    expect(listing).toMatchObject({ layout: 'bare-folders', labelSet: 'own' });
    expect(refs(listing.val)).toEqual(['cats/10.png 0', 'cats/2.png 0', 'dogs/1.png 1']);
    expect(listing.train).toBe(listing.val);
    expect(listing.said).toEqual([{ key: 'dataset.seen', classes: 2, images: 3, train: 0, origin: 'class folders in the order of their names' }, { key: 'dataset.calibratesOnEvaluated' }]);
  });

  it('takes val alone', async () => {
    make('val/a/1.png', 'devkit/readme.txt');
    const listing = await listDataset(root);
    expect(refs(listing.val)).toEqual(['val/a/1.png 0']);
    expect(listing.said.map(({ key }) => key)).toEqual(['dataset.onlyValFolder', 'dataset.seen', 'dataset.calibratesOnEvaluated']);
  });

  it('goes into folders as torchvision does: sorted by full path, files after that', async () => {
    make('a/z.png', 'a/b/1.png', 'a/b-c/2.png', 'a/b/d/3.png', 'b/4.png', 'b/4.txt');
    // Python: sorted(os.walk('a')) gives a, a/b, a/b-c, a/b/d, because '-' comes before '/'.
    expect(refs((await listDataset(root)).val)).toEqual(['a/z.png 0', 'a/b/1.png 0', 'a/b-c/2.png 0', 'a/b/d/3.png 0', 'b/4.png 1']);
  });

  it('labels by the union of train and val, and names folders that only one of them has', async () => {
    make('train/a/1.png', 'train/c/1.png', 'val/b/1.png', 'val/c/1.png');
    mkdirSync(join(root, 'train/empty'));
    const listing = await listDataset(root);
    expect(refs(listing.val)).toEqual(['val/b/1.png 1', 'val/c/1.png 2']);
    expect(listing.said.slice(1)).toEqual([
      { key: 'dataset.classesWithoutImages', folders: ['empty'] },
      { key: 'dataset.classFoldersDiffer', folders: ['a', 'b', 'empty'] },
    ]);
  });

  it('follows links, but not in circles', async () => {
    make('store/x/1.png', 'data/b/2.png');
    symlinkSync(join(root, 'store/x'), join(root, 'data/a'));
    symlinkSync(join(root, 'data/b'), join(root, 'data/b/again'));
    symlinkSync(join(root, 'data'), join(root, 'data/b/up'));
    symlinkSync(join(root, 'gone.png'), join(root, 'data/b/3.png'));
    const listing = await listDataset(join(root, 'data'));
    expect(refs(listing.val)).toEqual(['a/1.png 0', 'b/2.png 1', 'b/3.png 1']);
    expect(listing.said).toContainEqual({ key: 'dataset.circularLinks', folders: ['b/again', 'b/up'] });
  });

  it('has a hash that follows names, labels and splits, not the place', async () => {
    make('train/a/1.png', 'val/a/1.png', 'val/b/2.png');
    const before = (await listDataset(root)).hash;
    expect(before).toMatch(/^[0-9a-f]{64}$/);
    expect((await listDataset(root)).hash).toBe(before);
    const moved = `${root}-moved`;
    renameSync(root, moved);
    expect((await listDataset(moved)).hash).toBe(before);
    renameSync(moved, root);
    renameSync(join(root, 'val/b/2.png'), join(root, 'val/b/3.png'));
    expect((await listDataset(root)).hash).not.toBe(before);
  });

  it('reports progress up to the number of pictures', async () => {
    make('train/a/1.png', 'train/b/2.png', 'val/a/3.png', 'val/b/4.png');
    const seen: number[] = [];
    await listDataset(root, { onProgress: (files) => seen.push(files) });
    expect(seen).toEqual([...seen].sort((a, b) => a - b));
    expect(seen.at(-1)).toBe(4);
  });

  it('stops when asked', async () => {
    make('a/1.png', 'b/2.png', 'c/3.png');
    let polls = 0;
    expect(await rejection(listDataset(root, { shouldStop: () => ++polls > 2 }))).toMatchObject({ kind: 'stopped' });
  });

  it('gives the same listing whatever order the disk answers in', async () => {
    make(...Array.from({ length: 40 }, (_, index) => `class${index % 20}/${index}.png`));
    const slow: FolderReader = {
      ...diskFolders,
      async entries(path) {
        const found = await diskFolders.entries(path);
        await new Promise((resolve) => setTimeout(resolve, path.length % 3 === 0 ? 5 : 0));
        return [...found].reverse();
      },
    };
    const [expected, actual] = [await listDataset(root), await listDataset(root, { reader: slow })];
    // The function that finds a picture is another one each time.
    expect({ ...actual, locate: null }).toEqual({ ...expected, locate: null });
  });

  it('lists the synthetic pictures', async () => {
    const listing = await listDataset(join(imageFixtures, 'synthetic'));
    expect([listing.train.count, listing.val.count]).toEqual([8, 16]);
    expect(listing.val.file(1)).toBe('val/shapes/val_01.jpg');
  });
});

describe('listDataset refuses', () => {
  it('a path that is missing, a file, an empty folder', async () => {
    expect(await rejection(listDataset(join(root, 'nowhere')))).toMatchObject({ kind: 'dataset-unreadable', file: join(root, 'nowhere'), what: 'The data set folder does not exist' });
    make('file.png');
    expect(await rejection(listDataset(join(root, 'file.png')))).toMatchObject({ kind: 'dataset-unreadable', what: expect.stringContaining('not a folder') });
    mkdirSync(join(root, 'empty'));
    expect(await rejection(listDataset(join(root, 'empty')))).toMatchObject({ kind: 'dataset-empty' });
  });

  it('class folders without a single picture, in whichever split', async () => {
    make('train/a/1.png', 'val/a/readme.txt');
    expect(await rejection(listDataset(root))).toMatchObject({ kind: 'dataset-empty', place: 'val', next: expect.any(String) });
    expect(await rejection(listDataset(join(root, 'val')))).toMatchObject({ kind: 'dataset-empty', place: '1 class folders' });
  });

  it('an ImageNet chosen too far up', async () => {
    make('Data/CLS-LOC/train/n01440764/1.JPEG', 'Data/CLS-LOC/val/n01440764/2.JPEG', 'ImageSets/x.txt');
    expect(await rejection(listDataset(root))).toMatchObject({ kind: 'dataset-layout', place: 'Data/CLS-LOC/train and Data/CLS-LOC/val' });
  });

  it('a folder that may not be read, naming it', async () => {
    make('a/1.png', 'b/deep/2.png');
    const denied: FolderReader = {
      ...diskFolders,
      entries: (path) => (path.endsWith('deep') ? Promise.reject(Object.assign(new Error('denied'), { code: 'EACCES' })) : diskFolders.entries(path)),
    };
    expect(await rejection(listDataset(root, { reader: denied }))).toMatchObject({
      kind: 'dataset-unreadable', file: join(root, 'b/deep'), what: 'A folder of the data set may not be read by this user',
    });
  });
});

describe('readImageList', () => {
  it('reads a list from disk and says when it is not there', async () => {
    make('a/1.png', 'a/2.png');
    const { val } = await listDataset(root);
    writeFileSync(join(root, 'list.txt'), 'a/2.png\r\n');
    expect([...(await readImageList(join(root, 'list.txt'), val, root))]).toEqual([1]);
    expect(await rejection(readImageList(join(root, 'none.txt'), val, root))).toMatchObject({ kind: 'list-unreadable', what: 'The list does not exist' });
  });
});
