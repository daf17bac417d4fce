import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { selectRanks } from '../../../../src/engine/core/kernels/bucket-select';
import { interpolate, planQuantiles, quantileRank, quantiles } from '../../../../src/engine/core/kernels/quantiles';
import { selectTails } from '../../../../src/engine/core/kernels/tail-select';
import { UnusableTensorError } from '../../../../src/engine/core/kernels/unusable-tensor-error';
import { createRandom } from '../../../../src/engine/core/random/random';
import { sortedQuantile } from '../../../helpers/reference-quantizers';

const tick = () => undefined;
const float = fc.float({ noNaN: true, noDefaultInfinity: true });
const tensors = fc.array(fc.array(float, { maxLength: 40 }), { minLength: 1, maxLength: 5 }).filter((t) => t.flat().length > 0);
const chunked = (lists: number[][]) => lists.map((list) => Float32Array.from(list));
const sortedOf = (lists: number[][]) => Float32Array.from(lists.flat()).sort();

describe('selectRanks', () => {
  it('gives any order statistics of any chunked tensor', () => {
    fc.assert(
      fc.property(tensors, fc.array(fc.nat({ max: 300 }), { minLength: 1, maxLength: 8 }), (lists, picks) => {
        const sorted = sortedOf(lists);
        const ranks = [...new Set(picks.map((pick) => pick % sorted.length))].sort((a, b) => a - b);
        expect([...selectRanks(chunked(lists), ranks, tick)]).toEqual(ranks.map((rank) => sorted[rank]));
      }),
    );
  });

  it.each([0, 0.5, 0.999])('finds them among many equal values (share %d)', (share) => {
    const random = createRandom(7);
    const x = Float32Array.from({ length: 30000 }, () => (random.uniform() < share ? 0 : random.normal()));
    const sorted = x.slice().sort();
    const ranks = [0, 1, 29, 30, 15000, 29969, 29970, 29998, 29999];
    expect([...selectRanks([x], ranks, tick)]).toEqual(ranks.map((rank) => (sorted[rank] ?? NaN) + 0));
  });

  it.each([NaN, Infinity, -Infinity])('refuses %d and says where it is', (bad) => {
    const lists = [new Float32Array(10), Float32Array.of(1, bad, 2)];
    expect(() => selectRanks(lists, [3], tick)).toThrow(`element 11 is ${bad}`);
    expect(() => selectTails(lists, 2, 2, tick)).toThrow(UnusableTensorError);
  });

  it('refuses a rank that does not exist', () => {
    expect(() => selectRanks([new Float32Array(3)], [3], tick)).toThrow('rank 3 of 3');
  });
});

describe('selectTails', () => {
  it('equals the ends of the sorted tensor', () => {
    fc.assert(
      fc.property(tensors, fc.nat({ max: 20 }), (lists, k) => {
        const sorted = sortedOf(lists);
        const count = 1 + (k % sorted.length);
        const { top, bottom } = selectTails(chunked(lists), count, count, tick);
        expect([...bottom]).toEqual([...sorted.slice(0, count)].map((x) => x));
        expect([...top].reverse()).toEqual([...sorted.slice(sorted.length - count)].map((x) => x));
      }),
    );
  });
});

describe('quantiles', () => {
  it('equal those of the sorted tensor, by tails and by buckets', () => {
    const random = createRandom(8);
    for (const length of [1, 2, 3, 100, 999, 1000, 1001, 5000, 200000]) {
      const x = Float32Array.from({ length }, () => random.normal() ** 3);
      const sorted = x.slice().sort();
      const probabilities = [0.999, 0.9999, 0.99999, 1 - 0.999, 1 - 0.9999, 1 - 0.99999, 0.5, 0, 1];
      // Without the middle the tails are short; with it buckets are used.
      for (const ps of [probabilities.slice(0, 6), probabilities]) {
        const found = quantiles([x.subarray(0, length >> 1), x.subarray(length >> 1)], planQuantiles(length, ps), tick);
        expect(found).toEqual(ps.map((p) => sortedQuantile(sorted, p)));
      }
    }
  });

  it('rounds 1 - p once, from double', () => {
    expect(quantileRank(1001, 1 - 0.999)).toMatchObject({ below: 1 });
    expect(quantileRank(1001, 1 - 0.999).weight).toBe(Math.fround(Math.fround(1 - 0.999) * 1000) - 1);
  });

  it('takes ranks as NumPy does above 16,000,000 elements', () => {
    // numpy.percentile: the virtual index is q / 100 * (n - 1) in double.
    expect(quantileRank(16_000_000, 0.999).weight).toBe(0);
    const { below, weight } = quantileRank(16_000_001, 0.99999);
    expect(below).toBe(15_999_840);
    expect(weight).toBeCloseTo(0, 6);
    expect(quantileRank(20_000_000, 0.9999)).toMatchObject({ below: 19_997_999 });
    expect(quantileRank(20_000_000, 0.9999).weight).toBeCloseTo(0.0001 * 1 + 0.9999 * 19_999_999 - 19_997_999 - 0.0001, 6);
  });

  it('interpolates with the product unrounded, from the nearer end', () => {
    expect(interpolate(1, 2, 0.25)).toBe(1.25);
    expect(interpolate(1, 2, 0.75)).toBe(1.75);
    expect(interpolate(5, 5, 0.3)).toBe(5);
    fc.assert(
      fc.property(float, float, fc.double({ min: 0, max: 1, noNaN: true }), (x, y, weight) => {
        const [a, b] = x < y ? [x, y] : [y, x];
        fc.pre(Number.isFinite(Math.fround(b - a)));
        const value = interpolate(a, b, Math.fround(weight));
        expect(value).toBeGreaterThanOrEqual(a);
        expect(value).toBeLessThanOrEqual(b);
      }),
    );
  });

  it('refuses an empty tensor', () => {
    expect(() => planQuantiles(0, [0.5])).toThrow(UnusableTensorError);
  });
});
