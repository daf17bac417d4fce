import type { Chunks } from './chunk-source';
import { planQuantiles, quantiles, type QuantilePlan } from './quantiles';
import { roundHalfEven } from './round-half-even';
import { forEachSlab, type Tick } from './slabs';
import { addUniformErrors, type ThreeGrids } from './uniform-error';
import { UnusableTensorError } from './unusable-tensor-error';

/** The upper quantiles that the range search tries, in this order; the lower ones are 1 minus these. */
export const SEARCH_QUANTILES: readonly number[] = [0.999, 0.9999, 0.99999];

export interface UniformGrid {
  readonly delta: number;
  readonly zeroPoint: number;
  /** The tensor is one constant as far as every tried quantile can see. */
  readonly degenerate: boolean;
}

/** The quantiles of a tensor or channel of `count` elements that the range search needs. */
export function planUniformSearch(count: number): QuantilePlan {
  return planQuantiles(count, [...SEARCH_QUANTILES, ...SEARCH_QUANTILES.map((p) => 1 - p)]);
}

/** What the range search chooses among: the grids between three pairs of quantiles. */
export interface Candidates {
  readonly grids: readonly { readonly delta: number; readonly zeroPoint: number }[];
  /** Whether each can be used: the reference scores the others NaN and passes over them. */
  readonly usable: readonly boolean[];
  /** The same for `addUniformErrors`; what cannot be used has a grid that does no harm. */
  readonly bounds: ThreeGrids;
}

/**
 * The candidates between quantiles (in the order of `planUniformSearch`), or the grid of a tensor in which every pair
 * sees one constant.
 *
 * @throws UnusableTensorError when the values span more than float32 can express
 */
export function candidateGrids(values: readonly number[], levelCount: number): Candidates | UniformGrid {
  const grids = SEARCH_QUANTILES.map((_, i) => grid(values[i], values[SEARCH_QUANTILES.length + i], levelCount));
  const usable = grids.map(({ delta }) => delta > 0 && delta < Infinity);
  const widest = SEARCH_QUANTILES.length - 1;
  if (!Number.isFinite(grids[widest].delta)) {
    throw new UnusableTensorError('range', 'Cannot quantise: the values span more than float32 can express');
  }
  if (!usable.includes(true)) return constantGrid(values[widest]);
  const bounds = Float64Array.from(
    grids.flatMap(({ delta, zeroPoint }, i) =>
      usable[i] ? [delta, Math.fround(0 - zeroPoint), Math.fround(levelCount - 1 - zeroPoint)] : [1, 0, 0],
    ),
  );
  return { grids, usable, bounds };
}

/** Of the usable candidates the one with the least sum of squared errors, the first when equal. */
export function bestGrid({ grids, usable }: Candidates, sums: Float64Array): UniformGrid {
  let best = -1;
  for (let i = 0; i < sums.length; i++) if (usable[i] && (best < 0 || sums[i] < sums[best])) best = i;
  return { ...grids[best], degenerate: false };
}

/**
 * Range search of RepQ-ViT for one tensor or one channel: of the grids between three pairs of quantiles the one with
 * the least mean squared error, the first when equal.
 *
 * @param plan from `planUniformSearch` for the tensor's number of elements
 * @param levelCount L
 * @throws UnusableTensorError
 */
export function searchUniformGrid(chunks: Chunks, plan: QuantilePlan, levelCount: number, tick: Tick): UniformGrid {
  const candidates = candidateGrids(quantiles(chunks, plan, tick), levelCount);
  if ('degenerate' in candidates) return candidates;
  const sums = new Float64Array(3);
  forEachSlab(chunks, tick, (chunk, from, to) => addUniformErrors(chunk, from, to, candidates.bounds, sums));
  return bestGrid(candidates, sums);
}

function grid(max: number, min: number, levelCount: number): { delta: number; zeroPoint: number } {
  const delta = Math.fround(Math.fround(max - min) / (levelCount - 1));
  return { delta, zeroPoint: roundHalfEven(Math.fround((0 - min) / delta)) };
}

/** A grid on which the constant c is a level: c itself is delta, one step from the zero point. */
function constantGrid(c: number): UniformGrid {
  return { delta: c === 0 ? 1 : Math.abs(c), zeroPoint: c === 0 ? 0 : -Math.sign(c), degenerate: true };
}
