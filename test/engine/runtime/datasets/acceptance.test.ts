/**
 * The same pictures through an engine in every layout: the sample's, filed under ten WordNet ids. Label, answer and margin of each picture must not
 * depend on how people have their data set.
 */
import { copyFileSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Engine } from '../../../../src/engine';
import { imagenetTables } from '../../../../src/engine/runtime/datasets/imagenet-class-list';
import type { LabelChoice } from '../../../../src/shared/settings';
import { vitMini } from '../../../helpers/model-fixtures';
import { classLabels, writeParquet } from '../../../helpers/parquet-file';
import { smallEngine } from '../../../helpers/small-engine';
import { smallProject, smallSpec, type SmallProject } from '../../../helpers/small-project';
import { spreadClasses, spreadLabels, spreadSampleVit } from '../../../helpers/spread-head';
import { tarBytes } from '../../../helpers/tar-bytes';

const { classes, validationLabels, devkitOrder } = imagenetTables;
const sample = resolve('resources/sample/images');
const perClass = { val: 2, train: 2 };

interface Filed {
  readonly id: string;
  readonly label: number;
  /** ImageNet's own name of a picture of this class. */
  readonly name: string;
  readonly source: string;
}

/** Pictures of the sample under names that ImageNet has for pictures of those classes. */
function filed(split: 'val' | 'train'): Filed[] {
  return spreadClasses.flatMap(([folder, id], at) => {
    const label = spreadLabels[at] ?? -1;
    const numbers = validationLabels.flatMap((other, index) => (other === label ? [index + 1] : []));
    return readdirSync(join(sample, split, folder)).sort().slice(0, perClass[split]).map((file, index): Filed => ({
      id, label, source: join(sample, split, folder, file),
      name: split === 'val' ? `ILSVRC2012_val_${String(numbers[index] ?? 0).padStart(8, '0')}.JPEG` : `${id}_${index + 9}.JPEG`,
    }));
  });
}

const val = filed('val');
const train = filed('train');
const stem = (name: string): string => name.replace('.JPEG', '');
const byName = [...val].sort((a, b) => (a.name < b.name ? -1 : 1));

let project: SmallProject;
let engine: Engine;
const models: string[] = [];

beforeAll(() => {
  project = smallProject('layouts');
  engine = smallEngine(project.path('workspace.bitlog2'));
  models.push(vitMini, project.model('fashion_vit_1000.onnx', spreadSampleVit()));
});
afterAll(async () => {
  await engine.close();
  project.remove();
});

function link(source: string, target: string): void {
  mkdirSync(dirname(project.path(target)), { recursive: true });
  copyFileSync(source, project.path(target));
}

const folders = (base: string): void => { for (const { source, id, name } of train) link(source, `${base}/train/${id}/${name}`); };
const flat = (base: string, to = 'val/'): void => { for (const { source, name } of val) link(source, `${base}/${to}${name}`); };
const truth = (order: readonly string[], first = 1): string => `${byName.map(({ id }) => order.indexOf(id) + first).join('\n')}\n`;
const kaggle = `ImageId,PredictionString\n${val.map(({ name, id }) => `${stem(name)},${id} 1 2 3 4 `).join('\n')}\n`;

/** Writes a layout below the folder `base`; what it gives back is chosen by hand. */
type Layout = (base: string) => void | LabelChoice | Promise<void>;

const layouts: readonly (readonly [name: string, make: Layout])[] = [
  ['flat, numbers in the names', (base) => { flat(base); folders(base); }],
  ['flat, ground truth of the development kit', (base) => { flat(base); folders(base); project.file(`${base}/ILSVRC2012_devkit_t12/data/ILSVRC2012_validation_ground_truth.txt`, truth(devkitOrder)); }],
  ['flat, val.txt', (base) => { flat(base); folders(base); project.file(`${base}/val.txt`, val.map(({ name, label }) => `${name} ${label}`).join('\n')); }],
  ['flat, a file of one\'s own, chosen', (base) => { flat(base); folders(base); project.file(`${base}/mine.txt`, truth(classes.list.map(({ id }) => id))); return { file: 'mine.txt', order: 'auto' }; }],
  ['Kaggle', (base) => {
    for (const { source, name } of val) link(source, `${base}/ILSVRC/Data/CLS-LOC/val/${name}`);
    folders(`${base}/ILSVRC/Data/CLS-LOC`);
    project.file(`${base}/LOC_val_solution.csv`, kaggle);
  }],
  ['archives', (base) => {
    project.file(`${base}/ILSVRC2012_img_val.tar`, tarBytes(val.map(({ name, source }) => ({ name, data: readFileSync(source) }))));
    const inner = [...new Set(train.map(({ id }) => id))].map((id) => ({ name: `${id}.tar`, data: tarBytes(train.filter((one) => one.id === id).map(({ name, source }) => ({ name, data: readFileSync(source) }))) }));
    project.file(`${base}/ILSVRC2012_img_train.tar`, tarBytes(inner));
  }],
  ['parquet', async (base) => {
    mkdirSync(project.path(base, 'data'), { recursive: true });
    const huggingface = classLabels(classes.list.map(({ name }) => name));
    const rows = (pictures: readonly Filed[]): { bytes: Uint8Array; path: string; label: number }[] => pictures.map(({ name, id, label, source }) => ({ bytes: readFileSync(source), path: `${stem(name)}_${id}.JPEG`, label }));
    await writeParquet(project.path(base, 'data/validation-00000-of-00002.parquet'), rows(val.slice(0, 11)), { huggingface });
    await writeParquet(project.path(base, 'data/validation-00001-of-00002.parquet'), rows(val.slice(11)), { huggingface });
    await writeParquet(project.path(base, 'data/train-00000-of-00001.parquet'), rows([...train].reverse()), { huggingface });
  }],
];

interface PictureResult {
  readonly picture: string;
  readonly label: number;
  readonly top5: readonly number[];
  readonly margin: number;
  readonly digest: number;
}

async function evaluate(base: string, labels: LabelChoice | undefined): Promise<{ top1: (number | null)[]; records: PictureResult[][] }> {
  const spec = smallSpec(models, project.path(base), { schemes: ['BitLog2_Half_17'], preprocess: 'auto', batch: 2, calibrationImages: 4, ...(labels === undefined ? {} : { labels }) });
  const { runs } = await engine.call('evaluation.run', spec);
  const records = await Promise.all(runs.map(async ({ run }) => {
    const { predictions } = await engine.call('run.predictions', { runId: run.id, offset: 0, count: 1000 });
    return predictions.map(({ file, label, top5, margin, mapDigest }): PictureResult => ({ picture: file.split('/').at(-1) ?? '', label, top5, margin, digest: mapDigest }));
  }));
  return { top1: runs.map(({ run }) => run.top1), records };
}

describe('every layout gives the same records', () => {
  let expected: Awaited<ReturnType<typeof evaluate>>;
  beforeAll(async () => {
    for (const { source, id, name } of val) link(source, `class-folders/val/${id}/${name}`);
    folders('class-folders');
    expected = await evaluate('class-folders', undefined);
  }, 240_000);

  it('class folders: the sample\'s network is right, the other runs are of 20 pictures each', () => {
    expect(expected.records.map((run) => run.length)).toEqual([20, 20, 20, 20]);
    // The sample's network with its ten answers among 1,000: far above chance, so the labels are the right ones.
    const [float = 0] = expected.top1.slice(2);
    expect(float).toBeGreaterThan(70);
    expect(new Set(expected.records[0]?.map(({ label }) => label))).toEqual(new Set(spreadLabels));
  });

  it.each(layouts)('%s', async (name, make) => {
    const base = name.replaceAll(/\W+/g, '-');
    const labels = await make(base);
    const found = await evaluate(base, labels ?? undefined);
    expect(found.records).toEqual(expected.records);
    expect(found.top1).toEqual(expected.top1);
  }, 240_000);
});

describe('a preview', () => {
  it('shows pictures under the names that a choice of labels gives them', async () => {
    const root = project.path('flat-val-txt');
    const shown = await engine.call('dataset.preview', { root, pictures: 10 });
    expect(shown.record).toMatchObject({ layout: 'flat-val', valImages: 20 });
    expect(shown.samples.map(({ folder }) => folder)).toEqual([...spreadClasses.map(([, id]) => id)].sort());
    for (const { picture, name } of shown.samples) {
      expect(name).not.toBe('');
      expect([picture?.width, picture?.height, picture?.data.length]).toEqual([112, 112, 112 * 112 * 3]);
    }
    const other = await engine.call('dataset.preview', { root, labels: { file: null, order: 'devkit' }, pictures: 10 });
    expect(other.samples.map(({ name }) => name)).not.toEqual(shown.samples.map(({ name }) => name));
    expect(other.record.labels).toEqual({ file: null, order: 'devkit' });
    const rows = await engine.call('dataset.preview', { root: project.path('parquet'), pictures: 5 });
    expect(rows.samples.every(({ picture }) => picture !== null)).toBe(true);
  });

  it('shows what cannot be read as such', async () => {
    project.file('broken/val/a/1.png', 'no picture');
    const { samples } = await engine.call('dataset.preview', { root: project.path('broken'), pictures: 4 });
    expect(samples).toEqual([{ file: 'val/a/1.png', label: 0, name: 'a', folder: 'a', picture: null }]);
  });
});
