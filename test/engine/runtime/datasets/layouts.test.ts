/** The same pictures as people have ImageNet on disk: every layout gives the same pictures with the same labels in the same order. */
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { imagenetTables } from '../../../../src/engine/runtime/datasets/imagenet-class-list';
import { listDataset, type ListDatasetOptions } from '../../../../src/engine/runtime/datasets/list-dataset';
import { readImageBytes } from '../../../../src/engine/runtime/decode/read-image';
import { EngineError, type Failure } from '../../../../src/shared/failure';
import { tarBytes } from '../../../helpers/tar-bytes';

const { classes, validationLabels, devkitOrder } = imagenetTables;
let root: string;
beforeEach(() => { root = mkdtempSync(join(tmpdir(), 'layouts-')); });
afterEach(() => rmSync(root, { recursive: true, force: true }));

/** Thirty of ImageNet's validation pictures by number; contents stand for pictures. */
const numbers = Array.from({ length: 30 }, (_, i) => 1 + i * 1117);
const nameOf = (number: number): string => `ILSVRC2012_val_${String(number).padStart(8, '0')}.JPEG`;
const labelOf = (number: number): number => validationLabels[number - 1] ?? -1;
const idOf = (label: number): string => classes.list[label]?.id ?? '';
const bytesOf = (number: number): Uint8Array => new TextEncoder().encode(`picture ${number}`);
const trainIds = [...new Set(numbers.slice(0, 4).map((number) => idOf(labelOf(number))))].sort();
const trainName = (id: string, i: number): string => `${id}_${i}.JPEG`;

function put(file: string, data: string | Uint8Array = ''): void {
  mkdirSync(dirname(join(root, file)), { recursive: true });
  writeFileSync(join(root, file), data);
}

const flatVal = (folder = 'val/'): void => { for (const number of numbers) put(`${folder}${nameOf(number)}`, bytesOf(number)); };
const trainFolders = (folder = 'train/'): void => { for (const id of trainIds) for (let i = 0; i < 3; i++) put(`${folder}${id}/${trainName(id, i)}`, `train ${id} ${i}`); };
const truth = (order: readonly string[]): string => `${numbers.map((number) => order.indexOf(idOf(labelOf(number))) + 1).join('\n')}\n`;

/** What a run would see: each picture's label and contents, in order. */
async function seen(path = root, options: ListDatasetOptions = {}): Promise<{ val: string[]; train: string[]; layout: string; said: string[] }> {
  const listing = await listDataset(path, options);
  const rows = (table: typeof listing.val): string[] => [...table.refs()].map(({ file, label }) => `${label} ${createHash('sha1').update(readImageBytes(listing.locate(file))).digest('hex').slice(0, 8)} ${listing.val.indexOf(file) >= 0 || listing.train.indexOf(file) >= 0}`);
  return { val: rows(listing.val), train: rows(listing.train), layout: listing.layout, said: listing.said.map((remark) => (remark.key === 'dataset.seen' ? remark.origin : remark.key)) };
}

async function refused(work: Promise<unknown>): Promise<Failure> {
  return work.then(() => { throw new Error('taken'); }, (error: unknown) => {
    if (error instanceof EngineError) return error.failure;
    throw error;
  });
}

describe('layouts of ImageNet', () => {
  let expected: { val: string[]; train: string[] };
  beforeEach(async () => {
    for (const number of numbers) put(`class-folders/val/${idOf(labelOf(number))}/${nameOf(number)}`, bytesOf(number));
    trainFolders('class-folders/train/');
    const { val, train } = await seen(join(root, 'class-folders'));
    expected = { val, train };
    rmSync(join(root, 'class-folders'), { recursive: true });
  });

  it.each([
    ['nothing but the numbers in the names', (): void => undefined, /own file names/],
    ['the ground truth of the development kit', () => put('ILSVRC2012_devkit_t12/data/ILSVRC2012_validation_ground_truth.txt', truth(devkitOrder)), /development kit's own order.*100\.0 % agree/],
    ['a ground truth in the order of sorted ids', () => put('ILSVRC2012_validation_ground_truth.txt', truth(classes.list.map(({ id }) => id))), /sorted WordNet ids, counted from 1; 100\.0 % agree/],
    ['all 50,000 lines of the ground truth', () => put('ILSVRC2012_validation_ground_truth.txt', validationLabels.map((label) => devkitOrder.indexOf(idOf(label)) + 1).join('\n')), /development kit/],
    ['val.txt with numbers', () => put('val.txt', numbers.map((number) => `${nameOf(number)} ${labelOf(number)}`).reverse().join('\n')), /val\.txt, sorted WordNet ids, counted from 0/],
    ['val.txt with WordNet ids and paths', () => put('val/val.txt', numbers.map((number) => `val/${nameOf(number)} ${idOf(labelOf(number))}`).join('\r\n')), /val\.txt/],
    ['Kaggle\'s solution', () => put('LOC_val_solution.csv', `ImageId,PredictionString\n${numbers.map((number) => `${nameOf(number).replace('.JPEG', '')},${idOf(labelOf(number))} 1 2 3 4 `).join('\n')}\n`), /LOC_val_solution\.csv/],
  ] as const)('flat validation pictures with %s', async (_what, labels, origin) => {
    flatVal();
    trainFolders();
    labels();
    const { layout, said, ...pictures } = await seen();
    expect(pictures).toEqual(expected);
    expect(layout).toBe('flat-val');
    expect(said[0]).toMatch(origin);
  });

  it('Kaggle\'s folders', async () => {
    flatVal('ILSVRC/Data/CLS-LOC/val/');
    trainFolders('ILSVRC/Data/CLS-LOC/train/');
    put('LOC_val_solution.csv', `ImageId,PredictionString\n${numbers.map((number) => `${nameOf(number).replace('.JPEG', '')},${idOf(labelOf(number))} 1 2 3 4`).join('\n')}\n`);
    const { said, layout, ...pictures } = await seen();
    expect(pictures).toEqual(expected);
    expect([layout, said[0]]).toEqual(['flat-val', expect.stringMatching(/LOC_val_solution/) as string]);
  });

  it('the original archives, the train archive with one per class inside', async () => {
    put('ILSVRC2012_img_val.tar', tarBytes([...numbers].reverse().map((number) => ({ name: nameOf(number), data: bytesOf(number) }))));
    put('ILSVRC2012_img_train.tar', tarBytes([...trainIds].reverse().map((id) => ({ name: `${id}.tar`, data: tarBytes([2, 0, 1].map((i) => ({ name: trainName(id, i), data: new TextEncoder().encode(`train ${id} ${i}`) }))) }))));
    const { layout, ...pictures } = await seen();
    expect({ val: pictures.val, train: pictures.train }).toEqual(expected);
    expect(layout).toBe('archives');
  });

  it('the validation archive alone, its ground truth beside it, or class folders inside it', async () => {
    put('ILSVRC2012_img_val.tar', tarBytes(numbers.map((number) => ({ name: `./val/${nameOf(number)}`, data: bytesOf(number) }))));
    expect((await seen(join(root, 'ILSVRC2012_img_val.tar'))).said).toContain('dataset.calibratesOnEvaluated');
    put('ILSVRC2012_img_val.tar', tarBytes(numbers.map((number) => ({ name: `val/${idOf(labelOf(number))}/${nameOf(number)}`, data: bytesOf(number) }))));
    expect((await seen()).val).toEqual(expected.val);
  });

  it('another order of the labels, where a person chooses it', async () => {
    flatVal();
    put('mine.txt', numbers.map((number) => `${nameOf(number)} ${labelOf(number)}`).join('\n'));
    expect((await seen(root, { labels: { file: 'mine.txt', order: 'auto' } })).val).toEqual(expected.val);
    const shifted = await listDataset(root, { labels: { file: 'mine.txt', order: 'devkit' } });
    expect([...shifted.val.labels].sort((a, b) => a - b)).not.toEqual(expected.val.map((row) => Number(row.split(' ')[0])));
  });

  it('says what is wrong with labels: their number, a line, a picture that is not listed', async () => {
    flatVal();
    put('val/other.JPEG', 'x');
    expect(await refused(listDataset(root))).toMatchObject({ kind: 'dataset-layout', place: 'other.JPEG', next: expect.stringContaining('label file') as string });
    rmSync(join(root, 'val/other.JPEG'));
    put('ILSVRC2012_validation_ground_truth.txt', '1\n2\n3\n');
    expect(await refused(listDataset(root))).toMatchObject({ kind: 'dataset-layout', what: 'The ground truth has 3 lines for 30 pictures' });
    put('ILSVRC2012_validation_ground_truth.txt', numbers.map((_, i) => (i === 4 ? '1001' : '7')).join('\n'));
    expect((await refused(listDataset(root))).what).toBe('A label of the file is out of range: 1001');
    put('ILSVRC2012_validation_ground_truth.txt', numbers.map((_, i) => (i === 4 ? 'seven' : '7')).join('\n'));
    expect((await refused(listDataset(root))).place).toBe('line 5');
    put('val.txt', `${nameOf(1)} 65\n`);
    expect(await refused(listDataset(root))).toMatchObject({ kind: 'dataset-layout', what: '29 of 30 pictures are not in the label file' });
  });

  it('refuses archives that are cut off, damaged, or lead outside', async () => {
    const whole = tarBytes(numbers.map((number) => ({ name: nameOf(number), data: bytesOf(number) })));
    put('ILSVRC2012_img_val.tar', whole.subarray(0, 512 + 5));
    expect(await refused(listDataset(root))).toMatchObject({ kind: 'dataset-unreadable', what: expect.stringMatching(/cut off/) as string });
    const damaged = whole.slice();
    damaged[1024 + 3] = 0x21;
    put('ILSVRC2012_img_val.tar', damaged);
    expect(await refused(listDataset(root))).toMatchObject({ kind: 'dataset-unreadable', place: 'byte 1024' });
    // In the archive itself, in one inside it, and in a name that is longer than a header holds.
    for (const name of ['../../etc/x.JPEG', '/etc/x.JPEG', 'C:\\x.JPEG', 'a/../../x.JPEG', `../${'a'.repeat(120)}.JPEG`]) {
      for (const bytes of [tarBytes([{ name, data: bytesOf(1) }]), tarBytes([{ name: `${idOf(7)}.tar`, data: tarBytes([{ name, data: bytesOf(1) }]) }])]) {
        put('ILSVRC2012_img_val.tar', bytes);
        expect(await refused(listDataset(root))).toMatchObject({ kind: 'dataset-unreadable', place: name });
      }
    }
  });

  it('reads long names', async () => {
    const folder = 'a'.repeat(90);
    put('ILSVRC2012_img_val.tar', tarBytes([{ name: `${folder}/${idOf(7)}/${'b'.repeat(40)}.JPEG`, data: bytesOf(1) }]));
    const listing = await listDataset(root);
    expect([listing.val.file(0), listing.val.labels[0]]).toEqual([`ILSVRC2012_img_val.tar/${folder}/${idOf(7)}/${'b'.repeat(40)}.JPEG`, 7]);
    expect(Buffer.compare(readImageBytes(listing.locate(listing.val.file(0))), readFileSync(join(root, 'ILSVRC2012_img_val.tar')).subarray(512 * 3, 512 * 3 + 9))).toBe(0);
  });
});
