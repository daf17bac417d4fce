import { bitsOf } from './float-bits';
import type { LevelCells } from './level-table';

/**
 * Adds up what the best scale of fixed levels depends on, over x[from .. to).
 *
 * @param cells of a table whose values are the levels themselves
 * @param into [sum of x * level, sum of level^2, greatest x], continued in the order of the elements; the first is NaN or
 *   infinite when an element is
 */
export function addLevelProducts(
  x: Float32Array,
  from: number,
  to: number,
  { last, values }: LevelCells,
  into: Float64Array,
): void {
  const bits = bitsOf(x);
  let products = into[0];
  let squares = into[1];
  let greatest = into[2];
  for (let i = from; i < to; i++) {
    const b = bits[i];
    const value = x[i];
    const level = values[((b >>> 22) << 1) + ((last[b >>> 22] - b) >>> 31)];
    products += value * level;
    squares += level * level;
    if (value > greatest) greatest = value;
  }
  into[0] = products;
  into[1] = squares;
  into[2] = greatest;
}

/** Sum of (x - value of x)^2 over x[from .. to), continued from `before` in the order of the elements. */
export function addLevelError(
  x: Float32Array,
  from: number,
  to: number,
  { last, values }: LevelCells,
  before: number,
): number {
  const bits = bitsOf(x);
  const start = new Float64Array(1);
  start[0] = before;
  let sum = start[0];
  for (let i = from; i < to; i++) {
    const b = bits[i];
    const error = x[i] - values[((b >>> 22) << 1) + ((last[b >>> 22] - b) >>> 31)];
    sum += error * error;
  }
  return sum;
}
