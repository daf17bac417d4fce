import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { balancedSubset } from '../../../../src/engine/core/random/balanced-subset';

const cases = fc.record({
  labels: fc.array(fc.integer({ min: -1, max: 6 }), { maxLength: 60 }),
  seed: fc.nat(),
});

describe('balancedSubset', () => {
  it('is nested: a limit adds images and drops none', () => {
    fc.assert(
      fc.property(cases, fc.nat({ max: 70 }), ({ labels, seed }, limit) => {
        const fewer = balancedSubset(labels, limit, seed);
        const more = balancedSubset(labels, limit + 1, seed);
        expect(more.slice(0, fewer.length)).toEqual(fewer);
        expect(new Set(more).size).toBe(Math.min(limit + 1, labels.length));
      }),
    );
  });

  it('is balanced: no class is two ahead of one that still has images', () => {
    fc.assert(
      fc.property(cases, fc.nat({ max: 70 }), ({ labels, seed }, limit) => {
        const left = new Map<number, number>();
        for (const label of labels) left.set(label, (left.get(label) ?? 0) + 1);
        const taken = new Map<number, number>();
        for (const image of balancedSubset(labels, limit, seed)) {
          const label = labels[image] ?? NaN;
          taken.set(label, (taken.get(label) ?? 0) + 1);
        }
        const most = Math.max(0, ...taken.values());
        for (const [label, available] of left) {
          expect(taken.get(label) ?? 0).toBeGreaterThanOrEqual(Math.min(available, most - 1));
        }
      }),
    );
  });

  it('depends on the seed and on nothing else', () => {
    const labels = Int32Array.from({ length: 300 }, (_, i) => i % 7);
    expect(balancedSubset(labels, 50, 1)).toEqual(balancedSubset([...labels], 50, 1));
    expect(balancedSubset(labels, 50, 1)).not.toEqual(balancedSubset(labels, 50, 2));
  });

  it('refuses a limit that is no count', () => {
    expect(() => balancedSubset([0], -1, 0)).toThrow('limit');
  });
});
