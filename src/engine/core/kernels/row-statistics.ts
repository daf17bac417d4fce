/** float64 [rows, 4]: what `rowStatistics` finds of each row. */
export const ROW_FIGURES = 4;

/**
 * Of each row the sum before, the sum after, the squared and the absolute error. Four lanes take the elements in turn and are joined as
 * (0 + 2) + (1 + 3): the order is part of the result, and the SIMD kernel has the same.
 *
 * @param before, after [rows, cols]
 * @param into [rows, 4], written
 */
export function rowStatistics(before: Float32Array, after: Float32Array, cols: number, into: Float64Array): void {
  const lanes = new Float64Array(4 * ROW_FIGURES);
  for (let row = 0; row * cols < before.length; row++) {
    lanes.fill(0);
    for (let col = 0; col < cols; col++) {
      const x = before[row * cols + col];
      const y = after[row * cols + col];
      const error = x - y;
      const lane = col & 3;
      lanes[lane] += x;
      lanes[4 + lane] += y;
      lanes[8 + lane] += error * error;
      lanes[12 + lane] += Math.abs(error);
    }
    for (let figure = 0; figure < ROW_FIGURES; figure++) {
      const at = 4 * figure;
      into[row * ROW_FIGURES + figure] = lanes[at] + lanes[at + 2] + (lanes[at + 1] + lanes[at + 3]);
    }
  }
}
