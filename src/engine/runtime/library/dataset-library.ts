/** Data sets by folder: listed once per session, known by the hash of their listing. */
import { basename, join } from 'node:path';
import { remarkText, type DatasetListing } from '../../core/datasets/dataset-listing';
import type { DatasetRecord } from '../../../shared/records';
import { listDataset } from '../datasets/list-dataset';

export interface KnownDataset {
  readonly record: DatasetRecord;
  readonly listing: DatasetListing;
  /** Absolute path of a listed file. */
  readonly path: (file: string) => string;
}

export interface ListingOptions {
  readonly onFiles?: (files: number) => void;
  readonly shouldStop?: () => boolean;
}

/** Lists a data set anew: files may have come or gone since. Throws EngineError for folders that are none. */
export async function loadDataset(root: string, options: ListingOptions = {}): Promise<KnownDataset> {
  const listing = await listDataset(root, {
    ...(options.onFiles === undefined ? {} : { onProgress: options.onFiles }),
    ...(options.shouldStop === undefined ? {} : { shouldStop: options.shouldStop }),
  });
  return { listing, record: datasetRecord(listing), path: (file) => join(listing.root, ...file.split('/')) };
}

function datasetRecord(listing: DatasetListing): DatasetRecord {
  return {
    id: `${listing.hash}:${listing.root}`,
    name: basename(listing.root),
    root: listing.root,
    layout: listing.layout,
    labelSet: listing.labelSet,
    hash: listing.hash,
    classes: listing.classes.map(({ folder, name, label }) => ({ folder, name, label })),
    trainImages: listing.train.count,
    valImages: listing.val.count,
    notes: listing.said.map(remarkText),
  };
}
