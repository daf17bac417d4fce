/** Which batches of a run a noise floor is measured on, and how a repeat is held against the run. Pure. */
import type { NoiseRepeat } from '../../../shared/noise';
import type { PredictionRow } from '../store/store-types';

/**
 * Enough whole batches for `images`, evenly spread over those that the run has: lists are in the order of classes, so their beginning is no
 * fair sample, and an image must keep its neighbours of the batch to come out as it did. Null takes all.
 */
export function spreadBatches(committed: ArrayLike<number>, batch: number, images: number | null): number[] {
  const all = Array.from(committed);
  const wanted = images === null ? all.length : Math.min(all.length, Math.ceil(images / batch));
  return Array.from({ length: wanted }, (_, place) => all[Math.floor((place * all.length) / wanted)] ?? 0);
}

/** What a network said of one image. */
export interface Answer {
  readonly predicted: number;
  readonly right: boolean;
  readonly margin: number;
}

export function answerOf({ label, top5, margin }: Pick<PredictionRow, 'label' | 'top5' | 'margin'>): Answer {
  return { predicted: top5[0] ?? -1, right: top5[0] === label, margin };
}

/** A run's answers on these batches by position in its list; skipped images have none. */
export function answersOf(predictions: readonly PredictionRow[], batches: readonly number[], batch: number): Map<number, Answer> {
  const wanted = new Set(batches);
  return new Map(predictions.filter(({ index }) => wanted.has(Math.floor(index / batch))).map((prediction) => [prediction.index, answerOf(prediction)]));
}

/** Share of right answers in percent; 0 of none. */
export function top1Of(answers: ReadonlyMap<number, Answer>): number {
  const right = [...answers.values()].filter((answer) => answer.right).length;
  return answers.size === 0 ? 0 : (100 * right) / answers.size;
}

/** Images that both have; a picture that was lost since counts for neither. */
export function compareRepeat(seed: number, run: ReadonlyMap<number, Answer>, repeat: ReadonlyMap<number, Answer>): NoiseRepeat {
  const counts = { lost: 0, gained: 0, changed: 0, moved: 0 };
  let images = 0;
  let right = 0;
  for (const [index, { predicted, right: isRight, margin }] of repeat) {
    const before = run.get(index);
    if (before === undefined) continue;
    images++;
    if (isRight) right++;
    if (margin !== before.margin) counts.moved++;
    if (predicted === before.predicted) continue;
    counts[before.right ? 'lost' : isRight ? 'gained' : 'changed']++;
  }
  return { seed, images, top1: images === 0 ? 0 : (100 * right) / images, flips: counts.lost + counts.gained + counts.changed, ...counts };
}
