/** Sums, counts and bins of the layers page against plain loops. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { countClipped } from '../../../../src/engine/core/metrics/clipped';
import { errorFigures } from '../../../../src/engine/core/metrics/error-figures';
import { addSums, errorSums, figuresOf, noError } from '../../../../src/engine/core/metrics/error-sums';
import { gridValues } from '../../../../src/engine/core/metrics/grid-values';
import { logitDivergence } from '../../../../src/engine/core/metrics/logit-divergence';
import { Bins, binCount, OperandStatistics } from '../../../../src/engine/core/metrics/value-histogram';
import { operandChannels } from '../../../../src/engine/core/metrics/operand-channels';
import { fakeQuantize } from '../../../../src/engine/core/kernels/uniform';
import type { LinearSite, ProductSite } from '../../../../src/engine/core/graph/types';
import { createRandom } from '../../../../src/engine/core/random/random';

const floats = fc.array(fc.float({ min: -8, max: 8, noNaN: true }), { minLength: 1, maxLength: 40 }).map((list) => Float32Array.from(list));

function noise(length: number, seed: number): Float32Array {
  const random = createRandom(seed);
  return Float32Array.from({ length }, () => random.normal());
}

describe('errors of pieces', () => {
  it('are those of the whole, ratios of sums and not means of ratios', () => {
    const [x, y] = [noise(20_000, 1), noise(20_000, 2)];
    const pieces = [0, 7_000, 7_001, 20_000];
    const sums = pieces.slice(1).map((end, i) => errorSums(x.slice(pieces[i], end), y.slice(pieces[i], end))).reduce(addSums, noError);
    const whole = errorFigures(x, y);
    expect(figuresOf(sums).relativeL2).toBeCloseTo(whole.relativeL2, 12);
    expect(figuresOf(sums).cosine).toBeCloseTo(whole.cosine, 12);
    expect(figuresOf(sums).sqnrDb).toBeCloseTo(whole.sqnrDb ?? NaN, 10);
  });

  it('leave out what is padding', () => {
    expect(errorSums(Float32Array.of(3, 4, 100), Float32Array.of(3, 5, -100), 2)).toEqual({ signal: 25, noise: 1, other: 34, dot: 29 });
    expect(() => errorSums(new Float32Array(2), new Float32Array(3))).toThrow('3 values against 2');
  });

  it('of nothing are none', () => {
    expect(figuresOf(noError)).toEqual({ sqnrDb: null, relativeL2: 0, cosine: 1 });
  });
});

describe('clipped elements', () => {
  it('are those that the definition clamps', () => {
    const whole = fc.integer({ min: -4, max: 20 });
    const zero = fc.oneof(whole, fc.float({ min: -4, max: 20, noNaN: true }));
    fc.assert(fc.property(floats, fc.float({ min: Math.fround(0.01), max: 2, noNaN: true }), zero, fc.integer({ min: 2, max: 8 }), (x, delta, zeroPoint, bits) => {
      const low = Math.fround(0 - zeroPoint);
      const high = Math.fround(2 ** bits - 1 - zeroPoint);
      const even = (v: number): number => { const below = Math.floor(v); return v - below > 0.5 || (v - below === 0.5 && below % 2 !== 0) ? below + 1 : below; };
      const codes = Array.from(x, (v) => even(Math.fround(v / delta)));
      expect(countClipped(x, { delta, zeroPoint }, bits)).toEqual({ low: codes.filter((q) => q < low).length, high: codes.filter((q) => q > high).length });
    }), { numRuns: 400 });
  });

  it('on a rounding boundary fall to the even side', () => {
    // Codes 0..15 of step 1: 15.5 rounds to 16, which is clipped; -0.5 rounds to 0, which is not.
    expect(countClipped(Float32Array.of(15.5, 15.499999, -0.5, -0.50001), { delta: 1, zeroPoint: 0 }, 4)).toEqual({ low: 1, high: 1 });
  });
});

describe('the values of a grid', () => {
  it('are those that come out of the quantiser', () => {
    fc.assert(fc.property(fc.oneof(fc.integer({ min: -3, max: 18 }), fc.float({ min: 0, max: 15, noNaN: true })), fc.float({ min: Math.fround(0.05), max: 1, noNaN: true }), (zeroPoint, delta) => {
      const dense = Float32Array.from({ length: 4000 }, (_, i) => (i - 2000) / 80);
      const out = new Float32Array(dense.length);
      fakeQuantize(dense, out, { delta, zeroPoint }, 4);
      const found = [...new Set(Array.from(out, (value) => value + 0))].sort((a, b) => a - b);
      const values = gridValues({ delta, zeroPoint }, 4);
      const [first = 0, last = 0] = [values[0], values.at(-1)];
      // Only what the dense values reach can come out.
      if (first > -24 && last < 24) expect(values).toEqual(found);
    }));
  });
});

describe('the divergence of logits', () => {
  it('is the KL of their softmax', () => {
    fc.assert(fc.property(floats, fc.integer(), (p, seed) => {
      const q = noise(p.length, seed >>> 0);
      const softmax = (logits: Float32Array): number[] => { const e = Array.from(logits, Math.exp); const sum = e.reduce((a, b) => a + b); return e.map((v) => v / sum); };
      const [a, b] = [softmax(p), softmax(q)];
      expect(logitDivergence(p, q)).toBeCloseTo(a.reduce((sum, v, i) => sum + v * Math.log(v / (b[i] ?? NaN)), 0), 9);
    }));
  });

  it('is nothing for the same, and for the same shifted, and never negative', () => {
    expect(logitDivergence(Float32Array.of(1, 2, 3), Float32Array.of(1, 2, 3))).toBe(0);
    expect(logitDivergence(Float32Array.of(1, 2, 3), Float32Array.of(1001, 1002, 1003))).toBeCloseTo(0, 12);
    fc.assert(fc.property(floats, (p) => { expect(logitDivergence(p, Float32Array.from(p, (v) => v + 1e-7))).toBeGreaterThanOrEqual(0); }));
    expect(() => logitDivergence(new Float32Array(2), new Float32Array(1))).toThrow('1 logits against 2');
  });
});

describe('bins', () => {
  it.each(['linear', 'log2'] as const)('count every value once, where plain loops put it: %s', (scale) => {
    fc.assert(fc.property(fc.array(floats, { minLength: 1, maxLength: 4 }), (pieces) => {
      const statistics = new OperandStatistics(1, new Int32Array(1));
      for (const piece of pieces) statistics.add(piece, piece);
      const range = statistics.binRange(scale);
      const bins = new Bins(scale, range);
      for (const piece of pieces) bins.add(piece);
      const counts = Array.from({ length: binCount }, () => 0);
      let outside = 0;
      for (const x of pieces.flatMap((piece) => Array.from(piece))) {
        const value = scale === 'linear' ? x : Math.log2(Math.abs(x));
        if (scale === 'log2' && Math.abs(x) < 2 ** -24) outside++;
        else {
          const place = range.max > range.min ? Math.min(binCount - 1, Math.floor((value - range.min) * (binCount / (range.max - range.min)))) : 0;
          counts[place] = (counts[place] ?? 0) + 1;
        }
      }
      expect([...bins.counts]).toEqual(counts);
      expect(bins.outside).toBe(outside);
      expect(bins.counts.reduce((a, b) => a + b) + bins.outside).toBe(statistics.elements);
    }));
  });

  it('have the ends of the values', () => {
    const statistics = new OperandStatistics(2, Int32Array.of(0, 1));
    statistics.add(Float32Array.of(-3, 0.25, 8, 0, 999, 999), Float32Array.of(-3, 0.5, 7, 0, 0, 0), 4);
    expect(statistics.binRange('linear')).toEqual({ min: -3, max: 8 });
    expect(statistics.binRange('log2')).toEqual({ min: -2, max: 3 });
    expect(statistics.sums).toEqual({ signal: 73.0625, noise: 1.0625, other: 58.25, dot: 65.125 });
    expect([...statistics.byChannel.noise]).toEqual([1, 0.0625]);
    expect([...statistics.byChannel.max]).toEqual([8, 0.25]);
  });
});

describe('channels of an operand', () => {
  const linear = { kind: 'linear', role: 'fc1' } as LinearSite;
  const patches = { kind: 'linear', role: 'patch_embed' } as LinearSite;
  const scores = { kind: 'product', role: 'matmul1' } as ProductSite;
  const mix = { kind: 'product', role: 'matmul2' } as ProductSite;

  it('are what a reader looks for', () => {
    expect([...operandChannels(linear, 'input', [2, 3]).channelOf]).toEqual([0, 1, 2, 0, 1, 2]);
    expect([...operandChannels(patches, 'input', [1, 2, 1, 2]).channelOf]).toEqual([0, 0, 1, 1]);
    expect(operandChannels(linear, 'weight', [3, 2])).toEqual({ kind: 'output', count: 3, channelOf: Int32Array.of(0, 0, 1, 1, 2, 2) });
    // [windows, heads, tokens, d]: head * d + feature. k stands transposed.
    expect([...operandChannels(scores, 'A', [1, 2, 2, 2]).channelOf]).toEqual([0, 1, 0, 1, 2, 3, 2, 3]);
    expect([...operandChannels(scores, 'B', [1, 2, 2, 2]).channelOf]).toEqual([0, 0, 1, 1, 2, 2, 3, 3]);
    expect(operandChannels(mix, 'A', [2, 3, 2, 2]).count).toBe(3);
    expect(operandChannels(mix, 'A', [1, 2, 1, 2])).toEqual({ kind: 'head', count: 2, channelOf: Int32Array.of(0, 0, 1, 1) });
  });
});
