import { describe, expect, it } from 'vitest';
import { at } from '../../../src/shared/at';
import { readJpegHeader } from '../../../src/engine/core/images/jpeg-header';
import { decodeImage } from '../../../src/engine/runtime/decode/decode-image';
import { makeCode } from '../../../tools/bench/jpeg-code';
import { encodeJpeg } from '../../../tools/bench/jpeg-encoder';
import { drawScene, jpegFiles } from '../../../tools/bench/jpeg-pictures';

function meanError(a: Uint8Array, b: Uint8Array): number {
  return a.reduce((sum, value, index) => sum + Math.abs(value - at(b, index)), 0) / a.length;
}

describe('encodeJpeg', () => {
  const scene = drawScene(70, 45, 3);

  it.each([['4:4:4', 2], ['4:2:2', 6], ['4:2:0', 7]] as const)('writes a picture that libjpeg reads again, %s', (subsampling, most) => {
    const decoded = decodeImage(encodeJpeg(scene, { quality: 98, subsampling, restartInterval: 4 }));
    expect([decoded.width, decoded.height]).toEqual([70, 45]);
    expect(meanError(decoded.data, scene.data)).toBeLessThan(most);
  });

  it('writes fewer bytes and more error for less quality', () => {
    const [rough, fine] = [30, 95].map((quality) => encodeJpeg(scene, { quality, subsampling: '4:4:4' }));
    if (rough === undefined || fine === undefined) throw new Error('nothing was encoded');
    expect(rough.length).toBeLessThan(fine.length / 2);
    expect(meanError(decodeImage(rough).data, scene.data)).toBeGreaterThan(meanError(decodeImage(fine).data, scene.data));
  });
});

it('limits words to 16 bits and keeps them free of prefixes, however unlike the frequencies', () => {
  // Each symbol as often as all rarer ones together: without the limit the words would be 1, 2, 3, ... 20 bits long.
  const stream = Array.from({ length: 18 }, (_, symbol) => Array.from({ length: 2 ** symbol }, () => symbol)).flat();
  const { counts, symbols, lengths } = makeCode(stream);
  expect(symbols.length).toBe(18);
  expect(counts.reduce((sum, count) => sum + count, 0)).toBe(18);
  // Room is left for the word of ones alone.
  expect(counts.reduce((sum, count, index) => sum + count * 2 ** (15 - index), 0)).toBeLessThan(2 ** 16);
  expect(at(lengths, 17)).toBeLessThan(at(lengths, 0));
});

it('draws files like ImageNet’s', () => {
  const [file] = jpegFiles(1);
  if (file === undefined) throw new Error('no file');
  expect(readJpegHeader(file)).toMatchObject({ width: 500, height: 375, components: 3 });
  expect(file.length).toBeGreaterThan(60_000);
  expect(file.length).toBeLessThan(200_000);
});
