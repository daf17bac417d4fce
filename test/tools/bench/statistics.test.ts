import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ratios, summarise } from '../../../tools/bench/statistics';

describe('summarise', () => {
  it('gives the middle one of an odd number and the mean of the middle two of an even number', () => {
    expect(summarise([9, 1, 4])).toEqual({ median: 4, min: 1, max: 9 });
    expect(summarise([9, 1, 4, 2])).toEqual({ median: 3, min: 1, max: 9 });
    expect(summarise([5])).toEqual({ median: 5, min: 5, max: 5 });
  });

  it('does not depend on the order, sorts numbers as numbers, and leaves its argument alone', () => {
    fc.assert(fc.property(fc.array(fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e6, max: 1e6 }), { minLength: 1, maxLength: 20 }), (values) => {
      const copy = [...values];
      const found = summarise(values);
      expect(values).toEqual(copy);
      expect(summarise([...values].reverse())).toEqual(found);
      expect(found.min).toBeCloseTo(Math.min(...values));
      expect(found.max).toBeCloseTo(Math.max(...values));
      expect(values.filter((value) => value <= found.median).length).toBeGreaterThanOrEqual(values.length / 2);
    }));
  });

  it('refuses measurements that failed', () => {
    expect(() => summarise([])).toThrow('nothing was measured');
    expect(() => summarise([NaN])).toThrow('a measurement gave NaN');
    expect(() => summarise([1, Infinity])).toThrow('a measurement gave Infinity');
  });
});

describe('ratios', () => {
  it('divides repeat by repeat', () => {
    expect(ratios([4, 9], [2, 3])).toEqual([2, 3]);
    expect(() => ratios([1], [1, 2])).toThrow('1 measurements against 2');
  });
});
