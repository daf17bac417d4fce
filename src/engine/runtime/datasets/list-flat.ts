/** Validation pictures that lie flat in one folder, with class folders of the train split beside them or without. */
import { readFileSync, statSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { fail } from '../../../shared/failure';
import type { ClassLabels } from '../../core/datasets/class-labels';
import { emptyDataset, type FolderSummary } from '../../core/datasets/dataset-layout';
import type { DatasetRemark } from '../../core/datasets/dataset-listing';
import { ImageTable } from '../../core/datasets/image-table';
import { labelFileKind, labelFlat, type FlatLabels, type LabelFileKind, type LabelSource } from '../../core/datasets/label-files';
import { imagenetTables } from './imagenet-class-list';
import { trainFolders } from './list-class-folders';
import type { LabelChoice } from '../../../shared/settings';
import { byClass, classesOf, listing, seenRemarks, type ListDatasetOptions, type ListedDataset } from './listing-parts';
import { imageNames, readEntries, type WalkContext } from './walk-class-folder';

/** Where the flat pictures are, relative to the root. */
export interface FlatFolder {
  readonly base: '' | 'val';
}

const labelFiles: readonly (readonly [name: string, kind: LabelFileKind])[] = [
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
  const flat = labelFlat(names, labelSource([chosen, root, ...above(root)], options), imagenetTables, root);
  const val = new ImageTable(byClass(base, names, flat.labels));
  if (val.count === 0) throw emptyDataset(root, base);
  let files = names.length;
  const folders = await trainFolders(context, train?.folders ?? [], (count) => options.onProgress?.(files += count));
  const labels = flatClasses(flat, folders?.table ?? null);
  return listing({ root, base: root, layout: 'flat-val', labels, train: folders, val: { table: val, places: { kind: 'files' } }, said: flatRemarks(flat, labels, val, folders?.table ?? null) });
}

/** Kaggle leaves its labels beside the folder in which it leaves the pictures three levels down. */
function above(root: string): string[] {
  return root.split(/[\\/]/).slice(-3).join('/') === kaggleFolder ? [join(root, '..', '..', '..')] : [];
}

/** The label file that was chosen, else the first that is found, else the numbers in the names. */
export function labelSource(folders: readonly string[], { labels = null, witness }: ListDatasetOptions): LabelSource {
  if (labels !== null && labels.file !== null) {
    const file = isAbsolute(labels.file) ? labels.file : join(folders[0] ?? '', labels.file);
    witness?.(file);
    return readSource(file, null, labels);
  }
  for (const folder of folders) {
    for (const place of labelFolders) {
      for (const [name, kind] of labelFiles) {
        const file = join(folder, place, name);
        witness?.(file);
        if (statSync(file, { throwIfNoEntry: false })?.isFile() === true) return readSource(file, kind, labels);
      }
    }
  }
  return { kind: 'numbers-in-names' };
}

/** `kind` null: as its contents say. */
function readSource(file: string, kind: LabelFileKind | null, choice: LabelChoice | null): LabelSource {
  try {
    const text = readFileSync(file, 'utf8');
    return { kind: kind ?? labelFileKind(text), file, text, order: choice?.order ?? 'auto' };
  } catch (error) {
    throw fail('dataset-unreadable', 'The label file cannot be read', { file, place: error instanceof Error ? error.message : String(error), expected: 'a text file with a label per picture', next: 'Check the path and the permissions' });
  }
}

/** The classes of flat pictures and of the train split beside them. */
export function flatClasses({ labels, unconfirmed }: FlatLabels, train: ImageTable | null): ClassLabels {
  return { ...classesOf(labels, train?.labels ?? []), ...(unconfirmed ? { unconfirmed } : {}) };
}

export function flatRemarks(flat: FlatLabels, labels: ClassLabels, val: ImageTable, train: ImageTable | null): DatasetRemark[] {
  const said = seenRemarks(flat.origin, labels, val, train);
  return flat.absent > 0 ? [...said.slice(0, 1), { key: 'dataset.listedButAbsent', pictures: flat.absent }, ...said.slice(1)] : said;
}
