/** Which images a run evaluates and calibrates on. Pure. */
import { at } from '../../../shared/at';
import { parseImageList } from '../../core/datasets/image-list';
import type { DatasetListing } from '../../core/datasets/dataset-listing';
import { balancedSubset } from '../../core/random/balanced-subset';
import { calibrationDraw } from '../../core/random/calibration-draw';
import { fail } from '../../../shared/failure';
import type { ModelRecord } from '../../../shared/records';
import type { RunSettings } from '../../../shared/settings';
import type { ImageList } from './evaluation-job';

/** Seed of the subset that `limit` takes: fixed, so that the same images serve every cell, model and calibration seed. */
const subsetSeed = 0;

/** The images to evaluate: the given list, else a class-balanced nested subset, else the whole split. */
export function evaluationImages(listing: DatasetListing, settings: Pick<RunSettings, 'limit' | 'imageList'>): ImageList {
  const { val } = listing;
  const chosen = settings.imageList === null ? null : parseImageList(settings.imageList.join('\n'), val, { file: 'the list of images', root: listing.root });
  const all = chosen === null ? Array.from({ length: val.count }, (_, index) => index) : [...chosen];
  const kept = settings.limit === null || settings.limit >= all.length
    ? all
    : balancedSubset(all.map((index) => at(val.labels, index)), settings.limit, subsetSeed).map((position) => at(all, position)).sort((a, b) => a - b);
  return { files: kept.map((index) => val.file(index)), labels: kept.map((index) => at(val.labels, index)) };
}

/** The calibration pictures: the given list, else the reference's draw from the train split. */
export function calibrationFiles(listing: DatasetListing, settings: RunSettings): string[] {
  const { train } = listing;
  if (settings.calibrationList !== null) {
    return [...parseImageList(settings.calibrationList.join('\n'), train, { file: 'the list of calibration images', root: listing.root })].map((index) => train.file(index));
  }
  return calibrationDraw(train.count, Math.min(settings.calibrationImages, train.count), settings.seed).map((index) => train.file(index));
}

/** A model whose outputs cannot be these classes gives figures that mean nothing: refused. */
export function checkLabels(model: ModelRecord, listing: DatasetListing): void {
  const needed = listing.labelSet === 'imagenet-1k' ? 1000 : listing.classes.length;
  if (model.classes === needed) return;
  throw fail('labels-mismatch', `The model has ${model.classes} outputs, the data set's labels want ${needed}`, {
    file: model.file,
    place: listing.root,
    expected: listing.labelSet === 'imagenet-1k' ? 'a model with the 1,000 ImageNet outputs, since the folders are WordNet ids' : 'one output per class folder, in the sorted order of the folders',
    next: 'Choose the data set that the model was trained for',
  });
}
