/** Counts and errors by interval against the definition of each scheme, element by element. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { densityBins } from '../../../../src/shared/levels';
import { floatFromBits } from '../../../../src/engine/core/kernels/float-bits';
import { buildLevelTable } from '../../../../src/engine/core/kernels/level-table';
import { codeErrors, codeSums, powerOf } from '../../../../src/engine/core/metrics/code-sums';
import { binThresholds } from '../../../../src/engine/core/metrics/density-bins';
import { addIntervals, createPartition, emptySums, mergeSums, stepsOf } from '../../../../src/engine/core/metrics/interval-sums';
import { TopTail } from '../../../../src/engine/core/metrics/top-tail';
import { createAttentionQuantizer } from '../../../../src/engine/core/quantizers/attention-quantizer';
import { calibrateScheme } from '../../../../src/engine/core/quantizers/scheme-calibration';
import { logSchemes } from '../../../../src/engine/core/quantizers/scheme-table';
import { planQuantiles, interpolate } from '../../../../src/engine/core/kernels/quantiles';
import { createRandom } from '../../../../src/engine/core/random/random';

/** Rows of softmaxes: few large values, many small ones, some exact zeros. */
function softmaxMaps(maps: number, tokens: number, seed: number, spread = 6): Float32Array {
  const random = createRandom(seed);
  const out = new Float32Array(maps * tokens * tokens);
  for (let row = 0; row < maps * tokens; row++) {
    const values = Array.from({ length: tokens }, () => Math.exp(spread * random.normal()));
    const sum = values.reduce((total, value) => total + value, 0);
    values.forEach((value, col) => (out[row * tokens + col] = random.uniform() < 0.01 ? 0 : value / sum));
  }
  return out;
}

const tables = (deltas: readonly number[], aBits: number) =>
  logSchemes.map((scheme, i) => buildLevelTable((x) => scheme.codeOf(x, deltas[i] ?? 0, aBits), scheme.levels(deltas[i] ?? 0, aBits)));

describe('sums by interval', () => {
  const heads = 3;
  const tokens = 29;
  const x = softmaxMaps(4 * heads, tokens, 5);
  const deltas = logSchemes.map((scheme) => calibrateScheme(scheme, [x], 4).delta);

  it.each([4, 8])('give the counts and errors of all six schemes at %i bits, element by element', (aBits) => {
    const all = tables(deltas, aBits);
    const bins = binThresholds();
    const partition = createPartition([bins, ...all.map((table) => table.thresholds)]);
    const sums = emptySums(partition, heads);
    addIntervals(partition, x, tokens * tokens, heads, sums);
    logSchemes.forEach((scheme, index) => {
      const delta = deltas[index] ?? 0;
      const quantizer = createAttentionQuantizer(scheme, delta, aBits);
      const fast = new Float64Array(heads * quantizer.levelCount);
      quantizer.quantizeHeads(x, new Float32Array(x.length), null, { batch: 4, heads, rows: tokens, cols: tokens }, fast);
      const levels = scheme.levels(delta, aBits);
      const steps = stepsOf(partition, all[index]?.thresholds ?? new Int32Array(0));
      for (let head = 0; head < heads; head++) {
        const slow = { counts: new Array<number>(levels.length).fill(0), errors: new Array<number>(levels.length).fill(0), sums: new Array<number>(levels.length).fill(0), power: 0 };
        x.forEach((value, i) => {
          if (Math.floor(i / tokens ** 2) % heads !== head) return;
          const code = scheme.codeOf(value, delta, aBits);
          slow.counts[code] = (slow.counts[code] ?? 0) + 1;
          slow.sums[code] = (slow.sums[code] ?? 0) + value;
          slow.errors[code] = (slow.errors[code] ?? 0) + (value - (levels[code] ?? 0)) ** 2;
          slow.power += value * value;
        });
        const found = codeSums(partition, steps, levels.length, sums, head);
        expect([...found.counts]).toEqual(slow.counts);
        expect([...found.counts]).toEqual([...fast.subarray(head * levels.length, (head + 1) * levels.length)]);
        codeErrors(partition, steps, levels, sums, head).forEach((error, code) => expect(error).toBeCloseTo(slow.errors[code] ?? NaN, 12));
        found.sums.forEach((sum, code) => expect(sum).toBeCloseTo(slow.sums[code] ?? NaN, 9));
        expect(powerOf(partition, sums, head)).toBeCloseTo(slow.power, 9);
      }
    });
  });

  it('are the same however the maps arrive', () => {
    const partition = createPartition([binThresholds()]);
    const whole = emptySums(partition, heads);
    addIntervals(partition, x, tokens * tokens, heads, whole);
    const parts = emptySums(partition, heads);
    const image = heads * tokens * tokens;
    for (let from = 0; from < x.length; from += image) {
      const one = emptySums(partition, heads);
      addIntervals(partition, x.subarray(from, from + image), tokens * tokens, heads, one);
      mergeSums(parts, one);
    }
    expect(parts.counts).toEqual(whole.counts);
    parts.sums.forEach((sum, i) => expect(sum).toBeCloseTo(whole.sums[i] ?? NaN, 10));
  });

  it('put every float where its bits say, zeros and denormals and one too', () => {
    const partition = createPartition([binThresholds(), Int32Array.of(0x7f800001)]);
    const binOf = stepsOf(partition, binThresholds());
    const slow = (value: number): number => (value === 0 ? 0 : value < 2 ** -24 ? 1 : Math.min(densityBins - 1, 2 + [...binThresholds()].slice(1).filter((bits) => floatFromBits(bits) <= value).length - 1));
    const check = (value: number): void => {
      const sums = emptySums(partition, 1);
      addIntervals(partition, Float32Array.of(value), 1, 1, sums);
      const interval = sums.counts.indexOf(1);
      expect(binOf[interval], String(value)).toBe(slow(value));
    };
    for (const value of [0, -0, 2 ** -149, 2 ** -126, 2 ** -25, 2 ** -24, 1, Math.fround(1 - 2 ** -24), ...[...binThresholds()].flatMap((bits) => [bits - 1, bits]).map(floatFromBits)]) check(value);
    fc.assert(fc.property(fc.integer({ min: 0, max: 0x3f800000 }), (bits) => check(floatFromBits(bits))));
  });

  it('say that a value was no number', () => {
    const partition = createPartition([binThresholds()]);
    for (const bad of [NaN, Infinity]) {
      const sums = emptySums(partition, 1);
      addIntervals(partition, Float32Array.of(0.5, bad), 2, 1, sums);
      expect([...sums.sums].every(Number.isFinite)).toBe(false);
    }
  });
});

describe('deltas from sums', () => {
  const kinds: readonly (readonly [string, Float32Array])[] = [
    ['softmaxes', softmaxMaps(6, 31, 7)],
    ['flat rows', new Float32Array(577 * 20).fill(1 / 577)],
    ['all zero', new Float32Array(500)],
    ['one token', new Float32Array(40).fill(1)],
    ['two values', Float32Array.of(0.25, 0.75)],
    ['one value', Float32Array.of(1)],
    ['many', softmaxMaps(30, 80, 9)],
  ];

  it.each(kinds)('are those of the scheme’s own search: %s', (_name, x) => {
    for (const scheme of logSchemes) {
      const own = calibrateScheme(scheme, [x], 4).delta;
      const { search } = scheme;
      if (search.kind === 'sums') {
        const levels = scheme.levels(1, 4);
        const table = buildLevelTable((value) => scheme.codeOf(value, 1, 4), levels);
        const partition = createPartition([table.thresholds]);
        const sums = emptySums(partition, 1);
        addIntervals(partition, x, x.length, 1, sums);
        const { counts, sums: totals } = codeSums(partition, stepsOf(partition, table.thresholds), levels.length, sums, 0);
        expect(search.best(counts, totals), scheme.id).toBe(own);
        continue;
      }
      const plan = planQuantiles(x.length, search.probabilities);
      const tail = new TopTail(x.length - (plan.wanted[0] ?? 0) + 8);
      for (let from = 0; from < x.length; from += 977) tail.add(x.subarray(from, from + 977));
      const top = tail.values();
      const candidates = plan.ranks.map(({ below, above, weight }) => interpolate(top[x.length - 1 - below] ?? NaN, top[x.length - 1 - above] ?? NaN, weight)).filter((delta) => delta > 0);
      const errors = candidates.map((delta) => {
        const levels = scheme.levels(delta, 4);
        return x.reduce((sum, value) => sum + (value - (levels[scheme.codeOf(value, delta, 4)] ?? 0)) ** 2, 0);
      });
      expect(search.best(candidates, errors), scheme.id).toBe(own);
    }
  });
});

describe('TopTail', () => {
  it('keeps the largest values, whatever their order', () => {
    fc.assert(fc.property(fc.array(fc.float({ noNaN: true, min: 0, max: 1 }), { maxLength: 5000 }), fc.integer({ min: 1, max: 600 }), (values, size) => {
      const tail = new TopTail(size);
      const x = Float32Array.from(values);
      for (let from = 0; from < x.length; from += 700) tail.add(x.subarray(from, from + 700));
      expect([...tail.values()]).toEqual([...x].sort((a, b) => b - a).slice(0, size));
    }), { numRuns: 30 });
  });
});
