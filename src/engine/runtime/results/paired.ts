/** Two runs of one model, compared image by image. */
import { holmAdjust } from '../../core/metrics/holm';
import { imagesNeeded } from '../../core/metrics/images-needed';
import { mcnemarExact } from '../../core/metrics/mcnemar';
import { pairedDifference } from '../../core/metrics/paired-difference';
import type { PairedResult } from '../../../shared/records';
import type { Outcomes, Store, StoredRun } from '../store/store-types';
import { commonImages, type CommonImages, type ComparedRun } from './common-images';
import { percentInterval } from './run-record';

/** How two runs fared on the images of both. */
export interface PairCounts {
  readonly images: number;
  readonly bothRight: number;
  /** a right, b wrong. */
  readonly gained: number;
  /** b right, a wrong. */
  readonly lost: number;
  /** Both wrong, but with different answers. */
  readonly changed: number;
}

export function countPairs(a: Outcomes, b: Outcomes, common: CommonImages): PairCounts {
  let bothRight = 0;
  let gained = 0;
  let lost = 0;
  let changed = 0;
  for (let i = 0; i < common.a.length; i++) {
    const inA = common.a[i] ?? 0;
    const inB = common.b[i] ?? 0;
    const rightA = a.top1Correct[inA] === 1;
    const rightB = b.top1Correct[inB] === 1;
    if (rightA && rightB) bothRight++;
    else if (rightA) gained++;
    else if (rightB) lost++;
    else if (a.predicted[inA] !== b.predicted[inB]) changed++;
  }
  return { images: common.a.length, bothRight, gained, lost, changed };
}

/** The comparison without its place among others; null when no image is in common. */
export async function comparePair(store: Store, a: StoredRun, b: StoredRun): Promise<PairedResult | null> {
  const [first, second] = await Promise.all([compared(store, a), compared(store, b)]);
  const counts = countPairs(first.outcomes, second.outcomes, await commonImages(store, first, second));
  return counts.images === 0 ? null : pairedResult(a.id, b.id, counts);
}

export function pairedResult(a: string, b: string, { images, bothRight, gained, lost, changed }: PairCounts): PairedResult {
  const { difference, interval } = pairedDifference({ both: bothRight, onlyA: gained, onlyB: lost, neither: images - bothRight - gained - lost });
  const mcnemarP = mcnemarExact(gained, lost);
  return {
    a, b, images,
    difference: 100 * difference,
    ci95: percentInterval(interval),
    mcnemarP, holmP: mcnemarP, lost, gained, changed,
    imagesNeeded: imagesNeeded(gained, lost, images),
  };
}

/** Holm's adjustment over all comparisons of one table row. */
export function adjustByHolm<T extends PairedResult | null>(comparisons: readonly T[]): T[] {
  const tested = comparisons.filter((comparison) => comparison !== null);
  const adjusted = holmAdjust(tested.map((comparison) => comparison.mcnemarP));
  return comparisons.map((comparison) => (comparison === null ? comparison : { ...comparison, holmP: adjusted[tested.indexOf(comparison)] ?? comparison.mcnemarP }));
}

async function compared(store: Store, run: StoredRun): Promise<ComparedRun> {
  return { run, outcomes: await store.outcomes(run.id) };
}
