/** Lists a data set on disk, in whatever layout people have it. What the names mean is decided in core/datasets. */
import { existsSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fail } from '../../../shared/failure';
import { refuseNestedDataset, type FolderSummary } from '../../core/datasets/dataset-layout';
import { diskFolders, type FolderEntry, type FolderReader } from './folder-reader';
import { imagenetClasses } from './imagenet-class-list';
import { findArchives, listArchives, singleArchive } from './list-archives';
import { listClassFolders } from './list-class-folders';
import { findFlat, kaggleFolder, listFlat } from './list-flat';
import { findParquet, listParquet, singleParquet } from './list-parquet';
import type { ListDatasetOptions, ListedDataset } from './listing-parts';
import { imageNames, readEntries, type WalkContext } from './walk-class-folder';

export type { ListDatasetOptions, ListedDataset } from './listing-parts';

function summary(entries: readonly FolderEntry[]): FolderSummary {
  const folders = entries.filter(({ name, folder }) => folder && !name.startsWith('.')).map(({ name }) => name);
  return { folders, images: imageNames(entries).length };
}

/** Tells of each folder before it is read. */
function witnessed(reader: FolderReader, witness: ((path: string) => void) | undefined): FolderReader {
  if (witness === undefined) return reader;
  return {
    real: (path) => reader.real(path),
    entries: (path) => {
      witness(path);
      return reader.entries(path);
    },
  };
}

/**
 * Lists the data set at `path`: `train/` + `val/` class folders; one tree of class folders that serves as both; validation pictures flat in `val/` (or
 * in the folder itself) with their labels in a file or in ImageNet's own numbers; Kaggle's folders; the original tar archives; Hugging Face's parquet files.
 * Throws EngineError: 'dataset-unreadable', 'dataset-layout', 'dataset-empty', 'stopped'.
 */
export async function listDataset(path: string, options: ListDatasetOptions = {}): Promise<ListedDataset> {
  const { shouldStop } = options;
  const reader = witnessed(options.reader ?? diskFolders, options.witness);
  const chosen = resolve(path);
  const circular: string[] = [];
  const contextOf = (root: string): WalkContext => ({
    root,
    reader,
    enter: (folder, inside) => refuseNestedDataset(root, folder, inside, imagenetClasses),
    checkStop: () => {
      if (shouldStop?.() === true) throw fail('stopped', 'Listing the data set was stopped', { file: root });
    },
    circular: (folder) => circular.push(folder),
  });
  const outside = contextOf(chosen);
  outside.checkStop();
  // A single archive or parquet file may be chosen itself.
  if (/\.(tar|parquet)$/i.test(chosen) && statSync(chosen, { throwIfNoEntry: false })?.isFile() === true) {
    return /\.tar$/i.test(chosen) ? listArchives(outside, singleArchive(chosen), options) : listParquet(outside, singleParquet(chosen), options);
  }
  const entries = await readEntries(outside, '');
  const kaggle = entries.some(({ name, folder }) => folder && name === 'ILSVRC') && existsSync(join(chosen, kaggleFolder));
  const context = kaggle ? contextOf(join(chosen, kaggleFolder)) : outside;
  const top = summary(kaggle ? await readEntries(context, '') : entries);
  const look = async (name: string): Promise<FolderSummary | null> => (top.folders.includes(name) ? summary(await readEntries(context, name)) : null);
  const [train, val] = [await look('train'), await look('val')];
  const flat = findFlat({ top, train, val });
  if (flat !== null) return listFlat(context, chosen, flat, train, options);
  const archives = val === null ? await findArchives(context, entries) : null;
  if (archives !== null) return listArchives(context, archives, options);
  const parquet = await findParquet(context);
  if (parquet !== null) return listParquet(context, parquet, options);
  return listClassFolders(context, { top, train, val }, circular, options);
}
