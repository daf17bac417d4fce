import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { extremeCodes, sumsOfCodes } from '../../../../../src/engine/core/graph/integer/extreme-codes';

const size = fc.integer({ min: 1, max: 24 });
const top = fc.constantFrom(3, 7, 15, 31, 63, 127, 255);

describe('extremeCodes', () => {
  it('stays in range and has rows and columns of nothing but ends: all on top, all zero, in turn', () => {
    fc.assert(fc.property(size, top, top, (inner, inputTop, weightTop) => {
      const { input, weight } = extremeCodes(8, inner, 8, { inputTop, weightTop });
      expect([input.length, weight.length]).toEqual([8 * inner, inner * 8]);
      expect(Math.max(...input)).toBe(inputTop);
      expect(Math.max(...weight)).toBe(weightTop);
      const rows = Array.from({ length: 8 }, (_, row) => input.subarray(row * inner, (row + 1) * inner));
      const columns = Array.from({ length: 8 }, (_, column) => weight.filter((_code, index) => index % 8 === column));
      for (const [lines, most] of [[rows, inputTop], [columns, weightTop]] as const) {
        expect(lines.some((line) => line.every((code) => code === most))).toBe(true);
        expect(lines.some((line) => line.every((code) => code === 0))).toBe(true);
        expect(lines.some((line) => line.every((code, index) => code === (index % 2 === 0 ? most : 0)))).toBe(true);
      }
    }));
  });

  it('reaches the sums at which 16-bit pairs saturate', () => {
    const inner = 64;
    const { input, weight } = extremeCodes(6, inner, 6, { inputTop: 255, weightTop: 255 });
    let [least, most] = [0, 0];
    for (let row = 0; row < 6; row++) for (let column = 0; column < 6; column++) for (let i = 0; i < inner; i += 2) {
      const pair = [i, i + 1].reduce((sum, at) => sum + (input[row * inner + at] ?? 0) * ((weight[at * 6 + column] ?? 0) - 128), 0);
      [least, most] = [Math.min(least, pair), Math.max(most, pair)];
    }
    expect(least).toBeLessThan(-32768);
    expect(most).toBeGreaterThan(32767);
  });
});

describe('sumsOfCodes', () => {
  it('equals BigInt loops, rows that repeat included', () => {
    const zero = fc.integer({ min: -200, max: 300 });
    const shape = fc.record({ rows: size, inner: size, columns: size });
    const random = shape.chain(({ rows, inner, columns }) => fc.record({
      rows: fc.constant(rows), inner: fc.constant(inner), columns: fc.constant(columns), inputZero: zero,
      input: fc.array(fc.constantFrom(0, 1, 17, 128, 255), { minLength: rows * inner, maxLength: rows * inner }),
      weight: fc.array(fc.nat(255), { minLength: inner * columns, maxLength: inner * columns }),
      weightZero: fc.array(zero, { minLength: columns, maxLength: columns }),
    }));
    fc.assert(fc.property(random, (product) => {
      const { rows, inner, columns, input, inputZero, weight, weightZero } = product;
      const expected: number[] = [];
      for (let row = 0; row < rows; row++) for (let column = 0; column < columns; column++) {
        let sum = 0n;
        for (let i = 0; i < inner; i++) sum += BigInt((input[row * inner + i] ?? NaN) - inputZero) * BigInt((weight[i * columns + column] ?? NaN) - (weightZero[column] ?? NaN));
        expected.push(Number(sum));
      }
      // The same rows once more behind them.
      const twice = sumsOfCodes({ ...product, rows: 2 * rows, input: [...input, ...input] });
      expect(Array.from(twice, (sum) => sum + 0)).toEqual([...expected, ...expected]);
    }));
  });
});
