/** What every layout's lister needs: options, the hash of a listing, remarks about its classes, and how a listing is put together. */
import { createHash } from 'node:crypto';
import { occurringClasses, type ClassLabels } from '../../core/datasets/class-labels';
import type { DatasetLayout, DatasetListing, DatasetRemark } from '../../core/datasets/dataset-listing';
import { groupBy } from '../../core/datasets/group-by';
import type { FolderImages, ImageTable } from '../../core/datasets/image-table';
import type { LabelChoice } from '../../../shared/settings';
import type { FolderReader } from './folder-reader';
import { imagenetClasses } from './imagenet-class-list';
import { locator, type PlacedTable } from './split-places';

export interface ListDatasetOptions {
  /** Pictures found so far; called once per class folder. */
  readonly onProgress?: (files: number) => void;
  /** Polled at every folder; true makes the listing end with EngineError 'stopped'. */
  readonly shouldStop?: () => boolean;
  /** The disk, unless a test brings its own. */
  readonly reader?: FolderReader;
  readonly labels?: LabelChoice | null;
  /** Told of every folder and file (also those looked for in vain) that the listing depends on, before it is read. */
  readonly witness?: (path: string) => void;
}

export interface ListedDataset extends DatasetListing {
  /** What the files of the listing are relative to, unless they lie in an archive. */
  readonly base: string;
  readonly placed: { readonly train: PlacedTable; readonly val: PlacedTable };
  /** Where a listed picture's bytes are (picture-place.ts). */
  readonly locate: (file: string) => string;
}

/** One of the parts that a data set is evaluated or calibrated on. */
export interface Split {
  /** 'train', 'val', or '' for class folders directly in the root. */
  readonly base: string;
  readonly folders: readonly string[];
}

/** What a lister found; `train` null or empty: there is none, and calibration uses `val`. */
export interface FoundDataset {
  readonly root: string;
  readonly base: string;
  readonly layout: DatasetLayout;
  readonly labels: ClassLabels;
  readonly train: PlacedTable | null;
  readonly val: PlacedTable;
  readonly said: readonly DatasetRemark[];
}

export function listing({ root, base, layout, labels, train, val, said }: FoundDataset): ListedDataset {
  const calibration = train === null || train.table.count === 0 ? val : train;
  return assemble({ root, base, layout, ...labels, said, hash: hashOf(labels, calibration === val ? [val.table] : [calibration.table, val.table]) }, calibration, val);
}

/** A listing from its parts. */
export function assemble(facts: Omit<DatasetListing, 'train' | 'val'> & { readonly base: string }, train: PlacedTable, val: PlacedTable): ListedDataset {
  return { ...facts, train: train.table, val: val.table, placed: { train, val }, locate: locator(facts.base, train === val ? [val] : [val, train]) };
}

function hashOf(labels: ClassLabels, tables: readonly ImageTable[]): string {
  const hash = createHash('sha256').update(labels.labelSet);
  for (const table of tables) {
    hash.update(`\n${table.count}\n`);
    for (const part of table.fingerprint()) hash.update(part);
  }
  return hash.digest('hex');
}

/** Pictures grouped as class folders would have them, so that every layout evaluates them in one order. Names come sorted. */
export function byClass(path: string, names: readonly string[], labels: Int32Array): FolderImages[] {
  return [...groupBy(names, (_, index) => labels[index] ?? 0)].sort(([a], [b]) => a - b).map(([label, group]) => ({ path, label, names: group }));
}

/** ImageNet's classes that occur among labels. */
export function classesOf(...labels: readonly ArrayLike<number>[]): ClassLabels {
  return occurringClasses(labels, imagenetClasses);
}

/** What was seen, first of all that is said of a data set. `train` null: there is none. */
export function seenRemarks(origin: string, labels: ClassLabels, val: ImageTable, train: ImageTable | null): DatasetRemark[] {
  const calibrates = train !== null && train.count > 0;
  const said: DatasetRemark[] = [{ key: 'dataset.seen', classes: new Set(val.labels).size, images: val.count, train: calibrates ? train.count : 0, origin }];
  if (!calibrates) said.push({ key: 'dataset.calibratesOnEvaluated' });
  if (labels.labelSet === 'imagenet-1k' && labels.classes.length < imagenetClasses.list.length) said.push({ key: 'dataset.classSubset', classes: labels.classes.length });
  return said;
}

/** What is odd about class folders. */
export function folderRemarks(labels: ClassLabels, splits: readonly Split[], tables: readonly ImageTable[]): DatasetRemark[] {
  const remarks: DatasetRemark[] = [];
  const seen = new Set<number>();
  for (const table of tables) for (const label of table.labels) seen.add(label);
  const empty = labels.classes.filter(({ label }) => !seen.has(label)).map(({ folder }) => folder);
  if (empty.length > 0) remarks.push({ key: 'dataset.classesWithoutImages', folders: empty });
  // With WordNet ids the label does not depend on which other folders are there.
  if (labels.labelSet === 'own') {
    const lonely = labels.classes.map(({ folder }) => folder).filter((folder) => !splits.every(({ folders }) => folders.includes(folder)));
    if (lonely.length > 0) remarks.push({ key: 'dataset.classFoldersDiffer', folders: lonely });
  }
  return remarks;
}
