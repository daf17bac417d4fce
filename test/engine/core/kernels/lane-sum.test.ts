import { describe, expect, it } from 'vitest';
import { laneSum } from '../../../../src/engine/core/kernels/lane-sum';
import { createRandom } from '../../../../src/engine/core/random/random';

describe('laneSum', () => {
  it.each([0, 1, 7, 8, 31, 32, 96, 100, 384, 768, 1536, 5000])('sums %i numbers to float32 precision', (length) => {
    const random = createRandom(length);
    const x = Float32Array.from({ length }, () => random.uniform());
    const expected = x.reduce((sum, value) => sum + value, 0);
    expect(Math.abs(laneSum(x) - expected)).toBeLessThanOrEqual(expected * 1e-6);
  });

  it('adds each element once', () => {
    for (const length of [5, 8, 40, 520, 544, 777]) {
      for (let i = 0; i < length; i += 13) {
        const x = new Float32Array(length);
        x[i] = 3;
        expect(laneSum(x)).toBe(3);
      }
    }
  });
});
