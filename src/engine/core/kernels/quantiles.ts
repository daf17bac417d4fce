import { selectRanks } from './bucket-select';
import type { Chunks } from './chunk-source';
import type { Tick } from './slabs';
import { selectTails } from './tail-select';
import { UnusableTensorError } from './unusable-tensor-error';

/** torch.quantile refuses more elements than this; the reference then falls back to NumPy's percentile. */
export const TORCH_QUANTILE_LIMIT = 16_000_000;

/** Tails up to this length are selected in one pass by insertion; longer ones by buckets in two. */
const TAIL_LIMIT = 160;

/** A position between two order statistics: `weight` of the way from rank `below` to the next one. */
export interface QuantileRank {
  readonly below: number;
  readonly above: number;
  readonly weight: number;
}

/**
 * Where quantile `p` of `count` sorted values lies: rank f(f(p) * (count - 1)) in float32, as torch computes it.
 * Above 16,000,000 elements the rank is computed in double from a percentage, as NumPy computes it.
 */
export function quantileRank(count: number, p: number): QuantileRank {
  const rank =
    count > TORCH_QUANTILE_LIMIT ? ((p * 100) / 100) * (count - 1) : Math.fround(Math.fround(p) * (count - 1));
  const below = Math.trunc(rank);
  return { below, above: Math.min(below + 1, count - 1), weight: rank - below };
}

/**
 * Linear interpolation between float32 neighbours a <= b. The difference is rounded to float32, the product is not
 * rounded on its own (torch's build fuses it with the addition).
 */
export function interpolate(a: number, b: number, weight: number): number {
  const difference = Math.fround(b - a);
  return Math.fround(weight < 0.5 ? a + weight * difference : b - difference * (1 - weight));
}

/** What to look for to get some quantiles of any tensor of one size. */
export interface QuantilePlan {
  readonly ranks: readonly QuantileRank[];
  /** Order statistics needed, ascending. */
  readonly wanted: readonly number[];
  /** How many of the smallest and of the largest values hold all of them. */
  readonly bottomCount: number;
  readonly topCount: number;
  readonly count: number;
}

/**
 * @param count number of elements
 * @param probabilities in 0..1, any order
 * @throws UnusableTensorError when there are none
 */
export function planQuantiles(count: number, probabilities: readonly number[]): QuantilePlan {
  if (count === 0) throw new UnusableTensorError('empty', 'Cannot quantise: the tensor is empty');
  const ranks = probabilities.map((p) => quantileRank(count, p));
  const wanted = [...new Set(ranks.flatMap(({ below, above }) => [below, above]))].sort((a, b) => a - b);
  const low = wanted.filter((rank) => rank < count / 2);
  const high = wanted.filter((rank) => rank >= count / 2);
  const bottomCount = low.length > 0 ? low[low.length - 1] + 1 : 1;
  const topCount = high.length > 0 ? count - high[0] : 1;
  return { ranks, wanted, bottomCount, topCount, count };
}

/**
 * Quantiles of a tensor given as chunks, in linear time, without sorting or concatenating it.
 *
 * @param plan for its number of elements
 * @returns float32 values in the order of the plan's probabilities
 * @throws UnusableTensorError when an element is not finite
 */
export function quantiles(chunks: Chunks, plan: QuantilePlan, tick: Tick): number[] {
  const valueAt = orderStatistics(chunks, plan, tick);
  return plan.ranks.map(({ below, above, weight }) => interpolate(valueAt(below), valueAt(above), weight));
}

function orderStatistics(
  chunks: Chunks,
  { wanted, bottomCount, topCount, count }: QuantilePlan,
  tick: Tick,
): (rank: number) => number {
  if (bottomCount <= TAIL_LIMIT && topCount <= TAIL_LIMIT) {
    const { top, bottom } = selectTails(chunks, topCount, bottomCount, tick);
    return (rank) => (rank < count / 2 ? bottom[rank] : top[count - 1 - rank]);
  }
  const values = selectRanks(chunks, wanted, tick);
  return (rank) => values[wanted.indexOf(rank)];
}
