import { bitsOf } from './float-bits';
import type { LevelCells } from './level-table';

/** How many elements fall on each code, and the sum of their values. */
export interface LevelSums {
  readonly counts: Float64Array;
  readonly sums: Float64Array;
}

/** Adds x[from .. to) to the sums of its codes. Four tables in turn, as in the counting quantiser. */
export function addLevelSums(
  x: Float32Array,
  from: number,
  to: number,
  { base, last }: LevelCells,
  into: LevelSums,
): void {
  const bits = bitsOf(x);
  const counts = new Uint32Array(4 * 512);
  const sums = new Float64Array(4 * 512);
  for (let i = from; i < to; i++) {
    const b = bits[i];
    const place = ((i & 3) << 9) | (base[b >>> 22] + ((last[b >>> 22] - b) >>> 31));
    counts[place]++;
    sums[place] += x[i];
  }
  for (let code = 0; code < into.counts.length; code++) {
    for (let lane = 0; lane < 4; lane++) {
      into.counts[code] += counts[(lane << 9) | code];
      into.sums[code] += sums[(lane << 9) | code];
    }
  }
}

/** Sum of (x - level of x)^2 over x[from .. to), continued from `sum` in the order of the elements. */
export function addLevelError(
  x: Float32Array,
  from: number,
  to: number,
  { base, last }: LevelCells,
  levels: Float32Array,
  sum: number,
): number {
  const bits = bitsOf(x);
  for (let i = from; i < to; i++) {
    const b = bits[i];
    const error = x[i] - levels[base[b >>> 22] + ((last[b >>> 22] - b) >>> 31)];
    sum += error * error;
  }
  return sum;
}
