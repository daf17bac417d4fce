/**
 * Listings kept on disk, so that a million pictures are listed once: `LISTINGS/HASH.listing`, by the data set's path and the choice of labels. A file is
 * a line of JSON, then columns (names, offsets, rows) as bytes; its first line is the SHA-256 of the rest, so that a damaged one is listed anew.
 */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { DatasetListing } from '../../core/datasets/dataset-listing';
import { ImageTable } from '../../core/datasets/image-table';
import type { LabelChoice } from '../../../shared/settings';
import { assemble, type ListedDataset } from './listing-parts';
import type { PlacedTable, SplitPlaces } from './split-places';
import { stillTrue, type Witness } from './witnesses';
import { writeWhole } from '../write-whole';

/** Goes up with every change of what is written: files of another version are listed anew. */
const version = 3;
/** Most listings in the folder; the one that was used longest ago goes first. */
const most = 20;

type StoredPlaces =
  | { readonly kind: 'files' }
  | { readonly kind: 'stretches'; readonly archive: string }
  | { readonly kind: 'rows'; readonly shards: readonly string[]; readonly column: readonly string[]; readonly groupBytes: number };

interface StoredTable {
  readonly folders: readonly { readonly path: string; readonly label: number; readonly count: number }[];
  readonly places: StoredPlaces;
}

interface Head {
  readonly listed: number;
  readonly witnesses: readonly Witness[];
  readonly facts: Omit<DatasetListing, 'train' | 'val'> & { readonly base: string };
  readonly val: StoredTable;
  /** Null: the same as `val`. */
  readonly train: StoredTable | null;
  /** Bytes of each column that follows. */
  readonly columns: readonly number[];
}

export interface KeptListing {
  readonly listing: ListedDataset;
  readonly witnesses: readonly Witness[];
  /** Milliseconds when the listing began. */
  readonly listed: number;
}

function fileOf(folder: string, root: string, labels: LabelChoice | null): string {
  return join(folder, `${createHash('sha256').update(JSON.stringify([version, root, labels])).digest('hex').slice(0, 32)}.listing`);
}

/** The kept listing of a data set, if there is one that still holds; anything that is wrong with it means that there is none. */
export function readKept(folder: string, root: string, labels: LabelChoice | null): KeptListing | null {
  try {
    const file = fileOf(folder, root, labels);
    if (statSync(file, { throwIfNoEntry: false }) === undefined) return null;
    const bytes = readFileSync(file);
    const sum = bytes.indexOf(10);
    const body = bytes.subarray(sum + 1);
    if (sum < 0 || createHash('sha256').update(body).digest('hex') !== bytes.toString('latin1', 0, sum)) return null;
    const line = body.indexOf(10);
    // The checksum vouches for it: this version of the program wrote these bytes.
    const head = JSON.parse(body.toString('utf8', 0, line)) as Head;
    if (!stillTrue(head.witnesses, head.listed)) return null;
    return { listing: restore(head, body.subarray(line + 1)), witnesses: head.witnesses, listed: head.listed };
  } catch {
    return null;
  }
}

/** Keeps a listing. A disk that is full or may not be written is no reason to fail: the listing is made anew next time. */
export function keep(folder: string, root: string, labels: LabelChoice | null, { listing, witnesses, listed }: KeptListing): void {
  try {
    writeWhole(fileOf(folder, root, labels), listingBytes(listing, witnesses, listed));
    forgetOld(folder);
  } catch {
    return;
  }
}

function forgetOld(folder: string): void {
  const files = readdirSync(folder).filter((name) => name.endsWith('.listing')).map((name) => join(folder, name));
  const byAge = files.map((file) => ({ file, changed: statSync(file).mtimeMs })).sort((a, b) => b.changed - a.changed);
  for (const { file } of byAge.slice(most)) rmSync(file, { force: true });
}

function listingBytes({ root, base, layout, classes, labelSet, unconfirmed, hash, said, placed: { train, val } }: ListedDataset, witnesses: readonly Witness[], listed: number): Buffer {
  const columns: Buffer[] = [];
  const head: Head = {
    listed, witnesses,
    facts: { root, base, layout, classes, labelSet, ...(unconfirmed === undefined ? {} : { unconfirmed }), hash, said },
    val: storeTable(val, columns),
    train: train === val ? null : storeTable(train, columns),
    columns: [],
  };
  const body = Buffer.concat([Buffer.from(`${JSON.stringify({ ...head, columns: columns.map(({ length }) => length) })}\n`), ...columns]);
  return Buffer.concat([Buffer.from(`${createHash('sha256').update(body).digest('hex')}\n`), body]);
}

/** Pushes the table's columns: its names, and what its places have. NUL ends a name, since no name can hold one. */
function storeTable({ table, places }: PlacedTable, columns: Buffer[]): StoredTable {
  const folders = [...table.folders()];
  columns.push(Buffer.from(folders.map(({ names }) => names.map((name) => `${name}\0`).join('')).join('')));
  const bytes = (array: Float64Array | Int32Array): Buffer => Buffer.from(array.buffer, array.byteOffset, array.byteLength);
  if (places.kind === 'stretches') columns.push(bytes(places.offsets), bytes(places.lengths));
  if (places.kind === 'rows') columns.push(bytes(places.shardOf), bytes(places.rows));
  return { folders: folders.map(({ path, label, names }) => ({ path, label, count: names.length })), places: storedPlaces(places) };
}

function storedPlaces(places: SplitPlaces): StoredPlaces {
  switch (places.kind) {
    case 'files': return places;
    case 'stretches': return { kind: 'stretches', archive: places.archive };
    case 'rows': return { kind: 'rows', shards: places.shards, column: places.column, groupBytes: places.groupBytes };
  }
}

function restore(head: Head, columns: Buffer): ListedDataset {
  let at = 0;
  let next = 0;
  /** A copy, so that it is aligned and the file's bytes are let go. */
  const column = (): ArrayBuffer => {
    const length = head.columns[next++] ?? 0;
    const copy = new ArrayBuffer(length);
    new Uint8Array(copy).set(columns.subarray(at, at + length));
    at += length;
    return copy;
  };
  const table = ({ folders, places }: StoredTable): PlacedTable => {
    const names = new TextDecoder().decode(column()).split('\0');
    let first = 0;
    const restored = new ImageTable(folders.map(({ path, label, count }) => ({ path, label, names: names.slice(first, first += count) })));
    switch (places.kind) {
      case 'files': return { table: restored, places };
      case 'stretches': return { table: restored, places: { ...places, offsets: new Float64Array(column()), lengths: new Float64Array(column()) } };
      case 'rows': return { table: restored, places: { ...places, shardOf: new Int32Array(column()), rows: new Int32Array(column()) } };
    }
  };
  const val = table(head.val);
  const train = head.train === null ? val : table(head.train);
  return assemble(head.facts, train, val);
}
