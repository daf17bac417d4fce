import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pairedDifference } from '../../../../src/engine/core/metrics/paired-difference';
import { wilsonInterval } from '../../../../src/engine/core/metrics/wilson-interval';

const rounded = (interval: readonly number[], digits: number) => interval.map((x) => Number(x.toFixed(digits)));

describe('wilsonInterval', () => {
  // Newcombe 1998, Statistics in Medicine 17:857, table I, method 3.
  it.each([
    [81, 263, [0.2553, 0.3662]],
    [15, 148, [0.0624, 0.1605]],
    [0, 20, [0, 0.1611]],
    [1, 29, [0.0061, 0.1718]],
  ] as const)('%i of %i as published', (successes, trials, expected) => {
    expect(rounded(wilsonInterval(successes, trials), 4)).toEqual(expected);
  });

  it('is the set of proportions that the score test does not reject', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 3000 }), fc.double({ min: 0, max: 1, noNaN: true }), (trials, share) => {
        const successes = Math.round(share * trials);
        for (const end of wilsonInterval(successes, trials)) {
          if (end === 0 || end === 1) continue;
          const score = Math.abs(successes / trials - end) / Math.sqrt((end * (1 - end)) / trials);
          expect(score).toBeCloseTo(1.959963984540054, 6);
        }
      }),
    );
  });

  it('mirrors and reaches the ends', () => {
    const [low, high] = wilsonInterval(30, 100);
    const [mirrorLow, mirrorHigh] = wilsonInterval(70, 100);
    expect(1 - mirrorHigh).toBeCloseTo(low, 12);
    expect(1 - mirrorLow).toBeCloseTo(high, 12);
    expect(wilsonInterval(9, 9)[1]).toBe(1);
    expect(wilsonInterval(0, 9)[0]).toBe(0);
    expect(() => wilsonInterval(0, 0)).toThrow('no proportion');
  });
});

describe('pairedDifference', () => {
  it('gives the published example of airway hyper-responsiveness (Fagerland, Lydersen, Laake 2014)', () => {
    const { difference, interval } = pairedDifference({ both: 1, onlyA: 1, onlyB: 7, neither: 12 });
    expect(difference).toBeCloseTo(-6 / 21, 12);
    expect(rounded(interval, 3)).toEqual([-0.507, -0.026]);
  });

  it('gives the published example of Altman et al. 2000, table 6.2', () => {
    const { interval } = pairedDifference({ both: 14, onlyA: 5, onlyB: 0, neither: 22 });
    expect(rounded(interval, 2)).toEqual([0.01, 0.23]);
  });

  const counts = fc.nat({ max: 5000 });
  const pairs = fc
    .record({ both: counts, onlyA: counts, onlyB: counts, neither: counts })
    .filter(({ both, onlyA, onlyB, neither }) => both + onlyA + onlyB + neither > 0);

  it('contains the difference, stays within -1..1 and mirrors when A and B swap', () => {
    fc.assert(
      fc.property(pairs, (p) => {
        const { difference, interval } = pairedDifference(p);
        expect(interval[0]).toBeLessThanOrEqual(difference);
        expect(interval[1]).toBeGreaterThanOrEqual(difference);
        expect(interval[0]).toBeGreaterThanOrEqual(-1 - 1e-12);
        expect(interval[1]).toBeLessThanOrEqual(1 + 1e-12);
        const swapped = pairedDifference({ ...p, onlyA: p.onlyB, onlyB: p.onlyA });
        expect(swapped.interval[0]).toBeCloseTo(-interval[1], 10);
        expect(swapped.interval[1]).toBeCloseTo(-interval[0], 10);
      }),
    );
  });

  it('covers the true difference about 95 times in 100', () => {
    // Exhaustive over a small trinomial: coverage is a sum of probabilities, no sampling.
    const n = 30;
    const truth = { a: 0.1, b: 0.05, both: 0.6 };
    const logFact = [0];
    for (let i = 1; i <= n; i++) logFact.push((logFact[i - 1] ?? 0) + Math.log(i));
    const lf = (k: number) => logFact[k] ?? NaN;
    let covered = 0;
    for (let onlyA = 0; onlyA <= n; onlyA++) {
      for (let onlyB = 0; onlyA + onlyB <= n; onlyB++) {
        for (let both = 0; onlyA + onlyB + both <= n; both++) {
          const neither = n - onlyA - onlyB - both;
          const rest = 1 - truth.a - truth.b - truth.both;
          const log = lf(n) - lf(onlyA) - lf(onlyB) - lf(both) - lf(neither);
          const p = Math.exp(log + onlyA * Math.log(truth.a) + onlyB * Math.log(truth.b) + both * Math.log(truth.both) + neither * Math.log(rest));
          const { interval } = pairedDifference({ both, onlyA, onlyB, neither });
          if (interval[0] <= truth.a - truth.b && truth.a - truth.b <= interval[1]) covered += p;
        }
      }
    }
    expect(covered).toBeGreaterThan(0.94);
    expect(covered).toBeLessThan(0.99);
  });
});
