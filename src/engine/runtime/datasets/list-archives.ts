/** ImageNet's original archives, read where they lie: `ILSVRC2012_img_val.tar`, and the train archive with an archive per class inside. */
import { basename, dirname, join } from 'node:path';
import { fail } from '../../../shared/failure';
import { assignLabels } from '../../core/datasets/class-labels';
import { sortByCodePoints } from '../../core/datasets/code-point-order';
import { emptyDataset } from '../../core/datasets/dataset-layout';
import { groupBy } from '../../core/datasets/group-by';
import { hasImageExtension } from '../../core/datasets/image-extensions';
import { ImageTable, type FolderImages } from '../../core/datasets/image-table';
import { labelFlat } from '../../core/datasets/label-files';
import type { FolderEntry } from './folder-reader';
import { imagenetClasses, imagenetTables } from './imagenet-class-list';
import { trainFolders } from './list-class-folders';
import { flatClasses, flatRemarks, labelSource } from './list-flat';
import { byClass, listing, type ListDatasetOptions, type ListedDataset } from './listing-parts';
import type { PlacedTable } from './split-places';
import { indexTar, type TarMember } from './tar-index';
import { readEntries, type WalkContext } from './walk-class-folder';

/** Names relative to `folder`. */
export interface Archives {
  readonly folder: string;
  readonly val: string;
  /** A train archive, a folder `train` of class folders, or nothing. */
  readonly train: { readonly kind: 'archive'; readonly name: string } | { readonly kind: 'folders'; readonly classes: readonly string[] } | null;
}

/** An archive that a person chose itself. */
export function singleArchive(path: string): Archives {
  return { folder: dirname(path), val: basename(path), train: null };
}

/** The archives among a folder's entries; null when there is none of validation pictures. */
export async function findArchives(context: WalkContext, entries: readonly FolderEntry[]): Promise<Archives | null> {
  const { root } = context;
  const tars = entries.filter(({ name, folder }) => !folder && /\.tar$/i.test(name)).map(({ name }) => name).sort();
  const val = tars.find((name) => /val/i.test(name));
  if (val === undefined) return null;
  const train = tars.find((name) => /train/i.test(name));
  if (entries.some(({ name, folder }) => folder && name === 'train')) {
    const inside = await readEntries(context, 'train');
    return { folder: root, val, train: { kind: 'folders', classes: inside.filter(({ folder }) => folder).map(({ name }) => name) } };
  }
  return { folder: root, val, train: train === undefined ? null : { kind: 'archive', name: train } };
}

/** Lists the archives by their headers. @throws EngineError 'dataset-unreadable', 'dataset-layout', 'dataset-empty', 'stopped' */
export async function listArchives(context: WalkContext, archives: Archives, options: ListDatasetOptions): Promise<ListedDataset> {
  const { folder } = archives;
  let seen = 0;
  const index = async (name: string): Promise<readonly TarMember[]> => {
    const path = join(folder, name);
    options.witness?.(path);
    const members = await indexTar(path, { checkStop: context.checkStop, onMembers: (count) => options.onProgress?.(seen + count) });
    seen += members.length;
    options.onProgress?.(seen);
    return members.filter((member) => hasImageExtension(member.name));
  };
  const members = await index(archives.val);
  if (members.length === 0) throw emptyDataset(context.root, archives.val);
  const nested = members.every(({ name }) => classFolderOf(name) !== null);
  const inside = nested ? '' : commonFolder(members, context.root);
  const names = sortByCodePoints(members.map(({ name }) => name.slice(inside.length)));
  const flat = nested ? null : labelFlat(names, labelSource([folder], options), imagenetTables, context.root);
  const table = new ImageTable(flat === null ? byFolder(archives.val, members, context.root) : byClass(`${archives.val}/${inside}`.replace(/\/$/, ''), names, flat.labels));
  const val = inArchive(folder, archives.val, members, table);
  const train = await trainTable(context, archives, index, (count) => options.onProgress?.(seen += count));
  const labelled = flat ?? { labels: table.labels, origin: 'labels by the folders in the archive', absent: 0, unconfirmed: false };
  const labels = flatClasses(labelled, train?.table ?? null);
  return listing({ root: context.root, base: folder, layout: 'archives', labels, train, val, said: flatRemarks(labelled, labels, table, train?.table ?? null) });
}

/** Where each picture of a table lies in its archive. */
function inArchive(folder: string, archive: string, members: readonly TarMember[], table: ImageTable): PlacedTable {
  const byName = new Map(members.map((member) => [`${archive}/${member.name}`, member]));
  const offsets = new Float64Array(table.count);
  const lengths = new Float64Array(table.count);
  for (let index = 0; index < table.count; index++) {
    const member = byName.get(table.file(index));
    offsets[index] = member?.offset ?? 0;
    lengths[index] = member?.size ?? 0;
  }
  return { table, places: { kind: 'stretches', archive: join(folder, archive), offsets, lengths } };
}

async function trainTable(context: WalkContext, { folder, train }: Archives, index: (name: string) => Promise<readonly TarMember[]>, walked: (files: number) => void): Promise<PlacedTable | null> {
  if (train === null) return null;
  if (train.kind === 'folders') return trainFolders(context, train.classes, walked);
  const members = await index(train.name);
  return inArchive(folder, train.name, members, new ImageTable(byFolder(train.name, members, context.root)));
}

/** The folder in the archive that all pictures lie in, with `/` at its end; '' for its top. */
function commonFolder(members: readonly TarMember[], root: string): string {
  const folderOf = (name: string): string => name.slice(0, name.lastIndexOf('/') + 1);
  const folder = folderOf(members[0]?.name ?? '');
  const stray = members.find(({ name }) => folderOf(name) !== folder);
  if (stray === undefined) return folder;
  throw fail('dataset-layout', 'The pictures of the archive lie in several folders that are no WordNet ids', { file: root, place: stray.name, expected: 'class folders named by WordNet id, or all pictures in one place', next: 'Take the original archive, or unpack it' });
}

/** The class of `n01440764.tar/n01440764_10026.JPEG` or `val/n01440764/x.JPEG`, or null. */
function classFolderOf(name: string): string | null {
  const folder = name.split('/').at(-2)?.replace(/\.tar$/, '') ?? '';
  return imagenetClasses.labelOf(folder) >= 0 ? folder : null;
}

/** Members grouped by the folder or inner archive that they lie in; those outside a class's are refused as class folders would be. */
function byFolder(archive: string, members: readonly TarMember[], root: string): FolderImages[] {
  const groups = groupBy(members.map(({ name }) => name), (name) => {
    const slash = name.lastIndexOf('/');
    return slash < 0 ? archive : `${archive}/${name.slice(0, slash)}`;
  });
  const classOf = (path: string): string => path.split('/').at(-1)?.replace(/\.tar$/, '') ?? '';
  const labels = assignLabels([...groups.keys()].map(classOf), imagenetClasses, root);
  const labelOf = new Map(labels.classes.map(({ folder, label }) => [folder, label]));
  return [...groups].map(([path, names]) => ({ path, label: labelOf.get(classOf(path)) ?? 0, names: sortByCodePoints(names.map((name) => name.slice(name.lastIndexOf('/') + 1))) })).sort((a, b) => a.label - b.label);
}
