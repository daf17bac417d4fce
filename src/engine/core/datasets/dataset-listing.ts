/** A listed data set: classes, pictures, and what the user should be told about how it was understood. */
import type { ImageTable } from './image-table';

export interface DatasetClass {
  readonly folder: string;
  /** Null when the folder's name is not a WordNet id of ImageNet-1k. */
  readonly wordNetId: string | null;
  readonly name: string;
  readonly label: number;
}

/** 'imagenet-1k': labels 0..999 by WordNet id, also for a subset of the classes. 'own': position in the sorted folder names. */
export type LabelSet = 'imagenet-1k' | 'own';

/** Class folders in train and val; one tree of them; validation pictures flat with labels from elsewhere; the original archives; Hugging Face's parquet files. */
export type DatasetLayout = 'imagenet-folders' | 'bare-folders' | 'flat-val' | 'archives' | 'parquet';

/** Something to be said, as data: `key` names the sentence in the window's message files. */
export type DatasetRemark =
  | { readonly key: 'dataset.calibratesOnEvaluated' }
  | { readonly key: 'dataset.onlyValFolder' }
  | { readonly key: 'dataset.classSubset'; readonly classes: number }
  | { readonly key: 'dataset.classesWithoutImages'; readonly folders: readonly string[] }
  | { readonly key: 'dataset.classFoldersDiffer'; readonly folders: readonly string[] }
  | { readonly key: 'dataset.circularLinks'; readonly folders: readonly string[] }
  | { readonly key: 'dataset.seen'; readonly classes: number; readonly images: number; readonly train: number; readonly origin: string }
  | { readonly key: 'dataset.listedButAbsent'; readonly pictures: number }
  | { readonly key: 'dataset.shardsMissing'; readonly found: number; readonly of: number }
  | { readonly key: 'dataset.largeRowGroups'; readonly rows: number };

export interface DatasetListing {
  /** Absolute path. */
  readonly root: string;
  readonly layout: DatasetLayout;
  /** Sorted by folder name; labels ascend with it. */
  readonly classes: readonly DatasetClass[];
  /** Pictures to calibrate on; the same table as `val` when there is no train split. */
  readonly train: ImageTable;
  readonly val: ImageTable;
  readonly labelSet: LabelSet;
  /** The labels are numbers out of a file, and nothing confirms the order in which they were taken to count ImageNet's classes. */
  readonly unconfirmed?: true;
  /** SHA-256 over splits, paths and labels. Sizes and contents take no part: a million files would have to be opened. */
  readonly hash: string;
  readonly said: readonly DatasetRemark[];
}

function some(folders: readonly string[]): string {
  const shown = folders.slice(0, 5).join(', ');
  return folders.length > 5 ? `${shown} and ${folders.length - 5} more` : shown;
}

/** 50000 -> '50,000', whatever the system's language. */
function counted(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ',');
}

/** The remark in English, for the command line and the log. */
export function remarkText(remark: DatasetRemark): string {
  switch (remark.key) {
    case 'dataset.calibratesOnEvaluated':
      return 'There is no train split: the calibration pictures are drawn from the ones that are evaluated.';
    case 'dataset.onlyValFolder':
      return 'There is a val folder but no train folder: val is taken as the whole data set.';
    case 'dataset.classSubset':
      return `These are ${remark.classes} of the 1,000 ImageNet classes; labels stay those of the full set.`;
    case 'dataset.classesWithoutImages':
      return `Class folders without pictures: ${some(remark.folders)}.`;
    case 'dataset.classFoldersDiffer':
      return `Class folders that are only in train or only in val: ${some(remark.folders)}; labels follow the sorted names of both.`;
    case 'dataset.seen':
      return `Seen: ${counted(remark.classes)} ${remark.classes === 1 ? 'class' : 'classes'}, ${counted(remark.images)} pictures to evaluate${remark.train === 0 ? '' : `, ${counted(remark.train)} to calibrate on`}; ${remark.origin}.`;
    case 'dataset.listedButAbsent':
      return `${remark.pictures} pictures of the label file are not there: a subset is evaluated.`;
    case 'dataset.shardsMissing':
      return `${remark.found} of the ${remark.of} parquet files of a split are there: a part of it is evaluated.`;
    case 'dataset.largeRowGroups':
      return `The parquet files have ${remark.rows} pictures in one row group, all of which are unpacked to reach one: slow and with much memory. Hugging Face's have 100.`;
    case 'dataset.circularLinks':
      return `Links that lead back into themselves were not followed: ${some(remark.folders)}.`;
  }
}
