/** Parquet files as Hugging Face and others write them: the same pictures under the same labels as class folders, and what is wrong with those that cannot be used. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { imagenetTables } from '../../../../src/engine/runtime/datasets/imagenet-class-list';
import { listDataset, type ListDatasetOptions } from '../../../../src/engine/runtime/datasets/list-dataset';
import { readPlace } from '../../../../src/engine/runtime/datasets/picture-place';
import { ReadAhead } from '../../../../src/engine/runtime/decode/read-ahead';
import { readImageBytes } from '../../../../src/engine/runtime/decode/read-image';
import { readRowsWith, type RowPictures } from '../../../../src/engine/runtime/decode/row-pictures';
import { ImageSkip } from '../../../../src/engine/core/images/skip-reason';
import { ParquetReader } from '../../../../src/engine/runtime/store/parquet-reader';
import { EngineError, type Failure } from '../../../../src/shared/failure';
import { classLabels, writeParquet, type ParquetForm, type ParquetRow } from '../../../helpers/parquet-file';
import { builtEntry } from '../../../setup/built-entry';

const { classes, validationLabels } = imagenetTables;
let root: string;
let reading: RowPictures;
beforeAll(() => { reading = readRowsWith(builtEntry('picture-thread')); });
afterAll(() => reading.close());
beforeEach(() => { root = mkdtempSync(join(tmpdir(), 'parquet-')); });
afterEach(() => rmSync(root, { recursive: true, force: true }));

const idOf = (label: number): string => classes.list[label]?.id ?? '';
const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
const numbers = Array.from({ length: 24 }, (_, i) => 7 + i * 1311);
const labelOf = (number: number): number => validationLabels[number - 1] ?? -1;
const valName = (number: number): string => `ILSVRC2012_val_${String(number).padStart(8, '0')}`;
const row = (contents: string, label: number | string | null, path: string | null = null): ParquetRow => ({ bytes: new TextEncoder().encode(contents), label, path });
const valRows = numbers.map((number) => row(`picture ${number}`, labelOf(number), `${valName(number)}_${idOf(labelOf(number))}.JPEG`));
const trainLabels = [...new Set(numbers.slice(0, 5).map(labelOf))].sort((a, b) => a - b);
/** 2, 10 and 1 sort as 1, 10, 2: by name, as class folders have them. */
const trainRows = [2, 10, 1].flatMap((i) => trainLabels.map((label) => row(`train ${label} ${i}`, label, `${idOf(label)}_${i}_${idOf(label)}.JPEG`)));
const thousand = classLabels(classes.list.map(({ name }) => `${name}, and more`));

async function put(file: string, rows: readonly ParquetRow[], form: ParquetForm = {}): Promise<string> {
  mkdirSync(dirname(join(root, file)), { recursive: true });
  await writeParquet(join(root, file), rows, form);
  return join(root, file);
}

function putText(file: string, contents: string): void {
  mkdirSync(dirname(join(root, file)), { recursive: true });
  writeFileSync(join(root, file), contents);
}

async function seen(path = root, options: ListDatasetOptions = {}): Promise<{ val: string[]; train: string[]; said: string[] }> {
  const listing = await listDataset(path, options);
  const rows = (table: typeof listing.val): string[] => [...table.refs()].map(({ file, label }) => `${label} ${text(readImageBytes(listing.locate(file)))}`);
  return { val: rows(listing.val), train: rows(listing.train), said: listing.said.map((remark) => (remark.key === 'dataset.seen' ? remark.origin : remark.key)) };
}

async function refused(work: Promise<unknown>): Promise<Failure> {
  return work.then(() => { throw new Error('taken'); }, (error: unknown) => {
    if (error instanceof EngineError) return error.failure;
    throw error;
  });
}

describe('parquet files', () => {
  it('give the pictures of class folders, labels and order included, from several shards', async () => {
    for (const number of numbers) putText(`folders/val/${idOf(labelOf(number))}/${valName(number)}.JPEG`, `picture ${number}`);
    for (const label of trainLabels) for (const i of [1, 2, 10]) putText(`folders/train/${idOf(label)}/${idOf(label)}_${i}.JPEG`, `train ${label} ${i}`);
    const expected = await seen(join(root, 'folders'));
    await put('hub/data/validation-00000-of-00002.parquet', valRows.slice(0, 10), { huggingface: thousand });
    await put('hub/data/validation-00001-of-00002.parquet', valRows.slice(10), { huggingface: thousand, compression: 'uncompressed' });
    await put('hub/data/train-00000-of-00001.parquet', trainRows, { huggingface: thousand, compression: 'zstd' });
    const { said, ...pictures } = await seen(join(root, 'hub'));
    expect(pictures).toEqual({ val: expected.val, train: expected.train });
    expect(said[0]).toBe('labels from validation-00000-of-00002.parquet, sorted WordNet ids, counted from 0; 100.0 % agree with the published labels of pictures with these names');
    const listing = await listDataset(join(root, 'hub'));
    expect(listing).toMatchObject({ layout: 'parquet', labelSet: 'imagenet-1k' });
    expect(listing.train.file(0)).toBe(`train/${idOf(trainLabels[0] ?? 0)}/${idOf(trainLabels[0] ?? 0)}_1.JPEG`);
  });

  it.each<[string, ParquetForm]>([
    ['a column of bytes and one of paths', { select: 'SELECT bytes AS image, path, label FROM rows' }],
    ['a flattened struct', { select: `SELECT bytes AS "image.bytes", path AS "image.path", label FROM rows` }],
    ['other names', { select: 'SELECT label AS target, bytes AS jpg, path AS file_name FROM rows' }],
    ['a struct that says more', { select: `SELECT {'height': 3, 'path': path, 'bytes': bytes} AS img, label::INTEGER AS labels FROM rows` }],
  ])('are read with %s', async (_what, form) => {
    await put('data/validation-00000-of-00001.parquet', valRows, form);
    const { val } = await seen();
    expect([...val].sort()).toEqual(numbers.map((number) => `${labelOf(number)} picture ${number}`).sort());
  });

  it('are found where the hub, its conversions and people leave them', async () => {
    for (const place of ['data/validation-00000-of-00001.parquet', 'default/validation/0000.parquet', 'validation/0000.parquet', 'val.parquet', 'imagenet-1k-validation.parquet', 'data/things.parquet']) {
      await put(place, valRows);
      expect((await seen()).val).toHaveLength(24);
      rmSync(join(root, place));
    }
    const alone = await put('anything.parquet', valRows);
    expect((await seen(alone)).said).toContain('dataset.calibratesOnEvaluated');
    await put('validation-00000-of-00014.parquet', valRows);
    expect((await listDataset(root)).said).toContainEqual({ key: 'dataset.shardsMissing', found: 1, of: 14 });
  });

  it.each<[string, readonly ParquetRow[], ParquetForm, object, RegExp]>([
    ['WordNet ids as text', [row('a', 'n01443537'), row('b', 'n01440764')], { labelType: 'VARCHAR' }, { labelSet: 'imagenet-1k', labels: [0, 1] }, /by WordNet id/],
    ['WordNet ids as names of a subset\'s classes', [row('a', 1), row('b', 0)], { huggingface: classLabels(['n02102040', 'n01440764']) }, { labelSet: 'imagenet-1k', labels: [0, 217] }, /list of classes/],
    ['a subset that gives itself away by its pictures\' names', [row('a', 0, 'n02102040_1.JPEG'), row('b', 1, 'n03000684_2.JPEG')], { huggingface: classLabels(['dog', 'saw']) }, { labelSet: 'imagenet-1k', labels: [217, 491] }, /pictures' names/],
    ['classes of its own with names', [row('a', 2), row('b', 0)], { huggingface: classLabels(['ant', 'bee', 'cow']) }, { labelSet: 'own', labels: [0, 2] }, /own 3 classes/],
    ['classes of its own by name', [row('a', 'bee'), row('b', 'ant')], { labelType: 'VARCHAR' }, { labelSet: 'own', labels: [0, 1] }, /2 classes by name/],
    ['classes of its own without names', [row('a', 1), row('b', 0)], {}, { labelSet: 'own', labels: [0, 1] }, /2 classes counted from 0/],
    ['ImageNet\'s numbers without a word', [row('a', 999), row('b', 514)], {}, { labelSet: 'imagenet-1k', labels: [514, 999] }, /sorted WordNet ids, counted from 0$/],
    ['ImageNet counted from 1', [row('a', 1000), row('b', 1)], {}, { labelSet: 'imagenet-1k', labels: [0, 999] }, /counted from 1/],
  ])('mean their labels: %s', async (_what, rows, form, expected, origin) => {
    await put('validation.parquet', rows, form);
    const { labelSet, val, said } = await listDataset(root);
    expect({ labelSet, labels: [...val.labels] }).toEqual(expected);
    expect(said[0]).toMatchObject({ origin: expect.stringMatching(origin) as string });
  });

  it('take another order of the labels, where a person chooses it', async () => {
    await put('validation.parquet', [row('a', 2), row('b', 1)]);
    expect([...(await listDataset(root, { labels: { file: null, order: 'sorted-from-1' } })).val.labels]).toEqual([0, 1]);
    const { devkitOrder } = imagenetTables;
    expect([...(await listDataset(root, { labels: { file: null, order: 'devkit' } })).val.labels]).toEqual([1, 2].map((number) => classes.labelOf(devkitOrder[number - 1] ?? '')).sort((a, b) => a - b));
  });

  it('know how much the largest row group unpacks to, which the estimate of memory asks for', async () => {
    await put('validation.parquet', [row('x'.repeat(3000), 3), row('y'.repeat(5000), 4)], { compression: 'uncompressed' });
    const { placed: { val } } = await listDataset(root);
    const groupBytes = val.places.kind === 'rows' ? val.places.groupBytes : 0;
    expect(groupBytes).toBeGreaterThan(8000);
    expect(groupBytes).toBeLessThan(9000);
  });

  it('give each picture in whatever order it is asked for, ahead or not', async () => {
    await put('validation.parquet', Array.from({ length: 300 }, (_, i) => row(`picture ${i}`, i % 3)));
    const { val, locate } = await listDataset(root);
    const paths = [...val.refs()].map(({ file }) => locate(file));
    const wanted = paths.map((_, i) => paths[(i * 101) % 300] ?? '');
    const contents = wanted.map((path) => `picture ${(() => { const place = readPlace(path); return place.kind === 'row' ? place.row : -1; })()}`);
    expect(wanted.map((path) => text(readImageBytes(path)))).toEqual(contents);
    const ahead = new ReadAhead();
    await ahead.begin(wanted.slice(0, 20));
    expect(wanted.slice(0, 25).map((path) => text(ahead.take(path)))).toEqual(contents.slice(0, 25));
    // What was asked for and not wanted is forgotten.
    await ahead.begin(wanted.slice(30, 40));
    await ahead.begin(wanted.slice(40, 50));
    expect(text(ahead.take(wanted[45] ?? ''))).toBe(contents[45]);
    expect(text(ahead.take(wanted[35] ?? ''))).toBe(contents[35]);
  });

  it('skip a row without a picture, and a file that is gone', async () => {
    const file = await put('validation.parquet', [row('a', 0), { bytes: null, label: 1, path: null }]);
    const { val, locate } = await listDataset(root);
    expect(() => readImageBytes(locate(val.file(1)))).toThrow(expect.objectContaining({ reason: 'unreadable', detail: 'The row of the parquet file holds no picture.' }) as ImageSkip);
    rmSync(file);
    const gone = locate(val.file(0)).replace('validation', 'gone');
    expect(() => readImageBytes(gone)).toThrow(ImageSkip);
  });
});

describe('parquet files are refused', () => {
  it.each<[string, readonly ParquetRow[], ParquetForm, Partial<Failure>]>([
    ['with paths alone', [row('a', 0, 'a.jpg')], { select: `SELECT {'path': path} AS image, label FROM rows` }, { what: 'The parquet file names its pictures (column image) but does not hold them' }],
    ['with an empty column of pictures', [{ bytes: null, label: 0, path: 'a.jpg' }, { bytes: null, label: 1, path: 'b.jpg' }], {}, { what: 'The parquet file names its pictures but does not hold them', place: 'column image.bytes: empty in all 2 rows' }],
    ['without pictures', [row('a', 0)], { select: 'SELECT label, path FROM rows' }, { what: 'The parquet file has no column of pictures', place: 'columns label BIGINT, path VARCHAR' }],
    ['without labels', [row('a', 0)], { select: 'SELECT bytes AS image FROM rows' }, { what: 'The parquet file has no column of labels', place: 'columns image BLOB' }],
    ['with the labels of a test split', [row('a', 0), row('b', -1)], {}, { what: 'The pictures have no labels (-1, as in a test split)', place: 'picture 2 of the split' }],
    ['with a label that is missing', [row('a', 0), row('b', null)], {}, { what: 'A picture has no usable label: null', place: 'picture 2 of the split' }],
    ['with a label beyond the classes', [row('a', 0), row('b', 3)], { huggingface: classLabels(['ant', 'bee', 'cow']) }, { what: 'A label of the file is out of range: 3', place: '3 names of classes' }],
    ['with a label beyond ImageNet\'s', [row('a', 7), row('b', 1001)], {}, { what: 'A label of the file is out of range: 1001' }],
    ['with no rows', [], {}, { kind: 'dataset-empty', place: 'validation.parquet' }],
  ])('%s', async (_what, rows, form, failure) => {
    const file = await put('validation.parquet', rows, form);
    const found = await refused(listDataset(root));
    expect(found).toMatchObject({ kind: 'dataset-layout', ...failure, expected: expect.any(String) as string, next: expect.any(String) as string });
    expect([file, root]).toContain(found.file);
  });

  it('when they are cut off, are something else, or differ from one another', async () => {
    const file = await put('data/validation-00000-of-00001.parquet', valRows);
    truncateSync(file, readFileSync(file).length - 7);
    expect(await refused(listDataset(root))).toMatchObject({ kind: 'dataset-unreadable', what: 'The parquet file is damaged or cut off', file, next: expect.stringContaining('Download') as string });
    writeFileSync(file, 'version https://git-lfs.github.com/spec/v1\noid sha256:12\nsize 500000000\n');
    expect(await refused(listDataset(root))).toMatchObject({ kind: 'dataset-unreadable', file });
    await put('data/validation-00000-of-00001.parquet', valRows);
    const other = await put('data/validation-00001-of-00002.parquet', valRows, { select: 'SELECT bytes AS image, label FROM rows' });
    expect(await refused(listDataset(root))).toMatchObject({ kind: 'dataset-layout', file: other, what: 'The parquet files of a split have different columns' });
  });

  it('when there is a train split alone', async () => {
    await put('data/train-00000-of-00001.parquet', trainRows);
    expect(await refused(listDataset(root))).toMatchObject({ kind: 'dataset-layout', place: 'data/train-00000-of-00001.parquet' });
  });

  it('when listing is stopped', async () => {
    await put('validation.parquet', valRows);
    let polls = 0;
    expect(await refused(listDataset(root, { shouldStop: () => ++polls > 1 }))).toMatchObject({ kind: 'stopped' });
  });

  it('reads nothing but the files that it was opened for', async () => {
    const mine = await put('a.parquet', valRows);
    const other = await put('b.parquet', valRows);
    const reader = await ParquetReader.open([mine]);
    expect((await reader.facts(mine)).rows).toBe(24);
    await expect(reader.facts(other)).rejects.toMatchObject({ failure: { kind: 'dataset-unreadable', file: other } });
    reader.close();
  });
});
