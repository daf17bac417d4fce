/** Which layout a folder has, from the names of what lies in it. */
import { fail } from '../../../shared/failure';
import type { ImagenetClasses } from './imagenet-classes';

/** What one look into a folder gives; hidden folders (.git and the like) are left out. */
export interface FolderSummary {
  /** Names of folders directly inside. */
  readonly folders: readonly string[];
  /** Picture files directly inside. */
  readonly images: number;
}

export type LayoutChoice =
  | { readonly kind: 'imagenet-folders' }
  /** `base`: where the class folders lie, relative to the root ('' or 'val'). */
  | { readonly kind: 'bare-folders'; readonly base: '' | 'val' };

const understood = 'train/CLASS/picture and val/CLASS/picture, or CLASS/picture directly in the folder';

function flat(root: string, folder: string, images: number): Error {
  return fail('dataset-layout', `The pictures lie directly in ${folder}, without class folders, so their classes are unknown`, {
    file: root,
    place: `${images} pictures in ${folder}`,
    expected: understood,
    next: 'Sort the pictures into one folder per class, named by WordNet id (n01440764, ...) or by your own class names',
  });
}

/**
 * `train` and `val` are the summaries of the folders of these names, null where there is none.
 * Throws EngineError 'dataset-layout' or 'dataset-empty', saying which layouts are understood.
 */
export function chooseLayout(root: string, top: FolderSummary, train: FolderSummary | null, val: FolderSummary | null): LayoutChoice {
  if (val !== null && val.folders.length === 0 && val.images > 0) throw flat(root, 'val', val.images);
  if (train !== null && val !== null) {
    if (train.folders.length === 0 && train.images > 0) throw flat(root, 'train', train.images);
    return { kind: 'imagenet-folders' };
  }
  if (val !== null && val.folders.length > 0) return { kind: 'bare-folders', base: 'val' };
  // A class may well be called "train" (beside "car" and "bus"); a split has folders inside.
  if (train !== null && train.folders.length > 0) {
    throw fail('dataset-layout', 'There is a train folder but no val folder', {
      file: root,
      expected: understood,
      next: 'Add the val folder, or choose the train folder itself to evaluate on it',
    });
  }
  if (top.folders.length > 0) return { kind: 'bare-folders', base: '' };
  if (top.images > 0) throw flat(root, 'the folder', top.images);
  throw fail('dataset-empty', 'The data set has no pictures', { file: root, expected: understood, next: 'Choose the folder that holds the class folders' });
}

/**
 * Refuses a class folder that is itself a data set: ILSVRC/Data/CLS-LOC/train and the like, chosen too far up,
 * would become one class of a million pictures. `inside` are the folders directly in `folder`.
 */
export function refuseNestedDataset(root: string, folder: string, inside: readonly string[], imagenet: ImagenetClasses): void {
  const id = inside.find((name) => imagenet.labelOf(name) >= 0);
  const splits = inside.includes('train') && inside.includes('val');
  if (id === undefined && !splits) return;
  throw fail('dataset-layout', `${folder} is not a class folder: it holds a data set`, {
    file: root,
    place: splits ? `${folder}/train and ${folder}/val` : `${folder}/${id}`,
    expected: understood,
    next: `Choose a folder further down: ${folder} inside the one chosen, or one below it`,
  });
}

/** No pictures anywhere in a split. */
export function emptyDataset(root: string, where: string): Error {
  return fail('dataset-empty', `The class folders hold no pictures`, {
    file: root,
    place: where,
    expected: 'files named .jpeg, .jpg or .png (upper or lower case) in the class folders',
    next: 'Check that the archive was unpacked completely, or choose another folder',
  });
}
