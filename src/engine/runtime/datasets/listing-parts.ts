/** What every layout's lister needs: options, the hash of a listing, remarks about its classes. */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { ClassLabels } from '../../core/datasets/class-labels';
import type { DatasetListing, DatasetRemark } from '../../core/datasets/dataset-listing';
import type { ImageTable } from '../../core/datasets/image-table';
import type { LabelChoice } from '../../../shared/settings';
import type { FolderReader } from './folder-reader';
import { imagenetClasses } from './imagenet-class-list';

export interface ListDatasetOptions {
  /** Pictures found so far; called once per class folder. */
  readonly onProgress?: (files: number) => void;
  /** Polled at every folder; true makes the listing end with EngineError 'stopped'. */
  readonly shouldStop?: () => boolean;
  /** The disk, unless a test brings its own. */
  readonly reader?: FolderReader;
  readonly labels?: LabelChoice | null;
}

export interface ListedDataset extends DatasetListing {
  /** Where a listed picture's bytes are: an absolute path, or a stretch of an archive (picture-place.ts). */
  readonly locate: (file: string) => string;
}

/** One of the parts that a data set is evaluated or calibrated on. */
export interface Split {
  /** 'train', 'val', or '' for class folders directly in the root. */
  readonly base: string;
  readonly folders: readonly string[];
}

export function inFolder(root: string): (file: string) => string {
  return (file) => join(root, ...file.split('/'));
}

export function hashOf(labels: ClassLabels, tables: readonly ImageTable[]): string {
  const hash = createHash('sha256').update(labels.labelSet);
  for (const table of tables) {
    hash.update(`\n${table.count}\n`);
    for (const part of table.fingerprint()) hash.update(part);
  }
  return hash.digest('hex');
}

export function classRemarks(labels: ClassLabels, splits: readonly Split[], tables: readonly ImageTable[]): DatasetRemark[] {
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
