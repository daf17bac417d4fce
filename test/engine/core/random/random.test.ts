import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../../src/engine/core/random/random';

describe('createRandom', () => {
  it('repeats itself for one seed and differs between seeds', () => {
    const draw = (seed: number) => {
      const random = createRandom(seed);
      return [random.uniform(), random.normal(), random.int(1000), random.uniform()];
    };
    expect(draw(7)).toEqual(draw(7));
    for (const other of [0, 6, 8, 2 ** 32 + 7]) expect(draw(other)).not.toEqual(draw(7));
  });

  it('gives uniform numbers in [0, 1) with mean 1/2 and variance 1/12', () => {
    const random = createRandom(1);
    const values = Array.from({ length: 200000 }, () => random.uniform());
    const mean = values.reduce((a, b) => a + b) / values.length;
    const variance = values.reduce((a, b) => a + (b - mean) ** 2, 0) / values.length;
    expect(Math.min(...values.slice(0, 1000))).toBeGreaterThanOrEqual(0);
    expect(values.every((x) => x < 1)).toBe(true);
    expect(mean).toBeCloseTo(0.5, 2);
    expect(variance).toBeCloseTo(1 / 12, 2);
  });

  it('gives normal numbers with the first four moments of a normal', () => {
    const random = createRandom(2);
    const sums = [0, 0, 0, 0];
    const n = 400000;
    for (let i = 0; i < n; i++) {
      const x = random.normal();
      for (let power = 0; power < 4; power++) sums[power] = (sums[power] ?? 0) + x ** (power + 1) / n;
    }
    [0, 1, 0, 3].forEach((moment, i) => expect(Math.abs((sums[i] ?? NaN) - moment)).toBeLessThan(0.05));
  });

  it('gives each whole number equally often', () => {
    const random = createRandom(3);
    const counts = new Array<number>(7).fill(0);
    for (let i = 0; i < 70000; i++) {
      const value = random.int(7);
      counts[value] = (counts[value] ?? 0) + 1;
    }
    for (const count of counts) expect(Math.abs(count - 10000)).toBeLessThan(500);
    expect(() => random.int(0)).toThrow('int(n)');
  });
});
