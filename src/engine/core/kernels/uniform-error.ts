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
  const [delta0, low0, high0, delta1, low1, high1, delta2, low2, high2] = grids;
  let [sum0, sum1, sum2] = sums;
  for (let i = from; i < to; i++) {
    const value = x[i];
    let q0 = Math.fround(value / delta0) + ROUNDING_SHIFT - ROUNDING_SHIFT;
    let q1 = Math.fround(value / delta1) + ROUNDING_SHIFT - ROUNDING_SHIFT;
    let q2 = Math.fround(value / delta2) + ROUNDING_SHIFT - ROUNDING_SHIFT;
    if (q0 < low0) q0 = low0;
    else if (q0 > high0) q0 = high0;
    if (q1 < low1) q1 = low1;
    else if (q1 > high1) q1 = high1;
    if (q2 < low2) q2 = low2;
    else if (q2 > high2) q2 = high2;
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
