/** Which batches each run still lacks, and how they are handed out. Pure. */
import { at } from '../../../shared/at';
import { balancedSubset } from '../../core/random/balanced-subset';

export interface BatchWork {
  readonly batch: number;
  /** Runs that lack this batch. */
  readonly runs: readonly string[];
}

/** Batches of `images` in groups of `batch`. */
export function batchCount(images: number, batch: number): number {
  return Math.ceil(images / batch);
}

/** Fixed, so that all runs of a list are partial on the same images. */
const orderSeed = 0;

/**
 * In which order the batches of a list are evaluated. The list is in the order of classes; a run that is partial should hold some of every class,
 * or its figure so far and the interval about it would be those of the first classes only. Each batch comes with the first of its images in a
 * class-balanced, seeded draw.
 * @param labels class of each image of the list
 */
export function batchOrder(labels: ArrayLike<number>, size: number): number[] {
  const order = new Set<number>();
  for (const image of balancedSubset(Array.from(labels), labels.length, orderSeed)) order.add(Math.floor(image / size));
  return [...order];
}

/** Work left, in the order given, for runs with the given committed batches. */
export function missingBatches(order: readonly number[], committed: ReadonlyMap<string, ReadonlySet<number>>): BatchWork[] {
  const work: BatchWork[] = [];
  for (const batch of order) {
    const runs = [...committed].filter(([, done]) => !done.has(batch)).map(([run]) => run);
    if (runs.length > 0) work.push({ batch, runs });
  }
  return work;
}

/**
 * Takes up to `most` batches from the front of `work` that need the same runs (they are decoded once for all of them).
 * Removes them from `work`.
 */
export function takeGroup(work: BatchWork[], most: number): BatchWork[] {
  const first = work[0];
  if (first === undefined) return [];
  const same = (other: BatchWork): boolean => other.runs.length === first.runs.length && other.runs.every((run, index) => run === first.runs[index]);
  let count = 1;
  while (count < most && count < work.length && same(at(work, count))) count++;
  return work.splice(0, count);
}

/** Batches per task so that a task takes about `target` ms: small models would otherwise spend their time on messages and commits. */
export function groupSize(millisecondsPerBatch: number | null, target: number, largest: number): number {
  if (millisecondsPerBatch === null || millisecondsPerBatch <= 0) return 1;
  return Math.max(1, Math.min(largest, Math.floor(target / millisecondsPerBatch)));
}

/** Most batches of a task while `left` are not handed out, so that near the end the tasks shrink and all who take them end together. */
export function shareOfRest(left: number, takers: number): number {
  return Math.max(1, Math.ceil(left / (2 * takers)));
}
