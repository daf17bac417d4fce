/** Class folders: `train/` + `val/`, or one tree that serves as both. */
import { assignLabels, type ClassLabels } from '../../core/datasets/class-labels';
import { chooseLayout, emptyDataset, type FolderSummary } from '../../core/datasets/dataset-layout';
import type { DatasetRemark } from '../../core/datasets/dataset-listing';
import { ImageTable, type FolderImages } from '../../core/datasets/image-table';
import { imagenetClasses } from './imagenet-class-list';
import { classRemarks, hashOf, inFolder, type ListDatasetOptions, type ListedDataset, type Split } from './listing-parts';
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
  const said: DatasetRemark[] = second === undefined ? [{ key: 'dataset.calibratesOnEvaluated' }] : [];
  if (choice.kind === 'bare-folders' && choice.base === 'val') said.unshift({ key: 'dataset.onlyValFolder' });
  said.push(...classRemarks(labels, splits, tables));
  if (circular.length > 0) said.push({ key: 'dataset.circularLinks', folders: [...circular].sort() });
  return { root, layout: choice.kind, ...labels, train: first, val: second ?? first, hash: hashOf(labels, tables), said, locate: inFolder(root) };
}
