import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { rollout, type RolloutBlock } from '../../../../src/engine/core/metrics/rollout';
import { patchOfToken } from '../../../../src/shared/token-geometry';
import { at } from '../../../../src/shared/at';

/** Sums of some hundred products in double. */
const roundingBound = 1e-12;

function block(grid: readonly [number, number], heads: number, windowing: { size: number; shift: number } | null, prefixTokens: number, values: (index: number) => number): RolloutBlock {
  const [rows, columns] = grid;
  const window = windowing === null ? null : { size: [windowing.size, windowing.size] as [number, number], shift: [windowing.shift, windowing.shift] as [number, number] };
  const windows = windowing === null ? 1 : Math.ceil(rows / windowing.size) * Math.ceil(columns / windowing.size);
  const tokens = windowing === null ? prefixTokens + rows * columns : windowing.size ** 2;
  return { heads, windows, tokens, prefixTokens, grid: [...grid], window, map: Float32Array.from({ length: windows * heads * tokens * tokens }, (_, index) => values(index)) };
}

/** The definition: one dense matrix per block over all places, multiplied out. */
function dense(one: RolloutBlock): number[][] {
  const count = one.prefixTokens + one.grid[0] * one.grid[1];
  const place = (window: number, token: number): number | null => {
    if (one.window === null) return token;
    return patchOfToken(one, window, token);
  };
  const matrix = Array.from({ length: count }, () => Array.from({ length: count }, () => 0));
  for (let window = 0; window < one.windows; window++) {
    for (let query = 0; query < one.tokens; query++) {
      const from = place(window, query);
      if (from === null) continue;
      const row = at(matrix, from);
      for (let key = 0; key < one.tokens; key++) {
        const to = place(window, key);
        if (to === null) continue;
        for (let head = 0; head < one.heads; head++) row[to] = at(row, to) + (one.map[((window * one.heads + head) * one.tokens + query) * one.tokens + key] ?? 0) / one.heads;
      }
    }
  }
  return matrix.map((row, index) => {
    const sum = row.reduce((total, value) => total + value, 0);
    return row.map((value, column) => (sum === 0 ? Number(column === index) : value / sum) / 2 + Number(column === index) / 2);
  });
}

const multiply = (row: readonly number[], matrix: readonly (readonly number[])[]): number[] =>
  (matrix[0] ?? []).map((_, column) => row.reduce((sum, value, index) => sum + value * at(at(matrix, index), column), 0));

describe('rollout', () => {
  it('equals the product of the dense matrices, with class tokens, windows, shifts and padding', () => {
    const cases = fc.record({
      rows: fc.integer({ min: 2, max: 5 }), columns: fc.integer({ min: 2, max: 5 }), heads: fc.integer({ min: 1, max: 3 }), depth: fc.integer({ min: 1, max: 3 }),
      windowing: fc.option(fc.record({ size: fc.integer({ min: 2, max: 3 }), shift: fc.integer({ min: 0, max: 1 }) })), prefix: fc.integer({ min: 0, max: 2 }), seed: fc.integer({ min: 1, max: 1000 }),
    });
    fc.assert(fc.property(cases, ({ rows, columns, heads, depth, windowing, prefix, seed }) => {
      const prefixTokens = windowing === null ? prefix : 0;
      // Some zeros, some rows of zeros: quantised maps have both.
      const values = (layer: number) => (index: number): number => Math.max(0, Math.sin(seed * 12.9898 + index * 78.233 + layer * 37.719) - 0.3);
      const blocks = Array.from({ length: depth }, (_, layer) => block([rows, columns], heads, windowing, prefixTokens, values(layer)));
      const count = prefixTokens + rows * columns;
      let expected = Array.from({ length: count }, () => 1 / count);
      for (const one of [...blocks].reverse()) expected = multiply(expected, dense(one));
      const actual = rollout(blocks, { kind: 'mean' });
      actual.forEach((share, index) => expect(Math.abs(share - at(expected, index))).toBeLessThan(roundingBound));
      expect(Math.abs(actual.reduce((sum, share) => sum + share, 0) - 1)).toBeLessThan(roundingBound);
    }), { numRuns: 60 });
  });

  it('starts from one token, and finds a planted way through two blocks', () => {
    // Block 1 looks from the class token at patch 2 only; block 0 from patch 2 at patch 0 only.
    const plant = (from: number, to: number): RolloutBlock => block([1, 3], 1, null, 1, (index) => (Math.floor(index / 4) === from ? Number(index % 4 === to) : Number(Math.floor(index / 4) === index % 4)));
    expect([...rollout([plant(3, 1), plant(0, 3)], { kind: 'prefix', index: 0 })]).toEqual([0.5, 0.25, 0, 0.25]);
  });

  it('spreads a merged token over the patches it was made of', () => {
    const identity = (grid: readonly [number, number]): RolloutBlock => block(grid, 1, null, 0, (index) => Number(Math.floor(index / (grid[0] * grid[1])) === index % (grid[0] * grid[1])));
    expect([...rollout([identity([2, 4]), identity([1, 2])], { kind: 'patch', patch: 1 })]).toEqual([0, 0, 0.25, 0.25, 0, 0, 0.25, 0.25]);
  });
});
