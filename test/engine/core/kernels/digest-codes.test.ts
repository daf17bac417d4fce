import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { digestCodes } from '../../../../src/engine/core/kernels/digest-codes';

/** The definition, byte by byte: words are four codes, little end first, the last one filled with zeros; word i belongs to lane i mod 16. */
function slowDigest(codes: readonly number[], seed: number): number {
  const step = (hash: number, word: number): number => Number(BigInt.asUintN(32, BigInt((hash ^ word) >>> 0) * 0x01000193n));
  const lanes = Array.from({ length: 16 }, (_, lane) => (((seed ^ 0x811c9dc5) >>> 0) + lane) % 2 ** 32);
  for (let i = 0; i < codes.length; i += 4) {
    let word = 0;
    for (let k = 3; k >= 0; k--) word = word * 256 + (codes[i + k] ?? 0);
    const lane = (i / 4) % 16;
    lanes[lane] = step(lanes[lane] ?? NaN, word);
  }
  return lanes.reduce(step, 0x811c9dc5);
}

describe('digestCodes', () => {
  it('equals its definition whatever lies behind the codes', () => {
    fc.assert(fc.property(fc.array(fc.nat(16), { maxLength: 300 }), fc.nat(255), fc.nat(0xffffffff), (codes, rest, seed) => {
      const buffer = new Uint8Array(Math.ceil(codes.length / 4) * 4 + 4).fill(rest);
      buffer.set(codes);
      expect(digestCodes(buffer, codes.length, seed)).toBe(slowDigest(codes, seed));
    }));
  });

  it('sees one code that moved by one', () => {
    const codes = Uint8Array.from({ length: 400 }, (_, i) => i % 17);
    const before = digestCodes(codes, 400, 0);
    codes[201] = 16;
    expect(digestCodes(codes, 400, 0)).not.toBe(before);
  });
});
