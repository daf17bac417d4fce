import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ROW_FIGURES, rowStatistics } from '../../../../src/engine/core/kernels/row-statistics';

describe('rowStatistics', () => {
  it('gives sums and errors of each row', () => {
    const into = new Float64Array(2 * ROW_FIGURES);
    rowStatistics(Float32Array.of(1, 2, 3, 4, 5, 6), Float32Array.of(1, 0, 5, 4, 5, 6), 3, into);
    expect([...into]).toEqual([6, 6, 8, 4, 15, 15, 0, 0]);
  });

  it('is what a plain sum is, up to rounding', () => {
    const numbers = fc.array(fc.tuple(fc.float({ min: 0, max: 1, noNaN: true }), fc.float({ min: 0, max: 1, noNaN: true })), { minLength: 1, maxLength: 40 });
    fc.assert(
      fc.property(numbers, (pairs) => {
        const into = new Float64Array(ROW_FIGURES);
        rowStatistics(Float32Array.from(pairs, ([x]) => x), Float32Array.from(pairs, ([, y]) => y), pairs.length, into);
        const sum = (of: (x: number, y: number) => number) => pairs.reduce((total, [x, y]) => total + of(x, y), 0);
        [sum((x) => x), sum((_, y) => y), sum((x, y) => (x - y) ** 2), sum((x, y) => Math.abs(x - y))].forEach((expected, figure) => {
          expect(into[figure]).toBeCloseTo(expected, 12);
        });
      }),
    );
  });
});
