import { describe, expect, it } from 'vitest';
import { floatBits } from '../../../../src/engine/core/kernels/float-bits';
import { buildLevelTable } from '../../../../src/engine/core/kernels/level-table';
import { planMap, type MapPlan } from '../../../../src/engine/core/kernels/map-plan';
import { logSchemes } from '../../../../src/engine/core/quantizers/scheme-table';

function planOf(id: string, delta: number, aBits = 4): MapPlan | null {
  const scheme = logSchemes.find((row) => row.id === id);
  if (!scheme) throw new Error(id);
  const levels = scheme.levels(delta, aBits);
  return planMap(buildLevelTable((x) => scheme.codeOf(x, delta, aBits), levels), [levels]);
}

describe('planMap', () => {
  it('finds what is behind each scheme', () => {
    expect(planOf('BitLog2_Single_16', 30000)).toEqual({ kind: 'octaves', low: floatBits(2 ** -16), high: floatBits(1) - 1, scale: Math.fround(2 ** 126 / 30000) });
    expect(planOf('BitLog2_Single_17', 30000)).toMatchObject({ kind: 'octaves', low: floatBits(2 ** -17) });
    expect(planOf('BitLog2_Half_16', 214)).toMatchObject({ kind: 'halves', range: 256, divisor: 214 });
    expect(planOf('BitLog2_Half_17', 327)).toMatchObject({ kind: 'halves', range: 384, divisor: 327 });
    expect(planOf('Sqrt2_17', 0.9)).toMatchObject({ kind: 'steps', gap: false });
    expect(planOf('Sqrt2_16', 0.9)).toMatchObject({ kind: 'steps', gap: true });
  });

  it('takes a product for a quotient only where they are equal at every level', () => {
    const factors = Array.from({ length: 256 }, (_, i) => i + 100).map((delta) => {
      const plan = planOf('BitLog2_Half_17', delta);
      if (plan?.kind !== 'halves') throw new Error(`no plan for ${delta}`);
      if (plan.factor !== null) for (const level of [1, 3, 6, 192, 256]) expect(Math.fround(level * plan.factor)).toBe(Math.fround(level / delta));
      else expect([3, 6, 192].some((level) => Math.fround(level * Math.fround(1 / delta)) !== Math.fround(level / delta))).toBe(true);
      return plan.factor;
    });
    expect(factors.some((factor) => factor === null)).toBe(true);
    expect(factors.some((factor) => factor !== null)).toBe(true);
  });

  it('has none for more than 17 levels, nor where the shortcuts do not hold', () => {
    expect(planOf('Sqrt2_17', 0.9, 5)).toBeNull();
    expect(planOf('Sqrt2_17', Math.fround(1e-38))).toBeNull();
    expect(planOf('BitLog2_Single_17', Math.fround(3e38))).toBeNull();
    const levels = Float32Array.of(0, 1, 2, 3);
    const uneven = buildLevelTable((x) => (x >= 0.9 ? 3 : x >= 0.7 ? 2 : x >= 0.1 ? 1 : 0), levels);
    expect(planMap(uneven, [levels])).toBeNull();
    const ladder = buildLevelTable((x) => (x >= 0.5 ? 3 : x >= 0.25 ? 2 : x >= 0.125 ? 1 : 0), levels);
    // The steps are those of octaves, the levels are not.
    expect(planMap(ladder, [levels])).toBeNull();
    expect(planMap(ladder, [Float32Array.of(0, 1, 2, 4)])).toMatchObject({ kind: 'octaves' });
    expect(planMap(ladder, [Float32Array.of(1, 1, 2, 4)])).toBeNull();
  });
});
