import { ROUNDING_SHIFT } from './round-half-even';

/** delta, least and greatest x_hat / delta of three candidate grids, in turn. */
export type ThreeGrids = Float64Array;

/**
 * Adds the squared error of x[from .. to) under each of three uniform grids to `sums`, in one pass. The range search
 * has exactly three candidates, so the loop is written out: no inner loop, no array in it but x.
 *
 * @param grids [delta, low, high] x 3, where x_hat = clamp(rne(f(x / delta)), low, high) * delta
 * @param sums [3], continued in the order of the elements, so the result does not depend on the chunks
 */
export function addUniformErrors(
  x: Float32Array,
  from: number,
  to: number,
  grids: ThreeGrids,
  sums: Float64Array,
): void {
  // Rounded to itself: tells the compiler outside the loop that it is a plain float.
  const shift = Math.fround(ROUNDING_SHIFT);
  const delta0 = grids[0];
  const low0 = grids[1];
  const high0 = grids[2];
  const delta1 = grids[3];
  const low1 = grids[4];
  const high1 = grids[5];
  const delta2 = grids[6];
  const low2 = grids[7];
  const high2 = grids[8];
  let sum0 = sums[0];
  let sum1 = sums[1];
  let sum2 = sums[2];
  // Between these nothing is clamped on any of the grids, and almost every element lies there.
  const least = Math.max(low0 * delta0, low1 * delta1, low2 * delta2);
  const greatest = Math.min(high0 * delta0, high1 * delta1, high2 * delta2);
  for (let i = from; i < to; i++) {
    const value = x[i];
    let q0 = Math.fround(value / delta0) + shift - shift;
    let q1 = Math.fround(value / delta1) + shift - shift;
    let q2 = Math.fround(value / delta2) + shift - shift;
    if (!(value >= least && value <= greatest)) {
      if (q0 < low0) q0 = low0;
      else if (q0 > high0) q0 = high0;
      if (q1 < low1) q1 = low1;
      else if (q1 > high1) q1 = high1;
      if (q2 < low2) q2 = low2;
      else if (q2 > high2) q2 = high2;
    }
    const error0 = value - Math.fround(q0 * delta0);
    const error1 = value - Math.fround(q1 * delta1);
    const error2 = value - Math.fround(q2 * delta2);
    sum0 += error0 * error0;
    sum1 += error1 * error1;
    sum2 += error2 * error2;
  }
  sums[0] = sum0;
  sums[1] = sum1;
  sums[2] = sum2;
}
