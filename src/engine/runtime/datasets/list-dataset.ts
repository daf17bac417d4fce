/** Lists a data set on disk. What the names mean is decided in core/datasets. */
import { createHash } from 'node:crypto';
import { resolve } from 'node:path';
import { fail } from '../../../shared/failure';
import { assignLabels, type ClassLabels } from '../../core/datasets/class-labels';
import { chooseLayout, emptyDataset, refuseNestedDataset, type FolderSummary } from '../../core/datasets/dataset-layout';
import type { DatasetListing, DatasetRemark } from '../../core/datasets/dataset-listing';
import { ImageTable, type FolderImages } from '../../core/datasets/image-table';
import { diskFolders, type FolderEntry, type FolderReader } from './folder-reader';
import { imagenetClasses } from './imagenet-class-list';
import { imageNames, readEntries, walkClassFolder, type FolderNames, type WalkContext } from './walk-class-folder';

export interface ListDatasetOptions {
  /** Pictures found so far; called once per class folder. */
  readonly onProgress?: (files: number) => void;
  /** Polled at every folder; true makes the listing end with EngineError 'stopped'. */
  readonly shouldStop?: () => boolean;
  /** The disk, unless a test brings its own. */
  readonly reader?: FolderReader;
}

/** Folders read at the same time: hides the latency of network shares without flooding them. */
const lanes = 8;

interface Split {
  /** 'train', 'val', or '' for class folders directly in the root. */
  readonly base: string;
  readonly folders: readonly string[];
}

function summary(entries: readonly FolderEntry[]): FolderSummary {
  const folders = entries.filter(({ name, folder }) => folder && !name.startsWith('.')).map(({ name }) => name);
  return { folders, images: imageNames(entries).length };
}

/** Walks all class folders of a split; the result is in label order whatever order the disk answers in. */
async function walkSplit(context: WalkContext, split: Split, labels: ClassLabels, walked: (files: number) => void): Promise<FolderImages[]> {
  const present = new Set(split.folders);
  const classes = labels.classes.filter(({ folder }) => present.has(folder));
  const results: FolderNames[][] = [];
  let next = 0;
  const lane = async (): Promise<void> => {
    for (let at = next++; at < classes.length; at = next++) {
      const folder = classes[at]?.folder ?? '';
      try {
        const found = await walkClassFolder(context, split.base === '' ? folder : `${split.base}/${folder}`);
        results[at] = found;
        walked(found.reduce((sum, { names }) => sum + names.length, 0));
      } catch (error) {
        // The other lanes finish the folder that they are in and end.
        next = classes.length;
        throw error;
      }
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  return classes.flatMap(({ label }, at) => (results[at] ?? []).map((found) => ({ ...found, label })));
}

function hashOf(labels: ClassLabels, tables: readonly ImageTable[]): string {
  const hash = createHash('sha256').update(labels.labelSet);
  for (const table of tables) {
    hash.update(`\n${table.count}\n`);
    for (const part of table.fingerprint()) hash.update(part);
  }
  return hash.digest('hex');
}

function classRemarks(labels: ClassLabels, splits: readonly Split[], tables: readonly ImageTable[]): DatasetRemark[] {
  const remarks: DatasetRemark[] = [];
  if (labels.labelSet === 'imagenet-1k' && labels.classes.length < imagenetClasses.list.length) {
    remarks.push({ key: 'dataset.classSubset', classes: labels.classes.length });
  }
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

/**
 * Lists the data set at `path`: `train/` + `val/` class folders, or one tree of class folders that serves as both.
 * Throws EngineError: 'dataset-unreadable', 'dataset-layout', 'dataset-empty', 'stopped'.
 */
export async function listDataset(path: string, options: ListDatasetOptions = {}): Promise<DatasetListing> {
  const { onProgress, shouldStop, reader = diskFolders } = options;
  const root = resolve(path);
  const circular: string[] = [];
  const context: WalkContext = {
    root,
    reader,
    enter: (folder, inside) => refuseNestedDataset(root, folder, inside, imagenetClasses),
    checkStop: () => {
      if (shouldStop?.() === true) throw fail('stopped', 'Listing the data set was stopped', { file: root });
    },
    circular: (folder) => circular.push(folder),
  };
  context.checkStop();
  const top = summary(await readEntries(context, ''));
  const look = async (name: string): Promise<FolderSummary | null> => (top.folders.includes(name) ? summary(await readEntries(context, name)) : null);
  const [train, val] = [await look('train'), await look('val')];
  const choice = chooseLayout(root, top, train, val);
  const splits: Split[] = choice.kind === 'imagenet-folders'
    ? [{ base: 'train', folders: train?.folders ?? [] }, { base: 'val', folders: val?.folders ?? [] }]
    : [{ base: choice.base, folders: (choice.base === 'val' ? val : top)?.folders ?? [] }];
  const labels = assignLabels(splits.flatMap(({ folders }) => folders), imagenetClasses, root);

  let files = 0;
  const tables: ImageTable[] = [];
  for (const split of splits) {
    const table = new ImageTable(await walkSplit(context, split, labels, (count) => {
      files += count;
      onProgress?.(files);
    }));
    if (table.count === 0) throw emptyDataset(root, split.base === '' ? `${split.folders.length} class folders` : split.base);
    tables.push(table);
  }
  const [first, second] = tables;
  if (first === undefined) throw emptyDataset(root, 'the folder');
  const said: DatasetRemark[] = second === undefined ? [{ key: 'dataset.calibratesOnEvaluated' }] : [];
  if (choice.kind === 'bare-folders' && choice.base === 'val') said.unshift({ key: 'dataset.onlyValFolder' });
  said.push(...classRemarks(labels, splits, tables));
  if (circular.length > 0) said.push({ key: 'dataset.circularLinks', folders: circular.sort() });
  return { root, layout: choice.kind, ...labels, train: first, val: second ?? first, hash: hashOf(labels, tables), said };
}
