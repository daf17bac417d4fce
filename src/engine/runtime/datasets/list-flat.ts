/** Validation pictures that lie flat in one folder, with class folders of the train split beside them or without. */
import { readFileSync, statSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { fail } from '../../../shared/failure';
import type { ClassLabels } from '../../core/datasets/class-labels';
import { emptyDataset, type FolderSummary } from '../../core/datasets/dataset-layout';
import type { DatasetRemark } from '../../core/datasets/dataset-listing';
import { ImageTable, type FolderImages } from '../../core/datasets/image-table';
import { labelFlat, type FlatLabels, type LabelSource } from '../../core/datasets/label-files';
import { imagenetClasses, imagenetTables } from './imagenet-class-list';
import { walkSplit } from './list-class-folders';
import type { LabelChoice } from '../../../shared/settings';
import { hashOf, inFolder, type ListDatasetOptions, type ListedDataset } from './listing-parts';
import { imageNames, readEntries, type WalkContext } from './walk-class-folder';

/** Where the flat pictures are, relative to the root. */
export interface FlatFolder {
  readonly base: '' | 'val';
}

const labelFiles: readonly (readonly [name: string, kind: 'ground-truth' | 'val-txt' | 'kaggle-csv'])[] = [
  ['val.txt', 'val-txt'],
  ['LOC_val_solution.csv', 'kaggle-csv'],
  ['ILSVRC2012_validation_ground_truth.txt', 'ground-truth'],
];
/** Folders in which people leave the label file, relative to the folder that they choose. */
const labelFolders = ['', 'val', 'ILSVRC2012_devkit_t12/data', 'data', 'meta', 'ILSVRC/ImageSets/CLS-LOC'];

/** Where Kaggle's archive has the pictures. */
export const kaggleFolder = 'ILSVRC/Data/CLS-LOC';

/** Pictures directly in `val`, or directly in the folder where there are no class folders. */
export function findFlat({ top, val }: { readonly top: FolderSummary; readonly train: FolderSummary | null; readonly val: FolderSummary | null }): FlatFolder | null {
  if (val !== null) return val.folders.length === 0 && val.images > 0 ? { base: 'val' } : null;
  const others = top.folders.filter((name) => !/^(train|ILSVRC2012_devkit_t12|meta|data)$/.test(name));
  return top.images > 0 && others.length === 0 ? { base: '' } : null;
}

/** @param chosen the folder that the person chose, in which a label file may lie too */
export async function listFlat(context: WalkContext, chosen: string, { base }: FlatFolder, train: FolderSummary | null, options: ListDatasetOptions): Promise<ListedDataset> {
  const { root } = context;
  const names = imageNames(await readEntries(context, base));
  options.onProgress?.(names.length);
  const flat = labelFlat(names, labelSource([chosen, root, ...above(root)], options.labels ?? null), imagenetTables, root);
  const val = new ImageTable(byClass(base, names, flat.labels));
  if (val.count === 0) throw emptyDataset(root, base);
  const wordNetFolders = (train?.folders ?? []).filter((folder) => imagenetClasses.labelOf(folder) >= 0);
  const labels = classesOf(flat.labels, wordNetFolders.map((folder) => imagenetClasses.labelOf(folder)));
  const folders = wordNetFolders.length === 0 ? [] : await walkSplit(context, { base: 'train', folders: wordNetFolders }, labels, () => undefined);
  const calibration = new ImageTable(folders);
  const table = calibration.count === 0 ? val : calibration;
  return {
    root, layout: 'flat-val', ...labels, train: table, val, locate: inFolder(root),
    hash: hashOf(labels, table === val ? [val] : [table, val]),
    said: flatRemarks(flat, labels, val, table),
  };
}

/** Kaggle leaves its labels beside the folder in which it leaves the pictures three levels down. */
function above(root: string): string[] {
  return root.split(/[\\/]/).slice(-3).join('/') === kaggleFolder ? [join(root, '..', '..', '..')] : [];
}

/** The label file that was chosen, else the first that is found, else the numbers in the names. */
export function labelSource(folders: readonly string[], choice: LabelChoice | null): LabelSource {
  if (choice !== null && choice.file !== null) return readSource(isAbsolute(choice.file) ? choice.file : join(folders[0] ?? '', choice.file), kindOf(choice.file), choice);
  for (const folder of folders) {
    for (const place of labelFolders) {
      for (const [name, kind] of labelFiles) {
        const file = join(folder, place, name);
        if (statSync(file, { throwIfNoEntry: false })?.isFile() === true) return readSource(file, kind, choice);
      }
    }
  }
  return { kind: 'numbers-in-names' };
}

function kindOf(file: string): 'ground-truth' | 'val-txt' | 'kaggle-csv' {
  if (file.toLowerCase().endsWith('.csv')) return 'kaggle-csv';
  return /ground_truth/i.test(file) ? 'ground-truth' : 'val-txt';
}

function readSource(file: string, kind: 'ground-truth' | 'val-txt' | 'kaggle-csv', choice: LabelChoice | null): LabelSource {
  try {
    return { kind, file, text: readFileSync(file, 'utf8'), order: choice?.order ?? 'auto' };
  } catch (error) {
    throw fail('dataset-unreadable', 'The label file cannot be read', { file, place: error instanceof Error ? error.message : String(error), expected: 'a text file with a label per picture', next: 'Check the path and the permissions' });
  }
}

/** Pictures grouped as class folders would have them, so that every layout evaluates them in one order. Names come sorted. */
export function byClass(path: string, names: readonly string[], labels: Int32Array): FolderImages[] {
  const groups = new Map<number, string[]>();
  names.forEach((name, index) => {
    const label = labels[index] ?? 0;
    const group = groups.get(label);
    if (group === undefined) groups.set(label, [name]);
    else group.push(name);
  });
  return [...groups].sort(([a], [b]) => a - b).map(([label, group]) => ({ path, label, names: group }));
}

/** ImageNet's classes that occur among labels. */
export function classesOf(...labels: readonly ArrayLike<number>[]): ClassLabels {
  const seen = new Set(labels.flatMap((some) => Array.from(some)));
  const classes = [...seen].sort((a, b) => a - b).map((label) => {
    const { id, name } = imagenetClasses.list[label] ?? { id: '', name: '' };
    return { folder: id, wordNetId: id, name, label };
  });
  return { labelSet: 'imagenet-1k', classes };
}

export function flatRemarks(flat: FlatLabels, labels: ClassLabels, val: ImageTable, train: ImageTable): DatasetRemark[] {
  const said: DatasetRemark[] = [{ key: 'dataset.seen', classes: labels.classes.length, images: val.count, train: train === val ? 0 : train.count, origin: flat.origin }];
  if (flat.absent > 0) said.push({ key: 'dataset.listedButAbsent', pictures: flat.absent });
  if (train === val) said.push({ key: 'dataset.calibratesOnEvaluated' });
  if (labels.classes.length < imagenetClasses.list.length) said.push({ key: 'dataset.classSubset', classes: labels.classes.length });
  return said;
}
