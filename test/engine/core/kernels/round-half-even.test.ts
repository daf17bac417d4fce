import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { roundHalfEven } from '../../../../src/engine/core/kernels/round-half-even';
import { rne } from '../../../helpers/reference-quantizers';

describe('roundHalfEven', () => {
  it('takes ties to even', () => {
    expect([-2.5, -1.5, -0.5, 0.5, 1.5, 2.5, 3.5].map(roundHalfEven)).toEqual([-2, -2, 0, 0, 2, 2, 4]);
    expect(roundHalfEven(6.4999995)).toBe(6);
  });

  it('equals the plain definition for any number', () => {
    const half = fc.integer({ min: -(2 ** 30), max: 2 ** 30 }).map((n) => n / 2);
    fc.assert(
      fc.property(fc.oneof(half, fc.double({ noNaN: true }), fc.float({ noNaN: true })), (x) => {
        expect(roundHalfEven(x) + 0).toBe(rne(x) + 0);
      }),
      { numRuns: 2000 },
    );
  });

  it('never gives -0 and keeps NaN', () => {
    expect(Object.is(roundHalfEven(-0.2), 0)).toBe(true);
    expect(roundHalfEven(NaN)).toBeNaN();
  });
});
