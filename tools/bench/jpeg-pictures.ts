/** JPEG files as ImageNet has them: about 500 x 375 pixels, quality 90 to 96, chroma whole or halved, about 100 KB each. Drawn in code, the same ones every time. */
import type { Picture } from '../../src/engine/core/images/picture';
import { createRandom } from '../../src/engine/core/random/random';
import { encodeJpeg } from './jpeg-encoder';

const sizes = [[500, 375], [375, 500], [500, 333], [480, 360]] as const;
const qualities = [96, 90, 94, 92] as const;

/** `count` different files. */
export function jpegFiles(count: number): Uint8Array[] {
  return Array.from({ length: count }, (_, seed) => {
    const [width, height] = sizes[seed % sizes.length] ?? sizes[0];
    return encodeJpeg(drawScene(width, height, seed), { quality: qualities[seed % qualities.length] ?? 92, subsampling: seed % 3 === 2 ? '4:2:0' : '4:4:4' });
  });
}

/** Structure at every scale, the finer the fainter, as photographs have: their spectrum decides how many bits a JPEG takes. */
export function drawScene(width: number, height: number, seed: number): Picture {
  const random = createRandom(seed + 101);
  const sums = new Float64Array(width * height * 3).fill(128);
  for (let cell = 128; cell >= 1; cell /= 2) addOctave(sums, width, height, cell, 9 * cell ** 0.45, random.normal);
  return { width, height, data: Uint8Array.from(sums, (value) => Math.max(0, Math.min(255, Math.round(value)))) };
}

/** Random values on a lattice of `cell` pixels, interpolated between; the channels share two thirds of them. */
function addOctave(sums: Float64Array, width: number, height: number, cell: number, size: number, normal: () => number): void {
  const across = Math.ceil(width / cell) + 1;
  const down = Math.ceil(height / cell) + 1;
  const lattice = new Float64Array(across * down * 3);
  for (let i = 0; i < lattice.length; i += 3) {
    const shared = normal();
    for (let channel = 0; channel < 3; channel++) lattice[i + channel] = size * (0.9 * shared + 0.4 * (cell < 4 ? 0.3 : 1) * normal());
  }
  for (let y = 0; y < height; y++) {
    const top = Math.floor(y / cell);
    const v = y / cell - top;
    for (let x = 0; x < width; x++) {
      const left = Math.floor(x / cell);
      const u = x / cell - left;
      for (let channel = 0; channel < 3; channel++) {
        const value = (row: number, column: number): number => lattice[((top + row) * across + left + column) * 3 + channel] ?? 0;
        const i = (y * width + x) * 3 + channel;
        sums[i] = (sums[i] ?? 0) + (1 - v) * ((1 - u) * value(0, 0) + u * value(0, 1)) + v * ((1 - u) * value(1, 0) + u * value(1, 1));
      }
    }
  }
}
