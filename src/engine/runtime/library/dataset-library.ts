/** Data sets by folder: listed once and again when something changed, known by the hash of their listing. */
import { readFile } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { remarkText, type DatasetListing } from '../../core/datasets/dataset-listing';
import type { DatasetRecord } from '../../../shared/records';
import type { LabelChoice } from '../../../shared/settings';
import { keep, readKept, type KeptListing } from '../datasets/kept-listing';
import { listDataset, type ListedDataset } from '../datasets/list-dataset';
import { readingBytes } from '../datasets/split-places';
import { stillTrue, WitnessBook } from '../datasets/witnesses';

export interface KnownDataset {
  readonly record: DatasetRecord;
  readonly listing: DatasetListing;
  /** Absolute path of a listed file. */
  readonly path: (file: string) => string;
  /** Most memory that reading its pictures adds to a worker, in bytes. */
  readonly readingBytes: number;
}

export interface ListingOptions {
  readonly onFiles?: (files: number) => void;
  readonly shouldStop?: () => boolean;
  readonly labels?: LabelChoice | null | undefined;
}

/** Listings of this session by path and choice of labels, the newest last: pages ask for the same one again and again. */
const known = new Map<string, KeptListing>();
const mostKnown = 2;
let shelf: string | null = null;

/** Where listings are kept beyond this session; null: nowhere. Of the process, as its one engine is. */
export function keepListingsIn(folder: string | null): void {
  shelf = folder;
  known.clear();
}

/**
 * Lists a data set, unless it was listed before and nothing has changed since (datasets/witnesses.ts).
 * @throws EngineError for folders that are none
 */
export async function loadDataset(root: string, options: ListingOptions = {}): Promise<KnownDataset> {
  const labels = options.labels ?? null;
  const listing = await currentListing(resolve(root), labels, options);
  return { listing, record: { ...datasetRecord(listing, await datasetName(listing.root)), ...(labels === null ? {} : { labels }) }, path: listing.locate, readingBytes: readingBytes([listing.placed.val, listing.placed.train]) };
}

async function currentListing(root: string, labels: LabelChoice | null, options: ListingOptions): Promise<ListedDataset> {
  const key = JSON.stringify([root, labels]);
  const found = known.get(key);
  if (found !== undefined && stillTrue(found.witnesses, found.listed)) return remember(key, found);
  const stored = shelf === null ? null : readKept(shelf, root, labels);
  if (stored !== null) return remember(key, stored);
  const book = new WitnessBook();
  const listed = Date.now();
  const listing = await listDataset(root, {
    ...(options.onFiles === undefined ? {} : { onProgress: options.onFiles }),
    ...(options.shouldStop === undefined ? {} : { shouldStop: options.shouldStop }),
    labels, witness: book.note,
  });
  const fresh = { listing, witnesses: book.witnesses, listed };
  if (shelf !== null) keep(shelf, root, labels, fresh);
  return remember(key, fresh);
}

function remember(key: string, kept: KeptListing): ListedDataset {
  known.delete(key);
  known.set(key, kept);
  for (const old of [...known.keys()].slice(0, -mostKnown)) known.delete(old);
  return kept.listing;
}

/** The first heading of the card beside the folder (`images.md` beside `images`, as models have theirs); without a card, the folder's name. */
async function datasetName(root: string): Promise<string> {
  const card = await readFile(`${root}.md`, 'utf8').catch(() => '');
  return /^# +(.+)$/m.exec(card)?.[1]?.trim() ?? basename(root);
}

function datasetRecord(listing: DatasetListing, name: string): DatasetRecord {
  const seen = listing.said.find(({ key }) => key === 'dataset.seen');
  return {
    id: `${listing.hash}:${listing.root}`,
    name,
    root: listing.root,
    layout: listing.layout,
    labelSet: listing.labelSet,
    ...(listing.unconfirmed === undefined ? {} : { unconfirmed: listing.unconfirmed }),
    hash: listing.hash,
    classes: listing.classes.map(({ folder, name, label }) => ({ folder, name, label })),
    trainImages: listing.train.count,
    valImages: listing.val.count,
    ownTrain: !listing.said.some(({ key }) => key === 'dataset.calibratesOnEvaluated'),
    ...(seen === undefined ? {} : { seen: remarkText(seen) }),
    notes: listing.said.filter((remark) => remark !== seen).map(remarkText),
  };
}
