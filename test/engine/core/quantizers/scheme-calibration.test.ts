import { describe, expect, it } from 'vitest';
import { UnusableTensorError } from '../../../../src/engine/core/kernels/unusable-tensor-error';
import { calibrateScheme } from '../../../../src/engine/core/quantizers/scheme-calibration';
import { logSchemes } from '../../../../src/engine/core/quantizers/scheme-table';
import { createRandom } from '../../../../src/engine/core/random/random';
import { bitLog2DeltaBySearch, bitLog2Level, meanSquare, sqrt2DeltaBySearch } from '../../../helpers/reference-quantizers';

/** Rows of a softmax of normal logits. */
function softmaxRows(rows: number, columns: number, sharpness: number, seed: number): Float32Array {
  const random = createRandom(seed);
  const x = new Float32Array(rows * columns);
  for (let row = 0; row < rows; row++) {
    const values = Array.from({ length: columns }, () => Math.exp(sharpness * random.normal()));
    const total = values.reduce((a, b) => a + b);
    x.set(values.map((v) => v / total), row * columns);
  }
  return x;
}

const bitLog2 = logSchemes.filter(({ kind }) => kind === 'bitlog2');
const sqrt2 = logSchemes.filter(({ kind }) => kind === 'sqrt2');
const maps = [0.5, 2, 4].map((sharpness, seed) => softmaxRows(40, 50, sharpness, seed));

describe.each(bitLog2.map((scheme) => [scheme.id, scheme] as const))('%s', (id, scheme) => {
  // The search costs M passes: small M runs on every map, 65,536 passes on a short one.
  const inputs = id.includes('Half') ? maps : [maps[1] ?? new Float32Array(0)].map((x) => x.slice(0, 150));

  it('finds the delta of the exhaustive search in closed form', () => {
    for (const x of inputs) {
      const { delta } = calibrateScheme(scheme, [x], 4);
      const found = bitLog2DeltaBySearch(id, x);
      if (delta === found.delta) continue;
      // Only a tie to within rounding may differ.
      const score = meanSquare(x, Array.from(x, (v) => bitLog2Level(id, v) / delta));
      expect(Math.abs(score - found.score)).toBeLessThanOrEqual(1e-12 * found.score);
    }
  });

  it('stays a whole number between the greatest level and M', () => {
    for (const x of [Float32Array.of(1), Float32Array.of(1, 1e-9), Float32Array.of(0.9999), Float32Array.of(0.3, 0.3)]) {
      const { delta } = calibrateScheme(scheme, [x], 4);
      expect(delta).toBe(bitLog2DeltaBySearch(id, x).delta);
      expect(Number.isInteger(delta)).toBe(true);
    }
  });

  it('gives 1 when every level is zero, as the search does', () => {
    const flat = new Float32Array(1000).fill(1e-6);
    expect(calibrateScheme(scheme, [flat], 4)).toEqual({ delta: 1 });
  });
});

describe.each(sqrt2.map((scheme) => [scheme.id, scheme] as const))('%s', (id, scheme) => {
  it('finds the delta of the slow search, for any bits', () => {
    for (const x of maps) {
      for (const bits of [2, 3, 4, 6, 8, 32]) {
        expect(calibrateScheme(scheme, [x], bits).delta).toBe(sqrt2DeltaBySearch(id, x, bits));
      }
    }
  });

  it('has an answer for a map of nothing but zeros', () => {
    expect(calibrateScheme(scheme, [new Float32Array(100)], 4)).toEqual({ delta: 1 });
  });
});

describe('every scheme', () => {
  it('does not depend on how the map is cut', () => {
    const x = softmaxRows(300, 100, 2, 9);
    for (const scheme of logSchemes) {
      const whole = calibrateScheme(scheme, [x], 4);
      expect(calibrateScheme(scheme, [x.subarray(0, 7), x.subarray(7, 8192), x.subarray(8192)], 4)).toEqual(whole);
    }
  });

  it.each([NaN, Infinity])('refuses a map with %d', (bad) => {
    const x = softmaxRows(10, 10, 1, 1);
    x[42] = bad;
    for (const scheme of logSchemes) {
      expect(() => calibrateScheme(scheme, [x], 4)).toThrow(UnusableTensorError);
      expect(() => calibrateScheme(scheme, [x], 4)).toThrow('element 42');
      expect(() => calibrateScheme(scheme, [], 4)).toThrow('empty');
    }
  });

  it('lets poll stop it', () => {
    const x = new Float32Array(2_500_000).fill(0.01);
    for (const scheme of logSchemes) {
      expect(() =>
        calibrateScheme(scheme, [x], 4, () => {
          throw new Error('stopped');
        }),
      ).toThrow('stopped');
    }
  });
});
