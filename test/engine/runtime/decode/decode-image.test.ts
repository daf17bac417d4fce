import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { deflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { crc32 } from '../../../../src/engine/core/images/crc32';
import { ImageSkip } from '../../../../src/engine/core/images/skip-reason';
import { decodeImage } from '../../../../src/engine/runtime/decode/decode-image';
import { encodePng } from '../../../../src/engine/runtime/decode/png-encoder';
import { noisePicture } from '../../core/images/noise-picture';
import { imageFixtures, pillowGoldens, sha256 } from '../../core/images/pillow-goldens';

function fixture(name: string): Uint8Array {
  // A copy: slice() of a Buffer would share its memory.
  return new Uint8Array(readFileSync(join(imageFixtures, name)));
}

/** The reason why bytes are skipped, or null when they decode. */
function reasonOf(bytes: Uint8Array): string | null {
  try {
    decodeImage(bytes);
    return null;
  } catch (error) {
    if (!(error instanceof ImageSkip)) throw error;
    expect(error.detail).toMatch(/\.$/);
    return error.reason;
  }
}

function chunk(type: string, content: Uint8Array): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), content]);
  const ends = Buffer.alloc(8);
  ends.writeUInt32BE(content.length, 0);
  ends.writeUInt32BE(crc32(body), 4);
  return Buffer.concat([ends.subarray(0, 4), body, ends.subarray(4)]);
}

/** An 8-bit RGB PNG with any size in its header and any decompressed data. */
function png(width: number, height: number, lines: Uint8Array): Uint8Array {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 2, 0, 0, 0], 8);
  return Buffer.concat([fixture('png-gamma.png').subarray(0, 8), chunk('IHDR', header), chunk('IDAT', deflateSync(lines)), chunk('IEND', new Uint8Array(0))]);
}

describe('decodeImage', () => {
  const refusedByUs = ['refused-cmyk.jpg'];
  it.each(pillowGoldens.decoded.filter(({ file }) => !refusedByUs.includes(file)))('does as Pillow does with $file', (golden) => {
    if ('error' in golden) {
      expect(reasonOf(fixture(golden.file))).toBe('broken');
      return;
    }
    const picture = decodeImage(fixture(golden.file));
    expect([picture.width, picture.height]).toEqual([golden.width, golden.height]);
    expect(sha256(picture.data)).toBe(golden.sha256);
  });

  it('skips what it does not read, with the reason', () => {
    expect(reasonOf(fixture('refused-cmyk.jpg'))).toBe('cmyk');
    expect(reasonOf(new TextEncoder().encode('a text file named .JPEG'))).toBe('not-an-image');
    expect(reasonOf(new Uint8Array(0))).toBe('broken');
    expect(reasonOf(new TextEncoder().encode('GIF89a and so on'))).toBe('unsupported-format');
    expect(reasonOf(new Uint8Array(50 * 1024 * 1024 + 1))).toBe('too-large');
  });

  it('skips oversized pictures by their header, whatever their data says', () => {
    expect(reasonOf(png(40_000, 10, new Uint8Array(10)))).toBe('too-large');
    expect(reasonOf(png(10_000, 10_000, new Uint8Array(10)))).toBe('too-large');
    const wide = fixture('jpeg-411.jpg').slice();
    const frame = wide.findIndex((byte, at) => byte === 0xff && wide[at + 1] === 0xc0);
    wide.set([40_000 >> 8, 40_000 & 255], frame + 7);
    expect(reasonOf(wide)).toBe('too-large');
  });

  it('skips a PNG that is short of lines or decompresses far beyond its size', () => {
    expect(reasonOf(png(2, 2, new Uint8Array(14)))).toBeNull();
    expect(reasonOf(png(2, 2, new Uint8Array(13)))).toBe('broken');
    expect(reasonOf(png(2, 2, new Uint8Array(20)))).toBeNull();
    expect(reasonOf(png(2, 2, new Uint8Array(5_000_000)))).toBe('broken');
    expect(reasonOf(png(2, 2, new Uint8Array(14).fill(5)))).toBe('broken');
  });

  it('decodes rightly again after each kind of damage', () => {
    const whole = fixture('jpeg-progressive.jpg');
    const expected = sha256(decodeImage(whole).data);
    // Every 7th byte of the file replaced in turn: tables, headers, entropy-coded data. Nothing but a skip may come of it.
    let refused = 0;
    for (let at = 2; at < whole.length; at += 7) {
      const damaged = whole.slice();
      damaged[at] = (damaged[at] ?? 0) ^ 0x55;
      if (reasonOf(damaged) !== null) refused++;
    }
    expect(refused).toBeGreaterThan(10);
    expect(sha256(decodeImage(whole).data)).toBe(expected);
  });

  it('never fails otherwise on a damaged PNG', () => {
    const whole = fixture('png-6-16-interlaced.png');
    for (let at = 8; at < whole.length; at++) {
      const damaged = whole.slice();
      damaged[at] = (damaged[at] ?? 0) ^ 0x55;
      const reason = reasonOf(damaged);
      expect(reason === null || reason === 'broken').toBe(true);
    }
  });
});

describe('encodePng', () => {
  it.each([[1, 1], [7, 5], [64, 33]])('gives back the pixels of %i x %i', (width, height) => {
    const picture = noisePicture(width, height, width);
    expect(decodeImage(encodePng(picture))).toEqual(picture);
  });
});
