import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { holmAdjust } from '../../../../src/engine/core/metrics/holm';
import { imagesNeeded } from '../../../../src/engine/core/metrics/images-needed';
import { logFactorial, mcnemarExact } from '../../../../src/engine/core/metrics/mcnemar';

/** Exact rational arithmetic. */
function slowMcnemar(onlyA: number, onlyB: number): number {
  const n = onlyA + onlyB;
  let choose = 1n;
  let tail = 0n;
  for (let i = 0; i <= Math.min(onlyA, onlyB); i++) {
    tail += choose;
    choose = (choose * BigInt(n - i)) / BigInt(i + 1);
  }
  const scale = 10n ** 18n;
  return Math.min(1, Number((2n * tail * scale) / 2n ** BigInt(n)) / 1e18);
}

describe('mcnemarExact', () => {
  it('gives the published exact p values', () => {
    expect(mcnemarExact(1, 7)).toBeCloseTo(0.0703125, 12);
    expect(mcnemarExact(6, 16)).toBeCloseTo(0.0524788, 7);
    expect(mcnemarExact(5, 0)).toBeCloseTo(0.0625, 12);
  });

  it('equals exact arithmetic', () => {
    fc.assert(
      fc.property(fc.nat({ max: 400 }), fc.nat({ max: 400 }), (a, b) => {
        expect(Math.abs(mcnemarExact(a, b) - slowMcnemar(a, b))).toBeLessThan(1e-11);
      }),
    );
  });

  it('is stable for 50,000 discordant images', () => {
    // Far from the tails the normal approximation with continuity correction is close.
    expect(mcnemarExact(24800, 25200)).toBeCloseTo(0.0744, 3);
    expect(mcnemarExact(24000, 26000)).toBeGreaterThan(0);
    expect(mcnemarExact(24000, 26000)).toBeLessThan(1e-15);
    expect(mcnemarExact(0, 50000)).toBe(0);
    expect(mcnemarExact(25000, 25000)).toBe(1);
    expect(mcnemarExact(0, 0)).toBe(1);
  });

  it('takes factorials to full precision', () => {
    let sum = 0;
    for (let n = 1; n <= 2000; n++) {
      sum += Math.log(n);
      expect(Math.abs(logFactorial(n) - sum)).toBeLessThan(1e-12 * Math.max(1, sum));
    }
  });
});

describe('holmAdjust', () => {
  it('gives a worked example in the given order', () => {
    expect(holmAdjust([0.01, 0.04, 0.03, 0.005]).map((p) => Number(p.toFixed(6)))).toEqual([0.03, 0.06, 0.06, 0.02]);
  });

  it('never lowers a p, keeps their order, stays within 1 and rejects as the step-down rule does', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 12 }), (ps) => {
        const adjusted = holmAdjust(ps);
        const rejected = new Set<number>();
        const order = ps.map((p, i) => ({ p, i })).sort((a, b) => a.p - b.p);
        for (const [rank, { p, i }] of order.entries()) {
          if ((ps.length - rank) * p > 0.05) break;
          rejected.add(i);
        }
        adjusted.forEach((p, i) => {
          expect(p).toBeGreaterThanOrEqual(ps[i] ?? NaN);
          expect(p).toBeLessThanOrEqual(1);
          expect(p <= 0.05).toBe(rejected.has(i));
        });
      }),
    );
  });
});

describe('imagesNeeded', () => {
  it('follows the published formula', () => {
    // Discordance 0.1 + 0.05: (1.96 sqrt(0.15) + 0.8416 sqrt(0.15 - 0.0025))^2 / 0.0025.
    expect(imagesNeeded(100, 50, 1000)).toBe(469);
    expect(imagesNeeded(50, 100, 1000)).toBe(469);
  });

  it('falls with the difference and is unknown without one', () => {
    expect(imagesNeeded(20, 20, 1000)).toBeNull();
    expect(imagesNeeded(0, 0, 1000)).toBeNull();
    const small = imagesNeeded(55, 45, 1000) ?? NaN;
    const large = imagesNeeded(80, 20, 1000) ?? NaN;
    expect(small).toBeGreaterThan(large);
  });
});
