/** Prepared pixels without files, for rows that leave decoding out. */
import type { ModelStructure } from '../../src/engine/core/graph/types';
import { createRandom } from '../../src/engine/core/random/random';

/** `count` images [channels, height, width] each, about standard normal, always the same. */
export function randomPixels({ channels, height, width }: ModelStructure['input'], count: number): Float32Array[] {
  const random = createRandom(11);
  return Array.from({ length: count }, () => Float32Array.from({ length: channels * height * width }, () => (random.uniform() - 0.5) * 3.4));
}
