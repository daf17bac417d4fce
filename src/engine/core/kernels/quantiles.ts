import { selectRanks } from './bucket-select';
import { countElements, type Tick } from './slabs';
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

/**
 * Quantiles of a tensor given as chunks, in linear time, without sorting or concatenating it.
 *
 * @param probabilities in 0..1, any order
 * @returns float32 values in the order of `probabilities`
 * @throws UnusableTensorError when the tensor is empty or an element is not finite
 */
export function quantiles(chunks: readonly Float32Array[], probabilities: readonly number[], tick: Tick): number[] {
  const count = countElements(chunks);
  if (count === 0) throw new UnusableTensorError('empty', 'Cannot quantise: the tensor is empty');
  const ranks = probabilities.map((p) => quantileRank(count, p));
  const valueAt = orderStatistics(chunks, count, ranks, tick);
  return ranks.map(({ below, above, weight }) => interpolate(valueAt(below), valueAt(above), weight));
}

function orderStatistics(
  chunks: readonly Float32Array[],
  count: number,
  ranks: readonly QuantileRank[],
  tick: Tick,
): (rank: number) => number {
  const wanted = [...new Set(ranks.flatMap(({ below, above }) => [below, above]))].sort((a, b) => a - b);
  const low = wanted.filter((rank) => rank < count / 2);
  const high = wanted.filter((rank) => rank >= count / 2);
  const bottomCount = low.length > 0 ? low[low.length - 1] + 1 : 1;
  const topCount = high.length > 0 ? count - high[0] : 1;
  if (bottomCount <= TAIL_LIMIT && topCount <= TAIL_LIMIT) {
    const { top, bottom } = selectTails(chunks, topCount, bottomCount, tick);
    return (rank) => (rank < count / 2 ? bottom[rank] : top[count - 1 - rank]);
  }
  const values = selectRanks(chunks, wanted, tick);
  return (rank) => values[wanted.indexOf(rank)];
}
