/** Class folders: `train/` + `val/`, or one tree that serves as both. */
import { assignLabels, type ClassLabels } from '../../core/datasets/class-labels';
import { chooseLayout, emptyDataset, type FolderSummary } from '../../core/datasets/dataset-layout';
import type { DatasetRemark } from '../../core/datasets/dataset-listing';
import { ImageTable, type FolderImages } from '../../core/datasets/image-table';
import { imagenetClasses } from './imagenet-class-list';
import { classesOf, folderRemarks, listing, seenRemarks, type ListDatasetOptions, type ListedDataset, type Split } from './listing-parts';
import type { PlacedTable } from './split-places';
import { walkClassFolder, type FolderNames, type WalkContext } from './walk-class-folder';

/** Folders read at the same time: hides the latency of network shares without flooding them. */
const lanes = 8;

/** Walks all class folders of a split; the result is in label order whatever order the disk answers in. */
export async function walkSplit(context: WalkContext, split: Split, labels: ClassLabels, walked: (files: number) => void): Promise<FolderImages[]> {
  const present = new Set(split.folders);
  const classes = labels.classes.filter(({ folder }) => present.has(folder));
  const results: FolderNames[][] = [];
  let next = 0;
  const lane = async (): Promise<void> => {
    for (let at = next++; at < classes.length; at = next++) {
      const folder = classes[at]?.folder ?? '';
      try {
        const found = await walkClassFolder(context, split.base === '' ? folder : `${split.base}/${folder}`);
        results[at] = found;
        walked(found.reduce((sum, { names }) => sum + names.length, 0));
      } catch (error) {
        // The other lanes finish the folder that they are in and end.
        next = classes.length;
        throw error;
      }
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  return classes.flatMap(({ label }, at) => (results[at] ?? []).map((found) => ({ ...found, label })));
}

/** Pictures of the train split beside validation pictures that lie flat or in an archive: its class folders are WordNet ids, or none of ours. */
export async function trainFolders(context: WalkContext, folders: readonly string[], walked: (files: number) => void): Promise<PlacedTable | null> {
  const known = folders.filter((name) => imagenetClasses.labelOf(name) >= 0);
  if (known.length === 0) return null;
  const labels = classesOf(known.map((name) => imagenetClasses.labelOf(name)));
  return { table: new ImageTable(await walkSplit(context, { base: 'train', folders: known }, labels, walked)), places: { kind: 'files' } };
}

/** @param circular folders behind links that lead back; filled while walking. */
export async function listClassFolders(context: WalkContext, summaries: { readonly top: FolderSummary; readonly train: FolderSummary | null; readonly val: FolderSummary | null }, circular: readonly string[], { onProgress }: ListDatasetOptions): Promise<ListedDataset> {
  const { root } = context;
  const { top, train, val } = summaries;
  const choice = chooseLayout(root, top, train, val);
  const splits: Split[] = choice.kind === 'imagenet-folders'
    ? [{ base: 'train', folders: train?.folders ?? [] }, { base: 'val', folders: val?.folders ?? [] }]
    : [{ base: choice.base, folders: (choice.base === 'val' ? val : top)?.folders ?? [] }];
  const labels = assignLabels(splits.flatMap(({ folders }) => folders), imagenetClasses, root);

  let files = 0;
  const tables: ImageTable[] = [];
  for (const split of splits) {
    const table = new ImageTable(await walkSplit(context, split, labels, (count) => {
      files += count;
      onProgress?.(files);
    }));
    if (table.count === 0) throw emptyDataset(root, split.base === '' ? `${split.folders.length} class folders` : split.base);
    tables.push(table);
  }
  const [first, second] = tables;
  if (first === undefined) throw emptyDataset(root, 'the folder');
  const evaluated = second ?? first;
  const said: DatasetRemark[] = choice.kind === 'bare-folders' && choice.base === 'val' ? [{ key: 'dataset.onlyValFolder' }] : [];
  const origin = labels.labelSet === 'imagenet-1k' ? 'class folders named by WordNet id' : 'class folders in the order of their names';
  said.push(...seenRemarks(origin, labels, evaluated, second === undefined ? null : first), ...folderRemarks(labels, splits, tables));
  if (circular.length > 0) said.push({ key: 'dataset.circularLinks', folders: [...circular].sort() });
  return listing({ root, base: root, layout: choice.kind, labels, said, train: second === undefined ? null : { table: first, places: { kind: 'files' } }, val: { table: evaluated, places: { kind: 'files' } } });
}
