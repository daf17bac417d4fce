import { planQuantiles, quantiles, type QuantilePlan } from './quantiles';
import { roundHalfEven } from './round-half-even';
import { forEachSlab, type Tick } from './slabs';
import { addUniformErrors } from './uniform-error';
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

/**
 * Range search of RepQ-ViT for one tensor or one channel: of the grids between three pairs of quantiles the one with
 * the least mean squared error, the first when equal.
 *
 * @param plan from `planUniformSearch` for the tensor's number of elements
 * @param levelCount L
 * @throws UnusableTensorError
 */
export function searchUniformGrid(
  chunks: readonly Float32Array[],
  plan: QuantilePlan,
  levelCount: number,
  tick: Tick,
): UniformGrid {
  const values = quantiles(chunks, plan, tick);
  const candidates = SEARCH_QUANTILES.map((_, i) => grid(values[i], values[SEARCH_QUANTILES.length + i], levelCount));
  const usable = candidates.map(({ delta }) => delta > 0 && delta < Infinity);
  const widest = SEARCH_QUANTILES.length - 1;
  if (!Number.isFinite(candidates[widest].delta)) {
    throw new UnusableTensorError('range', 'Cannot quantise: the values span more than float32 can express');
  }
  if (!usable.includes(true)) return constantGrid(values[widest]);

  const sums = new Float64Array(3);
  // A grid that cannot be used scores NaN in the reference and is passed over; 1 keeps the loop free of special cases.
  const grids = Float64Array.from(
    candidates.flatMap(({ delta, zeroPoint }, i) =>
      usable[i] ? [delta, Math.fround(0 - zeroPoint), Math.fround(levelCount - 1 - zeroPoint)] : [1, 0, 0],
    ),
  );
  forEachSlab(chunks, tick, (chunk, from, to) => addUniformErrors(chunk, from, to, grids, sums));
  let best = -1;
  for (let i = 0; i < sums.length; i++) if (usable[i] && (best < 0 || sums[i] < sums[best])) best = i;
  return { ...candidates[best], degenerate: false };
}

function grid(max: number, min: number, levelCount: number): { delta: number; zeroPoint: number } {
  const delta = Math.fround(Math.fround(max - min) / (levelCount - 1));
  return { delta, zeroPoint: roundHalfEven(Math.fround((0 - min) / delta)) };
}

/** A grid on which the constant c is a level: c itself is delta, one step from the zero point. */
function constantGrid(c: number): UniformGrid {
  return { delta: c === 0 ? 1 : Math.abs(c), zeroPoint: c === 0 ? 0 : -Math.sign(c), degenerate: true };
}
