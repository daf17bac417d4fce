/** From sums by interval to what one scheme makes of the same elements. */
import type { IntervalSums, Partition } from './interval-sums';

/** Figures of one group by code. */
export interface CodeSums {
  readonly counts: Float64Array;
  /** Sums of the elements. */
  readonly sums: Float64Array;
}

/** `steps`: the code of each interval. */
export function codeSums(partition: Partition, steps: Uint16Array, codes: number, all: IntervalSums, group: number): CodeSums {
  const counts = new Float64Array(codes);
  const sums = new Float64Array(codes);
  const from = group * partition.intervals;
  for (let i = 0; i < partition.intervals; i++) {
    counts[steps[i]] += all.counts[from + i];
    sums[steps[i]] += all.sums[from + i] + all.counts[from + i] * partition.origins[i];
  }
  return { counts, sums };
}

/** Sum of (x - level)^2 by code, level by code. */
export function codeErrors(partition: Partition, steps: Uint16Array, levels: Float32Array, all: IntervalSums, group: number): Float64Array {
  const errors = new Float64Array(levels.length);
  const from = group * partition.intervals;
  for (let i = 0; i < partition.intervals; i++) {
    const count = all.counts[from + i];
    if (count === 0) continue;
    // (d + o - v)^2 with d = x - o: of an interval all of whose elements are the level itself it is 0 but for rounding.
    const offset = partition.origins[i] - levels[steps[i]];
    errors[steps[i]] += Math.max(0, all.squares[from + i] + 2 * offset * all.sums[from + i] + count * offset * offset);
  }
  return errors;
}

/** Sum of x^2 of one group. */
export function powerOf(partition: Partition, all: IntervalSums, group: number): number {
  const from = group * partition.intervals;
  let power = 0;
  for (let i = 0; i < partition.intervals; i++) {
    const origin = partition.origins[i];
    power += all.squares[from + i] + 2 * origin * all.sums[from + i] + all.counts[from + i] * origin * origin;
  }
  return power;
}
