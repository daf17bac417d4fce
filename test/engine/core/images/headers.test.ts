import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { crc32 } from '../../../../src/engine/core/images/crc32';
import { imageFormat } from '../../../../src/engine/core/images/image-format';
import { checkImageBytes, checkImageSize } from '../../../../src/engine/core/images/image-limits';
import { checkJpegKind, readJpegHeader } from '../../../../src/engine/core/images/jpeg-header';
import { readPngChunks, readPngHeader } from '../../../../src/engine/core/images/png-chunks';
import { imageFixtures } from './pillow-goldens';

function fixture(name: string): Uint8Array {
  // A copy: slice() of a Buffer would share its memory.
  return new Uint8Array(readFileSync(join(imageFixtures, name)));
}

/** SOI, a frame of the given kind, an empty scan, EOI. */
function jpeg(process: number, precision: number, height: number, width: number, components: number): Uint8Array {
  const frame = [0xff, process, 0, 8, precision, height >> 8, height & 255, width >> 8, width & 255, components];
  return Uint8Array.from([0xff, 0xd8, ...frame, 0xff, 0xda, 0, 2, 0xff, 0xd9]);
}

describe('imageFormat', () => {
  const ascii = (text: string): Uint8Array => Uint8Array.from(text, (letter) => letter.charCodeAt(0));
  it.each<[string, Uint8Array, unknown]>([
    ['a JPEG', fixture('jpeg-411.jpg'), { kind: 'jpeg' }],
    ['a PNG', fixture('png-gamma.png'), { kind: 'png' }],
    ['a GIF', ascii('GIF89a........'), { kind: 'other', name: 'GIF' }],
    ['a WebP', ascii('RIFF....WEBPVP8 '), { kind: 'other', name: 'WebP' }],
    ['a BMP', ascii('BM....\0\0\0\0....\x28\0\0\0..'), { kind: 'other', name: 'BMP' }],
    ['a PPM', ascii('P6\n2 2\n255\n'), { kind: 'other', name: 'PPM' }],
    ['a text that begins with BM', ascii('BMW is a car maker, and so on'), { kind: 'unknown' }],
    ['a text', ascii('This is not a picture'), { kind: 'unknown' }],
    ['two bytes of a JPEG', Uint8Array.of(0xff, 0xd8), { kind: 'unknown' }],
    ['nothing', new Uint8Array(0), { kind: 'unknown' }],
  ])('knows %s by its bytes', (_, bytes, expected) => expect(imageFormat(bytes)).toEqual(expected));
});

describe('limits', () => {
  it('let the largest picture through and no larger', () => {
    expect(() => checkImageSize(16_384, 3_051)).not.toThrow();
    expect(() => checkImageSize(1, 16_384)).not.toThrow();
    expect(() => checkImageSize(16_385, 1)).toThrow(/16385 x 1/);
    expect(() => checkImageSize(16_384, 3_052)).toThrow(/50.0 megapixels/);
    expect(() => checkImageSize(40_000, 10)).toThrow(expect.objectContaining({ reason: 'too-large' }));
    expect(() => checkImageSize(0, 10)).toThrow(expect.objectContaining({ reason: 'broken' }));
    expect(() => checkImageBytes(50 * 1024 * 1024)).not.toThrow();
    expect(() => checkImageBytes(50 * 1024 * 1024 + 1)).toThrow(expect.objectContaining({ reason: 'too-large' }));
  });
});

describe('readJpegHeader', () => {
  it('reads size, components and process', () => {
    expect(readJpegHeader(jpeg(0xc2, 8, 300, 1000, 3))).toEqual({ width: 1000, height: 300, components: 3, precision: 8, process: 0xc2 });
    expect(readJpegHeader(fixture('jpeg-one-wide.jpg'))).toMatchObject({ width: 1, height: 77, components: 3, process: 0xc0 });
    expect(readJpegHeader(fixture('refused-cmyk.jpg'))).toMatchObject({ components: 4 });
  });

  it('refuses a file at whatever byte it is cut off', () => {
    const whole = fixture('jpeg-exif-rotated.jpg');
    expect(() => readJpegHeader(whole)).not.toThrow();
    for (let length = 2; length < whole.length; length++) {
      expect(() => readJpegHeader(whole.subarray(0, length)), `${length} of ${whole.length} bytes`).toThrow(expect.objectContaining({ reason: 'broken' }));
    }
  });

  it('refuses what the decoder must not see', () => {
    const reason = (bytes: Uint8Array) => {
      try {
        checkJpegKind(readJpegHeader(bytes));
      } catch (error) {
        return error;
      }
      return null;
    };
    expect(reason(jpeg(0xc0, 8, 4, 4, 1))).toBeNull();
    expect(reason(jpeg(0xc0, 8, 4, 4, 4))).toMatchObject({ reason: 'cmyk' });
    expect(reason(jpeg(0xc0, 8, 4, 4, 2))).toMatchObject({ reason: 'unsupported-format' });
    expect(reason(jpeg(0xc1, 12, 4, 4, 3))).toMatchObject({ reason: 'unsupported-format' });
    expect(reason(jpeg(0xc3, 8, 4, 4, 3))).toMatchObject({ reason: 'unsupported-format' });
    expect(reason(Uint8Array.of(0xff, 0xd8, 0xff, 0xd9))).toMatchObject({ reason: 'broken' });
  });
});

describe('PNG chunks', () => {
  it('are read with palette and data pieces', () => {
    const file = readPngChunks(fixture('png-3-4.png'));
    expect(file.header).toEqual({ width: 33, height: 17, bitDepth: 4, colour: 'palette', interlaced: false });
    expect(file.palette).toHaveLength(48);
    expect(file.data).toHaveLength(2);
  });

  it('are refused with a wrong checksum, an impossible header or a cut before the data', () => {
    const whole = fixture('png-3-4.png');
    for (let at = 12; at < 33; at++) {
      const damaged = whole.slice();
      damaged[at] = (damaged[at] ?? 0) ^ 1;
      expect(() => readPngHeader(damaged), `byte ${at}`).toThrow(expect.objectContaining({ reason: 'broken' }));
    }
    const palette = whole.slice();
    palette[45] = (palette[45] ?? 0) ^ 1;
    expect(() => readPngChunks(palette)).toThrow(/PLTE/);
    for (let length = 8; length < 100; length++) {
      expect(() => readPngChunks(whole.subarray(0, length)), `${length} bytes`).toThrow(expect.objectContaining({ reason: 'broken' }));
    }
  });
});

describe('crc32', () => {
  it('gives the check value of the standard', () => {
    expect(crc32(Uint8Array.from('123456789', (digit) => digit.charCodeAt(0)))).toBe(0xcbf43926);
    expect(crc32(new Uint8Array(0))).toBe(0);
  });
});
