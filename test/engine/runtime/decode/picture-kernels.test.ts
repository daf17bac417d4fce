import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { normalisationTable, normaliseWithTable } from '../../../../src/engine/core/images/normalise';
import { preprocessPresets } from '../../../../src/engine/core/images/preprocess';
import type { Interpolation } from '../../../../src/engine/core/images/resample-filters';
import { resizeAndCrop, type CropSettings } from '../../../../src/engine/core/images/resize-and-crop';
import { prepareRows, resizeAndCropRows } from '../../../../src/engine/runtime/decode/picture-kernels';
import { ScratchMemory } from '../../../../src/engine/runtime/decode/scratch-memory';
import { noisePicture } from '../../core/images/noise-picture';
import { pillowGoldens, sha256 } from '../../core/images/pillow-goldens';

const scratch = new ScratchMemory();
const interpolation = fc.constantFrom<Interpolation>('bilinear', 'bicubic', 'lanczos');

function crop(picture: ReturnType<typeof noisePicture>, settings: CropSettings): ReturnType<typeof resizeAndCrop> {
  scratch.clear();
  return resizeAndCropRows(scratch, picture, settings);
}

describe('resizing in WebAssembly', () => {
  it.each(pillowGoldens.crops.filter(({ crop_pct }) => crop_pct <= 1))('equals torchvision: $from to $input at $crop_pct', ({ from, seed, input, crop_pct: cropPct, interpolation: filter, sha256: expected }) => {
    expect(sha256(crop(noisePicture(...from, seed), { input, cropPct, interpolation: filter }).data)).toBe(expected);
  });

  it('equals its twin in TypeScript: down, up, single pixels, odd widths, hard edges', () => {
    const side = fc.oneof(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 13, max: 150 }));
    fc.assert(fc.property(side, side, fc.integer({ min: 1, max: 70 }), fc.double({ min: 0.3, max: 1, noNaN: true }), interpolation, fc.nat(1000), fc.boolean(), (w, h, input, cropPct, filter, seed, hard) => {
      const picture = noisePicture(w, h, seed, hard);
      const settings = { input, cropPct, interpolation: filter };
      expect(sha256(crop(picture, settings).data)).toBe(sha256(resizeAndCrop(picture, settings).data));
    }), { numRuns: 400 });
  });

  it('equals its twin for pictures of usual size, whole and one pixel wide', () => {
    for (const [w, h] of [[500, 375], [333, 500], [224, 224], [256, 300], [1, 900], [900, 1], [2000, 31]] as const) {
      for (const filter of ['bicubic', 'bilinear', 'lanczos'] as const) {
        const picture = noisePicture(w, h, w);
        const settings = { input: 224, cropPct: 0.875, interpolation: filter };
        expect(sha256(crop(picture, settings).data)).toBe(sha256(resizeAndCrop(picture, settings).data));
      }
    }
  });

  it('normalises to the same floats as its twin, at an offset', () => {
    fc.assert(fc.property(fc.integer({ min: 1, max: 60 }), fc.integer({ min: 1, max: 60 }), fc.integer({ min: 1, max: 40 }), fc.nat(20), (w, h, input, offset) => {
      const picture = noisePicture(w, h, w * h);
      const settings = { input, cropPct: 0.9, interpolation: 'bicubic' } as const;
      const table = normalisationTable(preprocessPresets.deit.mean, preprocessPresets.deit.std);
      const expected = new Float32Array(3 * input * input + 25).fill(7);
      const actual = expected.slice();
      normaliseWithTable(resizeAndCrop(picture, settings), table, expected, offset);
      scratch.clear();
      prepareRows(scratch, picture, settings, table, actual, offset);
      expect(actual).toEqual(expected);
    }), { numRuns: 60 });
  });
});
