/** Hugging Face's parquet files: `data/validation-00000-of-00014.parquet` and their kin, the pictures read out of them where they lie. */
import { basename, dirname, join } from 'node:path';
import { fail } from '../../../shared/failure';
import type { ClassLabels } from '../../core/datasets/class-labels';
import { compareCodePoints } from '../../core/datasets/code-point-order';
import { emptyDataset } from '../../core/datasets/dataset-layout';
import type { DatasetRemark } from '../../core/datasets/dataset-listing';
import { groupBy } from '../../core/datasets/group-by';
import { ImageTable } from '../../core/datasets/image-table';
import { huggingfaceClasses, pictureColumns, type PictureColumns } from '../../core/datasets/parquet-columns';
import { parquetLabels, type ParquetSplit } from '../../core/datasets/parquet-labels';
import { parquetSplit, shardsOf } from '../../core/datasets/parquet-shards';
import { ParquetReader, type ParquetFacts } from '../store/parquet-reader';
import { imagenetTables } from './imagenet-class-list';
import { listing, seenRemarks, type ListDatasetOptions, type ListedDataset } from './listing-parts';
import type { PlacedTable } from './split-places';
import { readEntries, type WalkContext } from './walk-class-folder';

/** Absolute paths, in the order of the splits' rows. `train` may be empty. */
export interface ParquetFiles {
  readonly train: readonly string[];
  readonly val: readonly string[];
}

/** Folders in which people have the files, relative to the one that they choose. */
const folders = ['', 'data', 'default'];
/** Pictures in a row group beyond which it is said that reading is slow. */
const manyRows = 512;

export function singleParquet(path: string): ParquetFiles {
  return { train: [], val: [path] };
}

/** The parquet files in a folder; null when there are none. */
export async function findParquet(context: WalkContext): Promise<ParquetFiles | null> {
  const top = await readEntries(context, '');
  for (const folder of folders.filter((name) => name === '' || top.some((entry) => entry.folder && entry.name === name))) {
    const found = await filesIn(context, folder);
    const { train, val, other } = shardsOf(found);
    if (val.length > 0 || other.length > 0) return { train: train.map((name) => join(context.root, name)), val: (val.length > 0 ? val : other).map((name) => join(context.root, name)) };
    if (train.length > 0) {
      throw fail('dataset-layout', 'There are parquet files of a train split but none of a validation split', {
        file: join(context.root, folder), place: train[0] ?? '', expected: 'validation-00000-of-00014.parquet and its kin', next: 'Download the validation files too, or choose a train file itself to evaluate on it',
      });
    }
  }
  return null;
}

/** Parquet files directly in a folder, or in folders of it that are named as splits, relative to the root. */
async function filesIn(context: WalkContext, folder: string): Promise<string[]> {
  const below = (name: string): string => (folder === '' ? name : `${folder}/${name}`);
  const files: string[] = [];
  for (const entry of await readEntries(context, folder)) {
    if (!entry.folder) {
      if (/\.parquet$/i.test(entry.name)) files.push(below(entry.name));
    } else if (parquetSplit(`${entry.name}/0.parquet`) !== 'other') {
      files.push(...(await readEntries(context, below(entry.name))).filter(({ name, folder: isFolder }) => !isFolder && /\.parquet$/i.test(name)).map(({ name }) => below(`${entry.name}/${name}`)));
    }
  }
  return files;
}

interface ReadSplit {
  readonly split: ParquetSplit;
  /** [pictures], into the split's files and their rows. */
  readonly shardOf: Int32Array;
  readonly rows: Int32Array;
  readonly columns: PictureColumns;
  readonly facts: readonly ParquetFacts[];
}

/** Lists the files by their columns of names and labels; pictures are not touched. @throws EngineError 'dataset-unreadable', 'dataset-layout', 'dataset-empty', 'stopped' */
export async function listParquet(context: WalkContext, files: ParquetFiles, options: ListDatasetOptions): Promise<ListedDataset> {
  for (const file of [...files.val, ...files.train]) options.witness?.(file);
  const reader = await ParquetReader.open([...files.val, ...files.train]);
  let seen = 0;
  const walked = (rows: number): void => {
    context.checkStop();
    options.onProgress?.(seen += rows);
  };
  try {
    const val = await readSplit(reader, files.val, walked);
    if (val.split.labels.length === 0) throw emptyDataset(context.root, basename(files.val[0] ?? ''));
    const train = files.train.length === 0 ? null : await readSplit(reader, files.train, walked);
    const splits = train === null ? [val] : [val, train];
    const classNames = huggingfaceClasses(val.facts[0]?.huggingface ?? null, val.columns.label.column[0]);
    const { labels: given, origin, ...labels } = parquetLabels(splits.map(({ split }) => split), { classNames, order: options.labels?.order ?? 'auto' }, imagenetTables);
    const placed = splits.map((read, at) => placeRows(at === 0 ? 'validation' : 'train', read, given[at] ?? new Int32Array(), labels, at === 0 ? files.val : files.train));
    const [valTable, trainTable = null] = placed;
    if (valTable === undefined) throw emptyDataset(context.root, 'validation');
    return listing({
      root: context.root, base: /\.parquet$/i.test(context.root) ? dirname(context.root) : context.root, layout: 'parquet', labels, val: valTable, train: trainTable,
      said: [...seenRemarks(origin, labels, valTable.table, trainTable?.table ?? null), ...shardRemarks(files, splits)],
    });
  } finally {
    reader.close();
  }
}

async function readSplit(reader: ParquetReader, shards: readonly string[], walked: (rows: number) => void): Promise<ReadSplit> {
  const names: string[] = [];
  const labels: (number | string | null)[] = [];
  const facts: ParquetFacts[] = [];
  const counts: number[] = [];
  let columns: PictureColumns | null = null;
  for (const shard of shards) {
    const found = await reader.facts(shard);
    const here = pictureColumns(found.columns, shard);
    columns ??= here;
    if (JSON.stringify(here) !== JSON.stringify(columns)) {
      throw fail('dataset-layout', 'The parquet files of a split have different columns', { file: shard, place: found.columns.map(({ name, type }) => `${name} ${type}`).join(', '), expected: `the columns of ${basename(shards[0] ?? '')}`, next: 'Take the files of one data set' });
    }
    refuseEmptyPictures(found, here, shard);
    facts.push(found);
    counts.push(found.rows);
    const wanted = here.path === null ? [here.label.column] : [here.label.column, here.path];
    for await (const [given = [], paths = []] of reader.values(shard, wanted)) {
      for (const label of given) labels.push(label);
      for (let row = 0; row < given.length; row++) names.push(fileName(paths[row]));
      walked(given.length);
    }
  }
  if (columns === null) throw new Error('a split without files');
  const shardOf = new Int32Array(labels.length);
  const rows = new Int32Array(labels.length);
  let at = 0;
  counts.forEach((count, shard) => {
    for (let row = 0; row < count; row++, at++) {
      shardOf[at] = shard;
      rows[at] = row;
    }
  });
  return { split: { file: shards[0] ?? '', names, labels }, shardOf, rows, columns, facts };
}

function fileName(path: string | number | null | undefined): string {
  return typeof path === 'string' ? path.split(/[\\/]/).at(-1) ?? '' : '';
}

/** Hugging Face can write the paths of pictures without their bytes: the column is there, and every row of it empty. */
function refuseEmptyPictures({ rows, missing }: ParquetFacts, { bytes }: PictureColumns, file: string): void {
  if (rows === 0 || missing.get(bytes.join(', ')) !== rows) return;
  throw fail('dataset-layout', 'The parquet file names its pictures but does not hold them', {
    file, place: `column ${bytes.join('.')}: empty in all ${rows} rows`, expected: 'the pictures\' bytes in that column', next: 'Download the files with the pictures embedded, or choose the folder that holds the pictures',
  });
}

/** As class folders would have the pictures: by label, then by name. Names that are missing or occur twice give way to the row's number. */
function placeRows(base: string, { split, shardOf, rows, columns, facts }: ReadSplit, labels: Int32Array, classes: ClassLabels, shards: readonly string[]): PlacedTable {
  const folderOf = new Map(classes.classes.map(({ label, folder }) => [label, folder]));
  const names = pictureNames(split.names, labels, folderOf);
  const groups = [...groupBy(labels.keys(), (index) => labels[index] ?? 0)].sort(([a], [b]) => a - b);
  for (const [, indices] of groups) indices.sort((a, b) => compareCodePoints(names[a] ?? '', names[b] ?? ''));
  const table = new ImageTable(groups.map(([label, indices]) => ({ path: `${base}/${folderOf.get(label) ?? label}`, label, names: indices.map((index) => names[index] ?? '') })));
  const order = groups.flatMap(([, indices]) => indices);
  return { table, places: { kind: 'rows', shards, column: columns.bytes, groupBytes: Math.max(0, ...facts.map(({ groupBytes }) => groupBytes)), shardOf: Int32Array.from(order, (index) => shardOf[index] ?? 0), rows: Int32Array.from(order, (index) => rows[index] ?? 0) } };
}

/** Hugging Face hung the class's id onto ImageNet's own names; without it they sort as in class folders, and the reference's draw finds its pictures. */
function pictureNames(given: readonly string[], labels: Int32Array, folderOf: ReadonlyMap<number, string>): readonly string[] {
  const plain = given.map((name, index) => {
    const [, stem, id, extension] = /^(.+)_(n\d{8})(\.\w+)$/.exec(name) ?? [];
    return stem !== undefined && extension !== undefined && id === folderOf.get(labels[index] ?? -1) ? `${stem}${extension}` : name;
  });
  const unique = new Set(plain.map((name, index) => `${labels[index] ?? 0}/${name}`)).size === plain.length && !plain.includes('');
  return unique ? plain : plain.map((_, index) => `picture ${String(index + 1).padStart(8, '0')}`);
}

function shardRemarks(files: ParquetFiles, splits: readonly ReadSplit[]): DatasetRemark[] {
  const said: DatasetRemark[] = [];
  for (const shards of [files.val, files.train]) {
    const of = Number(/-of-(\d+)/.exec(shards[0] ?? '')?.[1] ?? shards.length);
    if (shards.length < of) said.push({ key: 'dataset.shardsMissing', found: shards.length, of });
  }
  const rows = Math.max(...splits.flatMap(({ facts }) => facts.map(({ groupRows }) => groupRows)));
  if (rows > manyRows) said.push({ key: 'dataset.largeRowGroups', rows });
  return said;
}
