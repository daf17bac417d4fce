/** ImageNet's original archives, read where they lie: `ILSVRC2012_img_val.tar`, and the train archive with an archive per class inside. */
import { basename, dirname, join } from 'node:path';
import { fail } from '../../../shared/failure';
import { assignLabels } from '../../core/datasets/class-labels';
import { sortByCodePoints } from '../../core/datasets/code-point-order';
import { emptyDataset } from '../../core/datasets/dataset-layout';
import { hasImageExtension } from '../../core/datasets/image-extensions';
import { ImageTable, type FolderImages } from '../../core/datasets/image-table';
import { labelFlat } from '../../core/datasets/label-files';
import type { FolderEntry } from './folder-reader';
import { imagenetClasses, imagenetTables } from './imagenet-class-list';
import { byClass, classesOf, flatRemarks, labelSource } from './list-flat';
import { hashOf, inFolder, type ListDatasetOptions, type ListedDataset } from './listing-parts';
import { walkSplit } from './list-class-folders';
import { writePlace } from './picture-place';
import { indexTar, type TarMember } from './tar-index';
import type { WalkContext } from './walk-class-folder';

/** Names relative to `folder`. */
export interface Archives {
  readonly folder: string;
  readonly val: string;
  /** A train archive, a folder `train` of class folders, or nothing. */
  readonly train: { readonly kind: 'archive'; readonly name: string } | { readonly kind: 'folders'; readonly classes: readonly string[] } | null;
}

/** A split's pictures, and where each lies. */
interface ArchiveTable {
  readonly table: ImageTable;
  readonly places: ReadonlyMap<string, TarMember>;
}

/** The archives among a folder's entries (null: the path itself is an archive); null when there is none of validation pictures. */
export async function findArchives(context: WalkContext, entries: readonly FolderEntry[]): Promise<Archives | null>;
export async function findArchives(context: WalkContext, entries: null): Promise<Archives>;
export async function findArchives(context: WalkContext, entries: readonly FolderEntry[] | null): Promise<Archives | null> {
  const { root, reader } = context;
  if (entries === null) return { folder: dirname(root), val: basename(root), train: null };
  const tars = entries.filter(({ name, folder }) => !folder && /\.tar$/i.test(name)).map(({ name }) => name);
  const val = tars.find((name) => /val/i.test(name));
  if (val === undefined) return null;
  const train = tars.find((name) => /train/i.test(name));
  if (entries.some(({ name, folder }) => folder && name === 'train')) {
    const inside = await reader.entries(join(root, 'train'));
    return { folder: root, val, train: { kind: 'folders', classes: inside.filter(({ folder }) => folder).map(({ name }) => name) } };
  }
  return { folder: root, val, train: train === undefined ? null : { kind: 'archive', name: train } };
}

/** Lists the archives by their headers. @throws EngineError 'dataset-unreadable', 'dataset-layout', 'dataset-empty', 'stopped' */
export async function listArchives(context: WalkContext, archives: Archives, options: ListDatasetOptions): Promise<ListedDataset> {
  const { folder } = archives;
  const seen = { files: 0 };
  const index = async (name: string): Promise<readonly TarMember[]> => {
    const members = await indexTar(join(folder, name), { checkStop: context.checkStop, onMembers: (count) => options.onProgress?.(seen.files + count) });
    seen.files += members.length;
    options.onProgress?.(seen.files);
    return members.filter((member) => hasImageExtension(member.name));
  };
  const valMembers = await index(archives.val);
  if (valMembers.length === 0) throw emptyDataset(context.root, archives.val);
  const nested = valMembers.every(({ name }) => classFolderOf(name) !== null);
  const places = new Map<string, TarMember>(valMembers.map((member) => [`${archives.val}/${member.name}`, member]));
  const source = nested ? null : labelSource([folder], options.labels ?? null);
  const inside = nested ? '' : commonFolder(valMembers, context.root);
  const names = sortByCodePoints(valMembers.map(({ name }) => name.slice(inside.length)));
  const flat = source === null ? null : labelFlat(names, source, imagenetTables, context.root);
  const val = new ImageTable(flat === null ? byFolder(archives.val, valMembers, context.root) : byClass(`${archives.val}/${inside}`.replace(/\/$/, ''), names, flat.labels));
  const train = await trainTable(context, archives, index);
  train?.places.forEach((member, file) => places.set(file, member));
  const labels = classesOf(val.labels, train?.table.labels ?? []);
  const table = train === null || train.table.count === 0 ? val : train.table;
  const outside = inFolder(folder);
  return {
    root: context.root, layout: 'archives', ...labels, train: table, val,
    hash: hashOf(labels, table === val ? [val] : [table, val]),
    said: flatRemarks(flat ?? { labels: val.labels, origin: 'labels by the folders in the archive', absent: 0 }, labels, val, table),
    locate: (file) => {
      const member = places.get(file);
      return member === undefined ? outside(file) : writePlace(join(folder, archiveOf(file, archives)), member.offset, member.size);
    },
  };
}

function archiveOf(file: string, { val, train }: Archives): string {
  return train?.kind === 'archive' && file.startsWith(`${train.name}/`) ? train.name : val;
}

async function trainTable(context: WalkContext, { train }: Archives, index: (name: string) => Promise<readonly TarMember[]>): Promise<ArchiveTable | null> {
  if (train === null) return null;
  if (train.kind === 'folders') {
    const known = train.classes.filter((name) => imagenetClasses.labelOf(name) >= 0);
    const labels = classesOf(known.map((name) => imagenetClasses.labelOf(name)));
    return { table: new ImageTable(await walkSplit(context, { base: 'train', folders: known }, labels, () => undefined)), places: new Map() };
  }
  const members = await index(train.name);
  return { table: new ImageTable(byFolder(train.name, members, context.root)), places: new Map(members.map((member) => [`${train.name}/${member.name}`, member])) };
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
  const groups = new Map<string, string[]>();
  for (const { name } of members) {
    const slash = name.lastIndexOf('/');
    const path = slash < 0 ? archive : `${archive}/${name.slice(0, slash)}`;
    const group = groups.get(path);
    if (group === undefined) groups.set(path, [name.slice(slash + 1)]);
    else group.push(name.slice(slash + 1));
  }
  const classOf = (path: string): string => path.split('/').at(-1)?.replace(/\.tar$/, '') ?? '';
  const labels = assignLabels([...groups.keys()].map(classOf), imagenetClasses, root);
  const labelOf = new Map(labels.classes.map(({ folder, label }) => [folder, label]));
  return [...groups].map(([path, names]) => ({ path, label: labelOf.get(classOf(path)) ?? 0, names: sortByCodePoints(names) })).sort((a, b) => a.label - b.label);
}
