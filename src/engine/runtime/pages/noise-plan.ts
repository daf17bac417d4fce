/** Which batches of a run a noise floor is measured on, and how a repeat is held against the run. Pure. */
import type { NoiseRepeat } from '../../../shared/noise';
import type { Outcomes } from '../store/store-types';

/**
 * Enough whole batches for `images`, evenly spread over those that the run has: lists are in the order of classes, so their beginning is no
 * fair sample, and an image must keep its neighbours of the batch to come out as it did. Null takes all.
 */
export function spreadBatches(committed: ArrayLike<number>, batch: number, images: number | null): number[] {
  const all = Array.from(committed);
  const wanted = images === null ? all.length : Math.min(all.length, Math.ceil(images / batch));
  return Array.from({ length: wanted }, (_, place) => all[Math.floor((place * all.length) / wanted)] ?? 0);
}

/** Right or wrong, and the best class, by position in the run's list. */
export interface Answer {
  readonly predicted: number;
  readonly right: boolean;
}

/** The run's answers on these batches; skipped images have none. */
export function answersOf(outcomes: Outcomes, batches: readonly number[], batch: number): Map<number, Answer> {
  const wanted = new Set(batches);
  const answers = new Map<number, Answer>();
  outcomes.index.forEach((index, row) => {
    if (wanted.has(Math.floor(index / batch))) answers.set(index, { predicted: outcomes.predicted[row] ?? -1, right: outcomes.top1Correct[row] === 1 });
  });
  return answers;
}

/** Share of right answers in percent; 0 of none. */
export function top1Of(answers: ReadonlyMap<number, Answer>): number {
  const right = [...answers.values()].filter((answer) => answer.right).length;
  return answers.size === 0 ? 0 : (100 * right) / answers.size;
}

/** Images that both have; a picture that was lost since counts for neither. */
export function compareRepeat(seed: number, run: ReadonlyMap<number, Answer>, repeat: ReadonlyMap<number, Answer>): NoiseRepeat {
  const counts = { lost: 0, gained: 0, changed: 0 };
  let images = 0;
  let right = 0;
  for (const [index, { predicted, right: isRight }] of repeat) {
    const before = run.get(index);
    if (before === undefined) continue;
    images++;
    if (isRight) right++;
    if (predicted === before.predicted) continue;
    counts[before.right ? 'lost' : isRight ? 'gained' : 'changed']++;
  }
  return { seed, images, top1: images === 0 ? 0 : (100 * right) / images, flips: counts.lost + counts.gained + counts.changed, ...counts };
}
