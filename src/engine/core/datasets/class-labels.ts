/** From folder names to labels. */
import { fail } from '../../../shared/failure';
import { compareCodePoints } from './code-point-order';
import type { DatasetClass, LabelSet } from './dataset-listing';
import type { ImagenetClasses } from './imagenet-classes';

export interface ClassLabels {
  readonly labelSet: LabelSet;
  readonly classes: readonly DatasetClass[];
  /** Left out where it does not hold: see DatasetListing. */
  readonly unconfirmed?: true;
}

/**
 * Classes of the given folders (any order, repeats allowed), sorted by name. Folders that are all WordNet ids of ImageNet-1k keep
 * ImageNet's labels; folders of which none is one are their own label set.
 * Throws EngineError 'dataset-layout' when the two are mixed: any choice would label pictures wrongly.
 */
export function assignLabels(folders: readonly string[], imagenet: ImagenetClasses, root: string): ClassLabels {
  const sorted = [...new Set(folders)].sort(compareCodePoints);
  const others = sorted.filter((folder) => imagenet.labelOf(folder) < 0);
  if (others.length === sorted.length) {
    return { labelSet: 'own', classes: sorted.map((folder, label) => ({ folder, wordNetId: null, name: folder, label })) };
  }
  if (others.length > 0) {
    const known = sorted.length - others.length;
    throw fail('dataset-layout', `Some class folders are ImageNet-1k WordNet ids and some are not`, {
      file: root,
      place: `${others.slice(0, 5).join(', ')}${others.length > 5 ? ` and ${others.length - 5} more` : ''} beside ${known} WordNet ids`,
      expected: 'folders that are all WordNet ids of ImageNet-1k (n01440764, ...), or none',
      next: 'Move or rename the folders that do not belong',
    });
  }
  const classes = sorted.map((folder) => {
    const label = imagenet.labelOf(folder);
    return { folder, wordNetId: folder, name: imagenet.list[label].name, label };
  });
  return { labelSet: 'imagenet-1k', classes };
}

/** ImageNet's classes that occur among labels. */
export function occurringClasses(labels: readonly ArrayLike<number>[], imagenet: ImagenetClasses): ClassLabels {
  const seen = new Set<number>();
  for (const some of labels) for (let i = 0; i < some.length; i++) seen.add(some[i]);
  return {
    labelSet: 'imagenet-1k',
    classes: [...seen].sort((a, b) => a - b).map((label) => {
      const { id, name } = imagenet.list[label];
      return { folder: id, wordNetId: id, name, label };
    }),
  };
}
