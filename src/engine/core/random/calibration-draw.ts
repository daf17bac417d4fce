import { createMt19937 } from './mt19937';

/**
 * Indices of the calibration images that the reference implementation draws: the first `count` entries of its
 * shuffled loader over a data set of `size` images (class folders sorted by name, files sorted by name).
 *
 * The loader's sampler takes a 64-bit number from a generator seeded with `seed` to seed its own; one number before
 * it goes to the loader's workers and is thrown away. Of a 64-bit number only the low 32 bits, the second output,
 * reach the new generator. The shuffle is Fisher-Yates from the front, so `count` steps are enough: the rest of
 * the permutation is never built, whatever the size of the data set.
 *
 * @param size number of images, 1 .. 2^32 - 1
 * @param count how many are wanted; at most `size` come back
 * @throws Error when `size`, `count` or `seed` is not a whole number in range
 */
export function calibrationDraw(size: number, count: number, seed: number): number[] {
  requireWhole('data-set size', size, 0xffffffff);
  requireWhole('calibration images', count, 0xffffffff);
  requireWhole('seed', seed, Number.MAX_SAFE_INTEGER);

  const source = createMt19937(seed % 2 ** 32);
  for (let discarded = 0; discarded < 3; discarded++) source.u32();
  const shuffle = createMt19937(source.u32());

  const moved = new Map<number, number>();
  const drawn: number[] = [];
  const steps = Math.min(count, size);
  for (let i = 0; i < steps; i++) {
    const j = i + (i < size - 1 ? shuffle.u32() % (size - i) : 0);
    const atJ = moved.get(j) ?? j;
    moved.set(j, moved.get(i) ?? i);
    drawn.push(atJ);
  }
  return drawn;
}

function requireWhole(what: string, value: number, most: number): void {
  if (!Number.isInteger(value) || value < 0 || value > most) {
    throw new Error(`${what}: expected a whole number from 0 to ${most}, got ${value}`);
  }
}
