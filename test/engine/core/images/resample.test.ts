import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createPicture, type Picture } from '../../../../src/engine/core/images/picture';
import { resampleFilters, type Interpolation } from '../../../../src/engine/core/images/resample-filters';
import { resample, resampleRegion } from '../../../../src/engine/core/images/resample';
import { computeTaps, tapsFor } from '../../../../src/engine/core/images/resample-taps';
import { noisePicture } from './noise-picture';
import { pillowGoldens, sha256 } from './pillow-goldens';

const interpolations: readonly Interpolation[] = ['bilinear', 'bicubic', 'lanczos'];
const anyInterpolation = fc.constantFrom(...interpolations);
const side = fc.integer({ min: 1, max: 24 });

/** Fixed-point weight of input sample `from` for output sample `to`, from the definition: no window arithmetic is shared with the kernel. */
function slowWeights(inputs: number, outputs: number, to: number, interpolation: Interpolation): Map<number, number> {
  const { support, weight } = resampleFilters[interpolation];
  const scale = inputs / outputs;
  const stretch = scale > 1 ? scale : 1;
  const centre = (to + 0.5) * scale;
  const raw = new Map<number, number>();
  for (let from = 0; from < inputs; from++) {
    const first = Math.max(0, Math.trunc(centre - support * stretch + 0.5));
    const end = Math.trunc(centre + support * stretch + 0.5);
    if (from >= first && from < end) raw.set(from, weight((from - centre + 0.5) * (1 / stretch)));
  }
  const sum = [...raw.values()].reduce((a, b) => a + b, 0);
  return new Map([...raw].map(([from, w]) => [from, (w < 0 ? Math.ceil : Math.floor)((w / sum) * 4194304 + (w < 0 ? -0.5 : 0.5))]));
}

/** The slow twin: one pixel, one channel at a time, both passes by their definition, no tables, no regions. */
function slowResample(picture: Picture, width: number, height: number, interpolation: Interpolation): Picture {
  const pass = (input: Picture, length: number, alongX: boolean): Picture => {
    if (length === (alongX ? input.width : input.height)) return input;
    const output = alongX ? createPicture(length, input.height) : createPicture(input.width, length);
    for (let y = 0; y < output.height; y++) {
      for (let x = 0; x < output.width; x++) {
        const weights = slowWeights(alongX ? input.width : input.height, length, alongX ? x : y, interpolation);
        for (let channel = 0; channel < 3; channel++) {
          let sum = 2097152;
          for (const [at, weight] of weights) {
            const pixel = alongX ? y * input.width + at : at * input.width + x;
            sum += weight * (input.data[pixel * 3 + channel] ?? NaN);
          }
          output.data[(y * output.width + x) * 3 + channel] = Math.min(255, Math.max(0, Math.floor(sum / 4194304)));
        }
      }
    }
    return output;
  };
  return pass(pass(picture, width, true), height, false);
}

describe('resample', () => {
  it.each(pillowGoldens.resizes)('equals Pillow: $from to $to, $interpolation, hard $hard', ({ from, to, seed, hard, interpolation, sha256: expected }) => {
    const resized = resample(noisePicture(...from, seed, hard), ...to, interpolation);
    expect(sha256(resized.data)).toBe(expected);
  });

  it('equals its slow twin', () => {
    fc.assert(fc.property(side, side, side, side, anyInterpolation, fc.nat(1000), fc.boolean(), (w, h, toW, toH, interpolation, seed, hard) => {
      const picture = noisePicture(w, h, seed, hard);
      expect(resample(picture, toW, toH, interpolation)).toEqual(slowResample(picture, toW, toH, interpolation));
    }), { numRuns: 60 });
  });

  it('keeps a constant picture constant', () => {
    fc.assert(fc.property(side, side, fc.integer({ min: 1, max: 90 }), side, anyInterpolation, fc.integer({ min: 0, max: 255 }), (w, h, toW, toH, interpolation, byte) => {
      const picture = createPicture(w, h);
      picture.data.fill(byte);
      const resized = resample(picture, toW, toH, interpolation);
      expect([resized.width, resized.height]).toEqual([toW, toH]);
      expect(resized.data.every((value) => value === byte)).toBe(true);
    }));
  });

  it('gives for a region what the whole has there', () => {
    const scenario = fc.tuple(side, side, side, side, anyInterpolation).chain(([w, h, toW, toH, interpolation]) =>
      fc.tuple(fc.nat(toW - 1), fc.nat(toH - 1)).chain(([left, top]) =>
        fc.tuple(fc.integer({ min: 1, max: toW - left }), fc.integer({ min: 1, max: toH - top })).map(([width, height]) =>
          ({ w, h, toW, toH, interpolation, region: { left, top, width, height } }))));
    fc.assert(fc.property(scenario, fc.nat(1000), ({ w, h, toW, toH, interpolation, region }, seed) => {
      const picture = noisePicture(w, h, seed);
      const whole = resample(picture, toW, toH, interpolation);
      const cut = resampleRegion(whole, toW, toH, interpolation, region);
      expect(resampleRegion(picture, toW, toH, interpolation, region)).toEqual(cut);
      for (let row = 0; row < region.height; row++) {
        const from = ((region.top + row) * toW + region.left) * 3;
        expect(cut.data.subarray(row * region.width * 3, (row + 1) * region.width * 3)).toEqual(whole.data.subarray(from, from + region.width * 3));
      }
    }));
  });

  it('treats the channels alike and apart', () => {
    const picture = noisePicture(17, 11, 9);
    const turned = createPicture(17, 11);
    for (let i = 0; i < picture.data.length; i += 3) {
      turned.data.set([picture.data[i + 1] ?? 0, picture.data[i + 2] ?? 0, picture.data[i] ?? 0], i);
    }
    const a = resample(picture, 9, 20, 'bicubic').data;
    const b = resample(turned, 9, 20, 'bicubic').data;
    for (let i = 0; i < a.length; i += 3) expect([b[i + 2], b[i], b[i + 1]]).toEqual([a[i], a[i + 1], a[i + 2]]);
  });

  it('does not write into its input', () => {
    const picture = noisePicture(20, 20, 3);
    const before = picture.data.slice();
    resample(picture, 20, 20, 'bicubic').data.fill(0);
    resample(picture, 20, 9, 'bicubic').data.fill(0);
    expect(picture.data).toEqual(before);
  });
});

describe('taps', () => {
  it('sum to one up to the rounding of each weight', () => {
    fc.assert(fc.property(fc.integer({ min: 1, max: 3000 }), fc.integer({ min: 1, max: 300 }), anyInterpolation, (inputs, outputs, interpolation) => {
      const { counts, weights, width } = computeTaps(inputs, outputs, interpolation, 0, outputs);
      for (let output = 0; output < outputs; output++) {
        const sum = weights.subarray(output * width, (output + 1) * width).reduce((a, b) => a + b, 0);
        expect(Math.abs(sum - 4194304)).toBeLessThanOrEqual(counts[output] ?? 0);
      }
    }), { numRuns: 40 });
  });

  it('stay inside the input', () => {
    fc.assert(fc.property(fc.integer({ min: 1, max: 400 }), fc.integer({ min: 1, max: 400 }), anyInterpolation, (inputs, outputs, interpolation) => {
      const { starts, counts, width } = computeTaps(inputs, outputs, interpolation, 0, outputs);
      for (let output = 0; output < outputs; output++) {
        const start = starts[output] ?? NaN;
        const count = counts[output] ?? NaN;
        expect(start >= 0 && count >= 1 && count <= width && start + count <= inputs).toBe(true);
      }
    }));
  });

  it('are the same from the table as computed, however many sizes came between', () => {
    const first = tapsFor(500, 256, 'bicubic', 16, 224);
    expect(first).toEqual(computeTaps(500, 256, 'bicubic', 16, 224));
    for (let inputs = 100; inputs < 600; inputs++) tapsFor(inputs, 50, 'bicubic', 0, 50);
    expect(tapsFor(500, 256, 'bicubic', 16, 224)).toEqual(first);
  });
});
