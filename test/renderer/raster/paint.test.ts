import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { commonScale, differenceLimit, scalePosition, scaleTicks } from '../../../src/renderer/src/raster/map-scale';
import { valuesOfCodes } from '../../../src/shared/attention-maps';
import { differenceColour, paintCodes, paintDifference, paintValues } from '../../../src/renderer/src/raster/paint';
import { viridis, viridisTable } from '../../../src/renderer/src/raster/viridis';
import { levelsOf } from '../fixture-data';

const zero = { r: 18, g: 20, b: 23 };
const pixel = (pixels: Uint8ClampedArray, index: number): number[] => [...pixels.subarray(index * 4, index * 4 + 4)];

describe('codes to pixels', () => {
  it('gives every code the colour of the value it stands for', () => {
    const levels = levelsOf('BitLog2_Half_17');
    const scale = { kind: 'log', min: 2 ** -12, max: 1 } as const;
    fc.assert(fc.property(fc.uint8Array({ min: 0, max: levels.length - 1, maxLength: 64 }), (codes) => {
      expect(paintCodes(codes, levels, scale, zero)).toEqual(paintValues(valuesOfCodes(codes, levels), scale, zero));
    }));
  });

  it('takes two-byte codes of schemes with more than 256 levels', () => {
    const levels = Array.from({ length: 1000 }, (_, code) => code / 1000);
    const pixels = paintCodes(Uint16Array.of(0, 999), levels, { kind: 'linear', min: 0, max: 1 }, zero);
    expect(pixel(pixels, 0)).toEqual([18, 20, 23, 255]);
    expect(pixel(pixels, 1)).toEqual([...viridisTable.subarray(765, 768), 255]);
  });

  it('tells exact zero from small, and leaves what cannot be seen transparent', () => {
    const pixels = paintValues([0, 2 ** -20, 1, Number.NaN], { kind: 'log', min: 2 ** -12, max: 1 }, zero);
    expect(pixel(pixels, 0)).toEqual([18, 20, 23, 255]);
    expect(pixel(pixels, 1)).toEqual([68, 1, 84, 255]);
    expect(pixel(pixels, 2)).toEqual([253, 231, 37, 255]);
    expect(pixel(pixels, 3)).toEqual([0, 0, 0, 0]);
  });

  it('draws no difference as the surface and both signs at full strength from the limit on', () => {
    const colours = { negative: { r: 0, g: 0, b: 255 }, neutral: zero, positive: { r: 255, g: 0, b: 0 } };
    const pixels = paintDifference([0, -0.2, 0.2, 9], 0.2, colours);
    expect([0, 1, 2, 3].map((index) => pixel(pixels, index))).toEqual([[18, 20, 23, 255], [0, 0, 255, 255], [255, 0, 0, 255], [255, 0, 0, 255]]);
    fc.assert(fc.property(fc.double({ min: -2, max: 2, noNaN: true }), (value) => {
      const { r, g, b } = differenceColour(value, colours);
      expect(pixel(paintDifference([value], 1, colours), 0)).toEqual([...Uint8ClampedArray.of(r, g, b, 255)]);
    }));
  });
});

describe('scales', () => {
  it('covers the largest value of all maps by a power of two', () => {
    const scale = commonScale('log', [[0.01, 0.02], [0.3], [0]]);
    expect(scale).toEqual({ kind: 'log', min: 2 ** -12, max: 0.5 });
    expect(scaleTicks(scale)).toEqual([2 ** -9, 2 ** -5, 2 ** -1]);
  });

  it('grows with the value and stays inside 0..1', () => {
    for (const kind of ['log', 'linear'] as const) {
      const scale = commonScale(kind, [[0.7]]);
      fc.assert(fc.property(fc.double({ min: 1e-9, max: 2, noNaN: true }), fc.double({ min: 1e-9, max: 2, noNaN: true }), (a, b) => {
        const [low, high] = [Math.min(a, b), Math.max(a, b)].map((value) => scalePosition(scale, value));
        expect(low).toBeGreaterThanOrEqual(0);
        expect(high).toBeLessThanOrEqual(1);
        expect(low).toBeLessThanOrEqual(high ?? 0);
      }));
    }
  });

  it('survives a map of nothing but zeros', () => {
    expect(commonScale('log', [[0, 0]]).max).toBe(1);
    expect(differenceLimit([[0, 0], [0]])).toEqual({ limit: 1, clipped: false });
  });

  it('is not bleached by one outlier, and says that it clips', () => {
    const calm = Array.from({ length: 1000 }, () => 0.01);
    expect(differenceLimit([calm, [-5]])).toEqual({ limit: Math.fround(0.01), clipped: true });
    expect(differenceLimit([calm])).toEqual({ limit: Math.fround(0.01), clipped: false });
  });

  it('ends where 99.5 % of all differences have ended, as sorting them would say', () => {
    fc.assert(fc.property(fc.array(fc.float32Array({ min: -1, max: 1, noNaN: true, maxLength: 400 }), { minLength: 1, maxLength: 3 }), (maps) => {
      const sizes = Float32Array.from(maps.flatMap((map) => [...map].map(Math.abs))).sort();
      const max = sizes.at(-1) ?? 0;
      const high = sizes[Math.floor(0.995 * (sizes.length - 1))] ?? 0;
      const expected = max === 0 ? { limit: 1, clipped: false } : high > 0 ? { limit: high, clipped: max > high } : { limit: max, clipped: false };
      expect(differenceLimit(maps)).toEqual(expected);
    }));
  });

  it('has the ends of viridis', () => {
    expect(viridis(0)).toEqual({ r: 68, g: 1, b: 84 });
    expect(viridis(1)).toEqual({ r: 253, g: 231, b: 37 });
  });
});
