import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { attentionDamage } from '../../../../src/engine/core/metrics/attention-damage';
import { crossEntropy } from '../../../../src/engine/core/metrics/cross-entropy';
import { errorFigures } from '../../../../src/engine/core/metrics/error-figures';
import { topK } from '../../../../src/engine/core/metrics/top-k';
import { createRandom } from '../../../../src/engine/core/random/random';

describe('topK', () => {
  it('equals a stable sort', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -4, max: 4 }), { maxLength: 30 }), fc.nat({ max: 10 }), (list, k) => {
        const values = Float32Array.from(list);
        const expected = list.map((value, i) => ({ value, i })).sort((a, b) => b.value - a.value || a.i - b.i);
        expect([...topK(values, k)]).toEqual(expected.slice(0, k).map(({ i }) => i));
      }),
    );
  });

  it('puts NaN last wherever it stands', () => {
    expect([...topK(Float32Array.of(NaN, 1, 3), 3)]).toEqual([2, 1, 0]);
    expect([...topK(Float32Array.of(1, NaN, 3), 2)]).toEqual([2, 0]);
  });
});

describe('crossEntropy', () => {
  it('gives known values', () => {
    expect(crossEntropy(Float32Array.of(0, 0, 0, 0), 2)).toBeCloseTo(Math.log(4), 12);
    expect(crossEntropy(Float32Array.of(1, 2, 3), 0)).toBeCloseTo(2.4076059644, 8);
  });

  it('neither overflows nor underflows', () => {
    expect(crossEntropy(Float32Array.of(1000, 0), 0)).toBe(0);
    expect(crossEntropy(Float32Array.of(1000, 0), 1)).toBe(1000);
    expect(() => crossEntropy(Float32Array.of(1), 1)).toThrow(RangeError);
  });
});

describe('errorFigures', () => {
  it('gives known values', () => {
    const { sqnrDb, relativeL2, cosine } = errorFigures(Float32Array.of(3, 4), Float32Array.of(3, 4.5));
    expect(relativeL2).toBeCloseTo(0.1, 12);
    expect(sqnrDb).toBeCloseTo(20, 10);
    expect(cosine).toBeCloseTo((9 + 18) / (5 * Math.sqrt(9 + 20.25)), 12);
    expect(errorFigures(Float32Array.of(1, 0), Float32Array.of(0, 1)).cosine).toBe(0);
  });

  it('has an answer for equal tensors and for zeros', () => {
    expect(errorFigures(Float32Array.of(0, 0), Float32Array.of(0, 0))).toEqual({ sqnrDb: null, relativeL2: 0, cosine: 1 });
    expect(errorFigures(Float32Array.of(0), Float32Array.of(1)).relativeL2).toBe(Number.MAX_VALUE);
    expect(() => errorFigures(new Float32Array(2), new Float32Array(3))).toThrow('3 values against 2');
  });
});

describe('attentionDamage', () => {
  const geometry = { windows: 2, heads: 3, tokens: 9 };
  const random = createRandom(1);
  const float = new Float32Array(2 * 3 * 9 * 9);
  for (let row = 0; row < float.length; row += 9) {
    const values = Array.from({ length: 9 }, () => Math.exp(2 * random.normal()));
    const total = values.reduce((a, b) => a + b);
    float.set(values.map((x) => x / total), row);
  }
  const quantised = float.map((x) => (x < 0.02 ? 0 : 2 ** Math.round(Math.log2(x))));

  it('equals a slow twin, row by row', () => {
    const damage = attentionDamage(float, quantised, geometry);
    for (let head = 0; head < 3; head++) {
      const rows: { p: number[]; q: number[] }[] = [];
      for (let window = 0; window < 2; window++) {
        for (let token = 0; token < 9; token++) {
          const start = ((window * 3 + head) * 9 + token) * 9;
          rows.push({ p: [...float.slice(start, start + 9)], q: [...quantised.slice(start, start + 9)] });
        }
      }
      const mean = (of: (row: { p: number[]; q: number[] }) => number) => rows.reduce((sum, row) => sum + of(row), 0) / rows.length;
      const sum = (x: number[]) => x.reduce((a, b) => a + b, 0);
      const entropy = (x: number[]) => sum(x.map((v) => (v > 0 ? -v * Math.log(v) : 0)));
      const share = (q: number[]) => q.map((v) => v / sum(q));
      const best = (x: number[]) => x.map((v, i) => ({ v, i })).sort((a, b) => b.v - a.v || a.i - b.i).slice(0, 5).map(({ i }) => i);
      const expected = {
        head,
        kl: mean(({ p, q }) => sum(p.map((v, i) => v * Math.log(v / Math.max(share(q)[i] ?? NaN, 2 ** -24))))),
        topOverlap: mean(({ p, q }) => best(p).filter((i) => best(q).includes(i)).length / 5),
        rowSumDrift: mean(({ q }) => sum(q) - 1),
        massLost: mean(({ p, q }) => sum(p.filter((_, i) => q[i] === 0))),
        entropyShift: mean(({ p, q }) => entropy(share(q)) - entropy(p)),
      };
      for (const [key, value] of Object.entries(expected)) expect(damage[head]).toHaveProperty(key, expect.closeTo(value, 10));
    }
  });

  it('finds no damage where nothing changed', () => {
    for (const { kl, topOverlap, massLost, rowSumDrift, entropyShift } of attentionDamage(float, float, geometry)) {
      expect(Math.abs(kl)).toBeLessThan(1e-6);
      expect(topOverlap).toBe(1);
      expect(massLost).toBe(0);
      expect(Math.abs(rowSumDrift)).toBeLessThan(1e-6);
      expect(Math.abs(entropyShift)).toBeLessThan(1e-6);
    }
  });
});
