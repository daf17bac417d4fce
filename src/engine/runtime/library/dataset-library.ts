/** Data sets by folder: listed once per session, known by the hash of their listing. */
import { readFile } from 'node:fs/promises';
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
  return { listing, record: datasetRecord(listing, await datasetName(listing.root)), path: (file) => join(listing.root, ...file.split('/')) };
}

/** The first heading of the card beside the folder (`images.md` beside `images`, as models have theirs); without a card, the folder's name. */
async function datasetName(root: string): Promise<string> {
  const card = await readFile(`${root}.md`, 'utf8').catch(() => '');
  return /^# +(.+)$/m.exec(card)?.[1]?.trim() ?? basename(root);
}

function datasetRecord(listing: DatasetListing, name: string): DatasetRecord {
  return {
    id: `${listing.hash}:${listing.root}`,
    name,
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
