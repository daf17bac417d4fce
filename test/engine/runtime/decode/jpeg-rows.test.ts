import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Picture } from '../../../../src/engine/core/images/picture';
import { resizeAndCrop } from '../../../../src/engine/core/images/resize-and-crop';
import { ImageSkip } from '../../../../src/engine/core/images/skip-reason';
import { decodeImage } from '../../../../src/engine/runtime/decode/decode-image';
import { jpegRows } from '../../../../src/engine/runtime/decode/jpeg-rows';
import type { Window } from '../../../../src/engine/runtime/decode/picture-kernels';
import { cropImage } from '../../../../src/engine/runtime/decode/prepare-image';
import { ScratchMemory } from '../../../../src/engine/runtime/decode/scratch-memory';
import { encodeJpeg, type Subsampling } from '../../../../tools/bench/jpeg-encoder';
import { noisePicture } from '../../core/images/noise-picture';
import { imageFixtures, sha256 } from '../../core/images/pillow-goldens';

const scratch = new ScratchMemory();
const subsamplings: readonly Subsampling[] = ['4:4:4', '4:2:2', '4:2:0', 'grey'];
const side = fc.integer({ min: 16, max: 70 });

/** The bytes of a window from the SIMD decoder; null when it refuses. */
function windowOf(bytes: Uint8Array, choose: (width: number, height: number) => Window): { window: Window; data: Uint8Array } | null {
  scratch.clear();
  const rows = jpegRows(bytes, scratch);
  if (rows === null) return null;
  const window = choose(rows.width, rows.height);
  const opened = rows.open(window);
  if (opened === null) return null;
  const address = scratch.take(window.height * opened.stride + 64);
  rows.place(window.top, window.height, address);
  const lines = scratch.memory.u8(address, window.height * opened.stride);
  const data = new Uint8Array(window.width * window.height * 3);
  for (let row = 0; row < window.height; row++) {
    const from = row * opened.stride + (window.left - opened.left) * 3;
    data.set(lines.subarray(from, from + window.width * 3), row * window.width * 3);
  }
  return { window, data };
}

const whole = (width: number, height: number): Window => ({ left: 0, top: 0, width, height });

function cut(picture: Picture, { left, top, width, height }: Window): Uint8Array {
  const data = new Uint8Array(width * height * 3);
  for (let row = 0; row < height; row++) {
    const from = ((top + row) * picture.width + left) * 3;
    data.set(picture.data.subarray(from, from + width * 3), row * width * 3);
  }
  return data;
}

/** Noise around a gradient: `roughness` 0 is smooth, 255 is all noise. */
function texture(width: number, height: number, seed: number, roughness: number): Picture {
  const noise = noisePicture(width, height, seed);
  const data = noise.data.map((byte, i) => {
    const [x, y] = [Math.floor(i / 3) % width, Math.floor(i / 3 / width)];
    return Math.max(0, Math.min(255, 40 + 2 * x + y + 30 * (i % 3) + ((byte - 128) * roughness) / 255));
  });
  return { width, height, data };
}

describe('the SIMD decoder', () => {
  it('equals libjpeg for each kind of picture, quality and restart interval, whole and in part', () => {
    const corner = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(fc.property(
      side, side, fc.constantFrom(...subsamplings), fc.integer({ min: 5, max: 100 }), fc.constantFrom(0, 0, 1, 2, 7), fc.nat(1000), fc.constantFrom(0, 10, 60, 150), corner, corner, corner, corner,
      (width, height, subsampling, quality, restartInterval, seed, roughness, a, b, c, d) => {
        const bytes = encodeJpeg(texture(width, height, seed, roughness), { quality, subsampling, restartInterval });
        const expected = decodeImage(bytes);
        const all = windowOf(bytes, whole);
        expect(all === null ? 'refused' : sha256(all.data)).toBe(sha256(expected.data));
        const part = windowOf(bytes, () => {
          const [left, top] = [Math.floor(a * (width - 1)), Math.floor(b * (height - 1))];
          return { left, top, width: Math.max(1, Math.floor(c * (width - left))), height: Math.max(1, Math.floor(d * (height - top))) };
        });
        if (part === null) throw new Error('the part was refused');
        expect(sha256(part.data)).toBe(sha256(cut(expected, part.window)));
      },
    ), { numRuns: 150 });
  });

  it('equals libjpeg or refuses where the coefficients leave the range of pictures', () => {
    let decoded = 0;
    fc.assert(fc.property(side, side, fc.constantFrom(...subsamplings), fc.integer({ min: 1, max: 100 }), fc.nat(1000), (width, height, subsampling, quality, seed) => {
      const bytes = encodeJpeg(noisePicture(width, height, seed, true), { quality, subsampling });
      const all = windowOf(bytes, whole);
      if (all === null) return;
      decoded++;
      expect(sha256(all.data)).toBe(sha256(decodeImage(bytes).data));
    }), { numRuns: 100 });
    expect(decoded).toBeGreaterThan(50);
  });

  it('refuses sampling factors that libjpeg refuses, though one component needs none', () => {
    const bytes = encodeJpeg(texture(30, 30, 1, 20), { quality: 80, subsampling: 'grey' });
    expect(windowOf(bytes, whole)).not.toBeNull();
    bytes[bytes.indexOf(0xc0) + 10] = 0xf6;
    expect(windowOf(bytes, whole)).toBeNull();
    expect(() => cropImage(bytes, { input: 24, cropPct: 0.9, interpolation: 'bicubic' })).toThrow(expect.objectContaining({ reason: 'broken' }));
  });

  it('judges damaged data as libjpeg does: the same picture, or the same reason', () => {
    const bytes = encodeJpeg(texture(40, 33, 5, 60), { quality: 80, subsampling: '4:2:0', restartInterval: 3 });
    const settings = { input: 24, cropPct: 0.9, interpolation: 'bicubic' } as const;
    const outcome = (work: () => Picture): string => {
      try {
        return sha256(work().data);
      } catch (error) {
        if (!(error instanceof ImageSkip)) throw error;
        return `${error.reason}: ${error.detail}`;
      }
    };
    const outcomes = new Set<string>();
    fc.assert(fc.property(fc.integer({ min: 2, max: bytes.length - 1 }), fc.nat(255), fc.boolean(), (place, byte, cutOff) => {
      const damaged = cutOff ? bytes.slice(0, place) : Uint8Array.from(bytes, (value, index) => (index === place ? byte : value));
      const expected = outcome(() => resizeAndCrop(decodeImage(damaged), settings));
      outcomes.add(expected);
      expect(outcome(() => cropImage(damaged, settings))).toBe(expected);
    }), { numRuns: 400 });
    expect(outcomes.size).toBeGreaterThan(20);
  });

  it.each([
    ['jpeg-422-restart.jpg', true], ['jpeg-exif-rotated.jpg', true], ['jpeg-trailing.jpg', true], ['jpeg-named-png.png', true], ['jpeg-411.jpg', true], ['jpeg-warning.jpg', true],
    ['jpeg-grey-progressive.jpg', false], ['jpeg-progressive.jpg', false], ['jpeg-rgb.jpg', false],
    ['jpeg-one-pixel.jpg', false], ['jpeg-one-wide.jpg', false],
  ])('%s: decodes it itself: %s', (file, own) => {
    const bytes = readFileSync(join(imageFixtures, file));
    const all = windowOf(bytes, whole);
    expect(all !== null).toBe(own);
    if (all !== null) expect(sha256(all.data)).toBe(sha256(decodeImage(bytes).data));
  });
});
