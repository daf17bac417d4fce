import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { normalisationTable, normaliseWithTable } from '../../../../src/engine/core/images/normalise';
import { preprocessPresets } from '../../../../src/engine/core/images/preprocess';
import { resizeAndCrop } from '../../../../src/engine/core/images/resize-and-crop';
import { decodeImage } from '../../../../src/engine/runtime/decode/decode-image';
import { cropImage, prepareImage } from '../../../../src/engine/runtime/decode/prepare-image';
import { imageFixtures, pillowGoldens } from '../../core/images/pillow-goldens';

const readable = pillowGoldens.decoded.filter((golden) => 'sha256' in golden && !golden.file.startsWith('refused')).map(({ file }) => file);
const bytesOf = (file: string): Uint8Array => readFileSync(join(imageFixtures, file));

describe('prepareImage', () => {
  // cropPct above 1 leaves black borders, which are made by the twin.
  it.each(readable.flatMap((file) => [0.875, 1, 1.3].map((cropPct) => ({ file, cropPct }))))('equals its stages one by one: $file at $cropPct', ({ file, cropPct }) => {
    const settings = { input: 32, cropPct, interpolation: 'bicubic' } as const;
    const table = normalisationTable(preprocessPresets.vit.mean, preprocessPresets.vit.std);
    const expected = new Float32Array(3 * 32 * 32);
    const actual = new Float32Array(expected.length);
    const cropped = resizeAndCrop(decodeImage(bytesOf(file)), settings);
    normaliseWithTable(cropped, table, expected, 0);
    prepareImage(bytesOf(file), settings, table, actual, 0);
    expect(Buffer.compare(Buffer.from(actual.buffer), Buffer.from(expected.buffer))).toBe(0);
    expect(cropImage(bytesOf(file), settings)).toEqual(cropped);
  });

  it('refuses a tensor without room', () => {
    const table = normalisationTable([0, 0, 0], [1, 1, 1]);
    expect(() => prepareImage(bytesOf('jpeg-rgb.jpg'), { input: 8, cropPct: 0.9, interpolation: 'bicubic' }, table, new Float32Array(3 * 64), 1)).toThrow(RangeError);
  });
});
