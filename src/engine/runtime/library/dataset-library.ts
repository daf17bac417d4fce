/** Data sets by folder: listed once per session, known by the hash of their listing. */
import { readFile } from 'node:fs/promises';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { remarkText, type DatasetListing } from '../../core/datasets/dataset-listing';
import type { DatasetRecord } from '../../../shared/records';
import type { LabelChoice } from '../../../shared/settings';
import { listDataset, type ListedDataset } from '../datasets/list-dataset';

export interface KnownDataset {
  readonly record: DatasetRecord;
  readonly listing: DatasetListing;
  /** Absolute path of a listed file. */
  readonly path: (file: string) => string;
}

export interface ListingOptions {
  readonly onFiles?: (files: number) => void;
  readonly shouldStop?: () => boolean;
  readonly labels?: LabelChoice | null | undefined;
}

/** Listed archives by root: reading fifty thousand headers again for every picture that is looked at would take seconds. Forgotten when an archive or the folder changes. */
const archives = new Map<string, { readonly signature: string; readonly listing: ListedDataset }>();

function archiveSignature(root: string, labels: LabelChoice | null): string {
  const folder = statSync(root, { throwIfNoEntry: false })?.isDirectory() === true ? root : dirname(root);
  const names = existsSync(folder) ? readdirSync(folder).filter((name) => /\.(tar|txt|csv)$/i.test(name)).sort() : [];
  const stats = [folder, ...names.map((name) => join(folder, name))].map((file) => statSync(file, { throwIfNoEntry: false }));
  return JSON.stringify([labels, names, stats.map((stat) => [stat?.size, stat?.mtimeMs])]);
}

/** Lists a data set anew: files may have come or gone since. Throws EngineError for folders that are none. */
export async function loadDataset(root: string, options: ListingOptions = {}): Promise<KnownDataset> {
  const signature = archiveSignature(root, options.labels ?? null);
  const kept = archives.get(root);
  const listing = kept !== undefined && kept.signature === signature ? kept.listing : await listDataset(root, {
    ...(options.onFiles === undefined ? {} : { onProgress: options.onFiles }),
    ...(options.shouldStop === undefined ? {} : { shouldStop: options.shouldStop }),
    labels: options.labels ?? null,
  });
  if (listing.layout === 'archives') archives.set(root, { signature, listing });
  return { listing, record: { ...datasetRecord(listing, await datasetName(listing.root)), ...(options.labels === null || options.labels === undefined ? {} : { labels: options.labels }) }, path: listing.locate };
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
