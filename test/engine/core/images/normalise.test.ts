import { describe, expect, it } from 'vitest';
import { normalisationTable, normaliseWithTable } from '../../../../src/engine/core/images/normalise';
import { preprocessPresets } from '../../../../src/engine/core/images/preprocess';
import { noisePicture } from './noise-picture';

/** float32 bits of torch's (x/255 - mean)/std with ImageNet's figures, computed in float32 by NumPy, for bytes 0, 1, 127, 128, 255. */
const golden = {
  bytes: [0, 1, 127, 128, 255],
  red: [0xc0078bbd, 0xc006732b, 0x3d6939a6, 0x3d97af32, 0x400fee1d],
  green: [0xc0024924, 0xc0012a4f, 0x3e402de4, 0x3e521b48, 0x401b6db7],
  blue: [0xbfe6f809, 0xbfe4bcea, 0x3ed170bd, 0x3eda5d3c, 0x4028f5c3],
};

function bits(value: number): number {
  return new Uint32Array(Float32Array.of(value).buffer)[0] ?? NaN;
}

describe('normalise', () => {
  it('rounds each step as torch does', () => {
    const { mean, std } = preprocessPresets.deit;
    const table = normalisationTable(mean, std);
    [golden.red, golden.green, golden.blue].forEach((expected, channel) => {
      expect(golden.bytes.map((byte) => bits(table[channel * 256 + byte] ?? NaN))).toEqual(expected);
    });
  });

  it('equals a slow twin with one Math.fround per step, in NCHW order at an offset', () => {
    const picture = noisePicture(5, 3, 8);
    const { mean, std } = preprocessPresets.swin;
    const out = new Float32Array(100).fill(7);
    normaliseWithTable(picture, normalisationTable(mean, std), out, 10);
    for (let channel = 0; channel < 3; channel++) {
      for (let pixel = 0; pixel < 15; pixel++) {
        const scaled = Math.fround((picture.data[pixel * 3 + channel] ?? NaN) / 255);
        const expected = Math.fround(Math.fround(scaled - Math.fround(mean[channel] ?? NaN)) / Math.fround(std[channel] ?? NaN));
        expect(out[10 + channel * 15 + pixel]).toBe(expected);
      }
    }
    expect([...out.subarray(0, 10), ...out.subarray(55)].every((value) => value === 7)).toBe(true);
  });

  it('refuses a tensor without room', () => {
    const table = normalisationTable([0, 0, 0], [1, 1, 1]);
    expect(() => normaliseWithTable(noisePicture(2, 2, 1), table, new Float32Array(12), 1)).toThrow(RangeError);
  });
});
