/** Prepared pixels without files, for rows that leave decoding out. */
import { at } from '../../src/shared/at';
import type { ModelStructure } from '../../src/engine/core/graph/types';
import { createRandom } from '../../src/engine/core/random/random';

/** `count` images [channels, height, width] each, about standard normal, always the same. */
export function randomPixels({ channels, height, width }: ModelStructure['input'], count: number): Float32Array[] {
  const random = createRandom(11);
  return Array.from({ length: count }, () => Float32Array.from({ length: channels * height * width }, () => (random.uniform() - 0.5) * 3.4));
}

/** Images of one size as one array, one after another. */
export function together(images: readonly Float32Array[]): Float32Array {
  const size = at(images, 0).length;
  const whole = new Float32Array(images.length * size);
  for (const [index, image] of images.entries()) whole.set(image, index * size);
  return whole;
}
