/** Seeded random numbers for random-weight models, repeats with noise and seeded subsets. */
export interface Random {
  /** Uniform in [0, 1), 53 bits. */
  uniform(): number;
  /** Standard normal. */
  normal(): number;
  /** Whole number, uniform in 0 .. n - 1, n <= 2^32; without modulo bias. */
  int(n: number): number;
}

/**
 * A small fast generator (xoshiro128**, Blackman and Vigna), its state filled from `seed` by a 32-bit mixer.
 * The same seed gives the same stream on every platform; it has nothing to do with the reference's draws
 * (see `calibrationDraw`).
 */
export function createRandom(seed: number): Random {
  let mixed = (seed % 2 ** 32) >>> 0;
  function mix(): number {
    mixed = (mixed + 0x9e3779b9) >>> 0;
    let z = mixed;
    z = Math.imul(z ^ (z >>> 16), 0x85ebca6b);
    z = Math.imul(z ^ (z >>> 13), 0xc2b2ae35);
    return (z ^ (z >>> 16)) | 0;
  }
  let a = mix() ^ Math.floor(seed / 2 ** 32);
  let b = mix();
  let c = mix();
  let d = mix() | 1;

  function u32(): number {
    const product = Math.imul(b, 5);
    const result = Math.imul((product << 7) | (product >>> 25), 9) >>> 0;
    const shifted = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= shifted;
    d = (d << 11) | (d >>> 21);
    return result;
  }

  function uniform(): number {
    return ((u32() >>> 5) * 67108864 + (u32() >>> 6)) / 9007199254740992;
  }

  // Box-Muller gives two values at a time; the second one waits here.
  let spare = NaN;
  function normal(): number {
    if (!Number.isNaN(spare)) {
      const value = spare;
      spare = NaN;
      return value;
    }
    const radius = Math.sqrt(-2 * Math.log(1 - uniform()));
    const angle = 2 * Math.PI * uniform();
    spare = radius * Math.sin(angle);
    return radius * Math.cos(angle);
  }

  function int(n: number): number {
    if (!Number.isInteger(n) || n < 1 || n > 2 ** 32) throw new Error(`int(n): expected n from 1 to 2^32, got ${n}`);
    const limit = 2 ** 32 - (2 ** 32 % n);
    let value = u32();
    while (value >= limit) value = u32();
    return value % n;
  }

  return { uniform, normal, int };
}
