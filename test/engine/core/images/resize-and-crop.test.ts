import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { resizeAndCrop, resizedSize } from '../../../../src/engine/core/images/resize-and-crop';
import { noisePicture } from './noise-picture';
import { pillowGoldens, sha256 } from './pillow-goldens';

describe('resizeAndCrop', () => {
  it.each(pillowGoldens.crops)('equals torchvision: $from to $input at $crop_pct', ({ from, seed, input, crop_pct: cropPct, interpolation, sha256: expected }) => {
    const crop = resizeAndCrop(noisePicture(...from, seed), { input, cropPct, interpolation });
    expect([crop.width, crop.height]).toEqual([input, input]);
    expect(sha256(crop.data)).toBe(expected);
  });

  it('gives every picture the same size', () => {
    fc.assert(fc.property(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 30 }), fc.double({ min: 0.3, max: 1, noNaN: true }), (w, h, input, cropPct) => {
      const crop = resizeAndCrop(noisePicture(w, h, 1), { input, cropPct, interpolation: 'bicubic' });
      expect([crop.width, crop.height, crop.data.length]).toEqual([input, input, input * input * 3]);
    }));
  });

  it('copes with a picture one pixel wide and 16,384 high without making all of its rows', () => {
    const crop = resizeAndCrop(noisePicture(1, 16_384, 2), { input: 224, cropPct: 0.875, interpolation: 'bicubic' });
    // All 224 columns come from the one there is.
    for (let row = 0; row < 224; row++) {
      const line = crop.data.subarray(row * 672, (row + 1) * 672);
      expect(line.every((value, at) => value === line[at % 3])).toBe(true);
    }
  });

  it('squashed takes both sides whole, whatever the shape', () => {
    expect(resizedSize({ width: 90, height: 30 }, { input: 20, cropPct: 1, interpolation: 'bilinear', squash: true })).toEqual({ width: 20, height: 20 });
    const left = noisePicture(90, 30, 3);
    for (let row = 0; row < 30; row++) left.data.fill(200, row * 270, row * 270 + 15);
    const crop = resizeAndCrop(left, { input: 20, cropPct: 1, interpolation: 'bilinear', squash: true });
    // The five columns at the left edge, which a centre crop would have cut away.
    expect(crop.data[0]).toBeGreaterThan(180);
  });

  it('has the short side where the picture has it, and the long side truncated', () => {
    fc.assert(fc.property(fc.integer({ min: 1, max: 5000 }), fc.integer({ min: 1, max: 5000 }), (width, height) => {
      const size = resizedSize({ width, height }, { input: 224, cropPct: 0.9, interpolation: 'bicubic' });
      expect(Math.min(size.width, size.height)).toBe(248);
      const exact = (248 * Math.max(width, height)) / Math.min(width, height);
      expect(Math.max(size.width, size.height)).toBe(Math.floor(exact));
      if (size.width !== size.height) expect(size.width < size.height).toBe(width < height);
    }));
  });
});
