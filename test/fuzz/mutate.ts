/** Damage as files take it: flipped bits, wrong lengths, parts missing, doubled or from elsewhere. Every case follows from one number. */
import { createRandom } from '../../src/engine/core/random/random';

export interface Dice {
  /** A whole number from 0 to below `count`. */
  below(count: number): number;
}

export function dice(seed: number): Dice {
  const random = createRandom(seed);
  return { below: (count) => random.int(count) };
}

const sharpBytes = [0x00, 0x01, 0x7f, 0x80, 0xff];
const sharpWords = [0n, 1n, 0x7fffffffn, 0x80000000n, 0xffffffffn, 0x7fffffffffffffffn, 0x8000000000000000n, 0xffffffffffffffffn];

/** A copy of `seed` with one to eight damages; `other` gives foreign parts. */
export function mutate(seed: Uint8Array, other: Uint8Array, chance: Dice): Uint8Array {
  let bytes: Uint8Array = Uint8Array.from(seed);
  for (let count = 1 + chance.below(8); count > 0; count--) bytes = damage(bytes, other, chance);
  return bytes;
}

function damage(bytes: Uint8Array, other: Uint8Array, chance: Dice): Uint8Array {
  if (bytes.length === 0) return other.slice(0, 1 + chance.below(64));
  // Heads decide more than bodies.
  const at = chance.below(2) === 0 ? chance.below(Math.min(bytes.length, 512)) : chance.below(bytes.length);
  const length = 1 + chance.below(Math.min(bytes.length - at, 1 << chance.below(12)));
  switch (chance.below(7)) {
    case 0: bytes[at] = (bytes[at] ?? 0) ^ (1 << chance.below(8)); return bytes;
    case 1: bytes[at] = sharpBytes[chance.below(sharpBytes.length)] ?? 0; return bytes;
    case 2: {
      if (at + 8 <= bytes.length) new DataView(bytes.buffer).setBigUint64(at, sharpWords[chance.below(sharpWords.length)] ?? 0n, chance.below(2) === 0);
      return bytes;
    }
    case 3: return bytes.slice(0, at);
    case 4: return joined(bytes.subarray(0, at), bytes.subarray(at + length));
    case 5: return joined(bytes.subarray(0, at + length), bytes.subarray(at));
    default: {
      const from = chance.below(Math.max(1, other.length));
      return joined(bytes.subarray(0, at), other.subarray(from, from + length), bytes.subarray(at));
    }
  }
}

function joined(...parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
