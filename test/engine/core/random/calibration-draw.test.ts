import { describe, expect, it } from 'vitest';
import { calibrationDraw } from '../../../../src/engine/core/random/calibration-draw';
import { createMt19937 } from '../../../../src/engine/core/random/mt19937';
import draws from '../../../fixtures/calibration-draws.json';

/** The whole permutation, step by step as numerics.md describes it. */
function slowDraw(size: number, count: number, seed: number): number[] {
  const source = createMt19937(seed);
  const int64 = () => ((BigInt(source.u32()) << 32n) | BigInt(source.u32())) & ((1n << 63n) - 1n);
  int64();
  const shuffle = createMt19937(Number(int64() & 0xffffffffn));
  const all = Array.from({ length: size }, (_, i) => i);
  for (let i = 0; i < size - 1; i++) {
    const j = i + (shuffle.u32() % (size - i));
    [all[i], all[j]] = [all[j] ?? -1, all[i] ?? -1];
  }
  return all.slice(0, count);
}

describe('MT19937', () => {
  it('gives the published first outputs of seed 5489 and the 10,000th', () => {
    const generator = createMt19937(5489);
    const outputs = Array.from({ length: 10000 }, () => generator.u32());
    expect(outputs.slice(0, 3)).toEqual([3499211612, 581869302, 3890346734]);
    expect(outputs[9999]).toBe(4123659995);
  });
});

describe('calibrationDraw', () => {
  it.each(draws.map((c) => [`${c.dataset_size} images, seed ${c.seed}`, c] as const))('%s', (_, c) => {
    expect(calibrationDraw(c.dataset_size, c.batch_size, c.seed)).toEqual(c.indices);
  });

  it.each([1, 2, 3, 31, 32, 33, 500])('is the front of the whole shuffle of %i images', (size) => {
    for (const seed of [0, 1, 12345, 4294967295]) {
      expect(calibrationDraw(size, 32, seed)).toEqual(slowDraw(size, 32, seed));
    }
  });

  it('is a permutation when everything is drawn', () => {
    const drawn = calibrationDraw(777, 10000, 3);
    expect([...drawn].sort((a, b) => a - b)).toEqual(Array.from({ length: 777 }, (_, i) => i));
  });

  it('names a bad argument', () => {
    expect(() => calibrationDraw(-1, 32, 0)).toThrow('data-set size');
    expect(() => calibrationDraw(10, 1.5, 0)).toThrow('calibration images');
    expect(() => calibrationDraw(10, 1, -3)).toThrow('seed');
  });
});
