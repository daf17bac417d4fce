const STATE_WORDS = 624;
const SHIFT = 397;
const UPPER = 0x80000000;
const LOWER = 0x7fffffff;
const TWIST = 0x9908b0df;

/** A stream of 32-bit numbers. */
export interface Mt19937 {
  /** The next output, 0 .. 2^32 - 1. */
  u32(): number;
}

/**
 * MT19937 of Matsumoto and Nishimura (1998), seeded by `init_genrand` with the low 32 bits of `seed`.
 * It is the generator of the reference implementation, so its calibration images can be drawn again.
 */
export function createMt19937(seed: number): Mt19937 {
  const state = new Uint32Array(STATE_WORDS);
  state[0] = seed >>> 0;
  for (let i = 1; i < STATE_WORDS; i++) {
    const previous = state[i - 1] ^ (state[i - 1] >>> 30);
    state[i] = Math.imul(1812433253, previous) + i;
  }
  let next = STATE_WORDS;

  function regenerate(): void {
    for (let i = 0; i < STATE_WORDS; i++) {
      const y = (state[i] & UPPER) | (state[(i + 1) % STATE_WORDS] & LOWER);
      state[i] = state[(i + SHIFT) % STATE_WORDS] ^ (y >>> 1) ^ (y & 1 ? TWIST : 0);
    }
    next = 0;
  }

  return {
    u32() {
      if (next === STATE_WORDS) regenerate();
      let y = state[next++];
      y ^= y >>> 11;
      y ^= (y << 7) & 0x9d2c5680;
      y ^= (y << 15) & 0xefc60000;
      y ^= y >>> 18;
      return y >>> 0;
    },
  };
}
