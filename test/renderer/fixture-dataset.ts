/** Previews of a data set for tests of the window: names move with the order of the labels. */
import type { DatasetPreview } from '../../src/shared/dataset-preview';
import { labelOrders, type LabelChoice } from '../../src/shared/settings';
import { dataset, makePicture } from './fixture-data';

/** Classes go round by one with each order. */
export function previewOf(labels: LabelChoice | undefined, pictures: number): DatasetPreview {
  const step = labelOrders.indexOf(labels?.order ?? 'auto');
  const record = labels === undefined ? dataset : { ...dataset, id: `${dataset.id}/${labels.order}`, labels };
  const samples = Array.from({ length: Math.min(pictures, dataset.classes.length) }, (_, index) => {
    const known = dataset.classes[(index + step) % dataset.classes.length];
    return { file: `val/${index}.png`, label: known?.label ?? 0, name: known?.name ?? '', folder: known?.folder ?? '', picture: index === 1 ? null : makePicture(index) };
  });
  return { record: { ...record, seen: 'Seen: 10 classes, 1,000 pictures to evaluate, 128 to calibrate on; class folders in the order of their names.' }, samples };
}
