import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeUniform, fakeQuantize, fakeQuantizeChannels } from '../../../../src/engine/core/kernels/uniform';
import { encodeUniformRows, fakeQuantizeRows } from '../../../../src/engine/core/kernels/uniform-rows';
import { UnusableTensorError } from '../../../../src/engine/core/kernels/unusable-tensor-error';
import {
  calibrateUniform,
  calibrateUniformChannels,
  calibrateUniformRows,
} from '../../../../src/engine/core/quantizers/uniform-calibration';
import { createRandom } from '../../../../src/engine/core/random/random';
import { firstDifference } from '../../../helpers/first-difference';
import { uniformGrid, uniformValue } from '../../../helpers/reference-quantizers';

const random = createRandom(11);
const normals = (length: number, scale = 1, shift = 0) => Float32Array.from({ length }, () => shift + scale * random.normal());
const allBits = [2, 3, 4, 5, 6, 7, 8];

describe('calibrateUniform', () => {
  const tensors: [string, Float32Array][] = [
    ['normal', normals(20000)],
    ['heavy tails', normals(20000).map((x) => x ** 3)],
    ['half zeros', normals(20000).map((x) => Math.max(0, x))],
    ['all positive, far from zero', normals(3000, 0.1, 40)],
    ['all negative', normals(3000, 0.1, -3)],
    ['one outlier', normals(5000, 1e-3).fill(500, 17, 18)],
    ['tiny', Float32Array.of(0.5, -1, 2)],
    ['long enough for buckets', normals(180000)],
    ['denormal', normals(1000, 1e-42)],
  ];

  it.each(tensors)('equals the search by sorting: %s', (_, x) => {
    for (const bits of x.length > 100000 ? [4] : allBits) expect(calibrateUniform([x], bits)).toEqual(uniformGrid(x, bits));
  });

  it('does not depend on how the tensor is cut', () => {
    const x = normals(30000);
    const whole = calibrateUniform([x], 4);
    for (const cuts of [[10], [8192], [1, 2, 3, 29999], [15000, 15000]]) {
      const edges = [0, ...cuts, x.length];
      expect(calibrateUniform(edges.slice(1).map((end, i) => x.subarray(edges[i], end)), 4)).toEqual(whole);
    }
  });

  it.each([0, 3.25, -0.7])('keeps the constant %d exactly', (c) => {
    const x = new Float32Array(500).fill(c);
    const grid = calibrateUniform([x], 4);
    expect(grid).toEqual({ delta: c === 0 ? 1 : Math.abs(Math.fround(c)), zeroPoint: c === 0 ? 0 : -Math.sign(c) });
    const out = new Float32Array(500);
    fakeQuantize(x, out, grid, 4);
    expect(firstDifference(out, x)).toBeNull();
  });

  it('passes over a quantile pair that sees one constant', () => {
    // 1 of 400,000 differs: only the widest pair sees it.
    const x = new Float32Array(400000).fill(2);
    x.fill(9, 0, 10);
    expect(calibrateUniform([x], 4)).toEqual(uniformGrid(x, 4));
    expect(calibrateUniform([x], 4).delta).not.toBe(2);
  });

  it.each([NaN, Infinity, -Infinity])('refuses %d with its position and no place', (bad) => {
    for (const length of [50, 300000]) {
      const x = normals(length);
      x[33] = bad;
      try {
        calibrateUniform([x.subarray(0, 20), x.subarray(20)], 4);
        expect.unreachable();
      } catch (error) {
        expect(error).toBeInstanceOf(UnusableTensorError);
        expect(error).toMatchObject({ problem: 'not-finite', index: 33, failure: { kind: 'calibration' } });
        expect(error).not.toHaveProperty('failure.place');
      }
    }
  });

  it('refuses an empty tensor, a range beyond float32 and bits outside 2..8', () => {
    expect(() => calibrateUniform([], 4)).toThrow('empty');
    expect(() => calibrateUniform([Float32Array.of(3e38, -3e38)], 4)).toThrow('span');
    for (const bits of [1, 9, 32, 4.5]) expect(() => calibrateUniform([normals(9)], bits)).toThrow('bits must be 2 to 8');
  });

  it('lets poll stop it', () => {
    const stop = new Error('stopped');
    const poll = () => {
      throw stop;
    };
    expect(() => calibrateUniform([new Float32Array(3_000_000)], 4, poll)).toThrow(stop);
    expect(() => calibrateUniformChannels([normals(3_000_000)], 300, 4, poll)).toThrow(stop);
    expect(() => calibrateUniformRows(normals(3_000_000), 3000, 4, poll)).toThrow(stop);
  });
});

describe('per channel and per row', () => {
  it.each([1, 3, 16, 17, 40])('%i channels equal each channel alone', (channels) => {
    const rows = 611;
    const x = Float32Array.from({ length: rows * channels }, (_, i) => random.normal() * (1 + (i % channels)) + (i % channels));
    const found = calibrateUniformChannels([x.subarray(0, 200 * channels), x.subarray(200 * channels)], channels, 4);
    for (let c = 0; c < channels; c++) {
      const alone = uniformGrid(Float32Array.from({ length: rows }, (_, row) => x[row * channels + c] ?? NaN), 4);
      expect({ delta: found.delta[c], zeroPoint: found.zeroPoint[c] }).toEqual(alone);
    }
    expect([...found.degenerate]).toEqual(new Array(channels).fill(0));
  });

  it('rows equal each row alone', () => {
    const weight = normals(12 * 48);
    const found = calibrateUniformRows(weight, 12, 6);
    for (let row = 0; row < 12; row++) {
      const alone = uniformGrid(weight.slice(row * 48, (row + 1) * 48), 6);
      expect({ delta: found.delta[row], zeroPoint: found.zeroPoint[row] }).toEqual(alone);
    }
  });

  it('marks constant channels and names a bad one', () => {
    const x = normals(100 * 5);
    for (let row = 0; row < 100; row++) x[row * 5 + 2] = -4;
    const found = calibrateUniformChannels([x], 5, 4);
    expect([...found.degenerate]).toEqual([0, 0, 1, 0, 0]);
    expect([found.delta[2], found.zeroPoint[2]]).toEqual([4, 1]);
    x[37 * 5 + 3] = NaN;
    expect(() => calibrateUniformChannels([x], 5, 4)).toThrow('in channel 3');
    try {
      calibrateUniformChannels([x], 5, 4);
    } catch (error) {
      expect(error).toMatchObject({ index: 37 * 5 + 3 });
    }
    const weight = normals(40);
    weight[13] = Infinity;
    expect(() => calibrateUniformRows(weight, 4, 4)).toThrow('in output channel 1');
  });

  it('refuses shapes that do not divide', () => {
    expect(() => calibrateUniformChannels([new Float32Array(10)], 3, 4)).toThrow('whole rows of 3');
    expect(() => calibrateUniformRows(new Float32Array(10), 3, 4)).toThrow('no 3 rows');
  });
});

describe('fake quantisation', () => {
  const grids = fc.record({
    delta: fc.float({ min: Math.fround(1e-3), max: 10, noNaN: true }),
    zeroPoint: fc.oneof(fc.integer({ min: -600, max: 600 }), fc.float({ min: -20, max: 20, noNaN: true })),
  });
  const values = fc.array(fc.float({ noNaN: true }), { minLength: 1, maxLength: 60 });
  const near = fc.array(fc.float({ min: -40, max: 40, noNaN: true }), { minLength: 1, maxLength: 60 });

  it('equals the definition for whole zero points, infinities included', () => {
    fc.assert(
      fc.property(fc.oneof(values, near), grids, fc.constantFrom(...allBits), (list, grid, bits) => {
        fc.pre(Number.isInteger(grid.zeroPoint));
        const x = Float32Array.from(list);
        const out = new Float32Array(x.length);
        fakeQuantize(x, out, grid, bits);
        expect(firstDifference(out, Float32Array.from(x, (v) => uniformValue(v, grid, bits)))).toBeNull();
      }),
      { numRuns: 500 },
    );
  });

  it('clamps around a fractional zero point as numerics.md 5 says', () => {
    fc.assert(
      fc.property(near, grids, fc.constantFrom(...allBits), (list, { delta, zeroPoint }, bits) => {
        const x = Float32Array.from(list);
        const out = new Float32Array(x.length);
        fakeQuantize(x, out, { delta, zeroPoint }, bits);
        const f = Math.fround;
        const rint = (v: number) => {
          const below = Math.floor(v);
          if (v - below !== 0.5) return Math.round(v);
          return below % 2 === 0 ? below : below + 1;
        };
        const expected = Float32Array.from(x, (v) => {
          const low = f(-zeroPoint);
          const high = f(2 ** bits - 1 - zeroPoint);
          return Math.min(Math.max(rint(f(v / delta)), low), high) * delta;
        });
        expect(firstDifference(out, expected)).toBeNull();
      }),
      { numRuns: 500 },
    );
  });

  it('leaves values that lie on the grid where they are', () => {
    fc.assert(
      fc.property(grids, fc.constantFrom(...allBits), (grid, bits) => {
        fc.pre(Number.isInteger(grid.zeroPoint));
        const x = Float32Array.from({ length: 2 ** bits }, (_, code) => (code - grid.zeroPoint) * grid.delta);
        const out = x.slice();
        fakeQuantize(out, out, grid, bits);
        expect(firstDifference(out, x)).toBeNull();
        const codes = new Uint8Array(x.length);
        encodeUniform(x, codes, grid, bits);
        expect([...codes]).toEqual(Array.from(x, (_, code) => code));
      }),
    );
  });

  it('codes decode to the fake-quantised values', () => {
    const x = normals(5000, 4);
    for (const bits of allBits) {
      const grid = calibrateUniform([x], bits);
      const out = new Float32Array(x.length);
      const codes = new Uint8Array(x.length);
      fakeQuantize(x, out, grid, bits);
      encodeUniform(x, codes, grid, bits);
      expect(firstDifference(Float32Array.from(codes, (code) => (code - grid.zeroPoint) * grid.delta), out)).toBeNull();
    }
    expect(() => encodeUniform(x, new Uint8Array(5000), { delta: 1, zeroPoint: 7.5 }, 4)).toThrow('whole zero point');
  });

  it('keeps NaN visible', () => {
    const out = new Float32Array(1);
    fakeQuantize(Float32Array.of(NaN), out, { delta: 1, zeroPoint: 0 }, 4);
    expect(out[0]).toBeNaN();
  });

  it('per channel and per row equals each part alone', () => {
    const rows = 700;
    const channels = 19;
    const x = normals(rows * channels, 3);
    const grids19 = calibrateUniformChannels([x], channels, 4);
    const out = new Float32Array(x.length);
    fakeQuantizeChannels(x, out, grids19, 4);
    const expected = Float32Array.from(x, (v, i) => {
      const c = i % channels;
      return uniformValue(v, { delta: grids19.delta[c] ?? NaN, zeroPoint: grids19.zeroPoint[c] ?? NaN }, 4);
    });
    expect(firstDifference(out, expected)).toBeNull();

    const grids700 = calibrateUniformRows(x, rows, 4);
    const values = fakeQuantizeRows(x, rows, grids700, 4);
    const codes = encodeUniformRows(x, rows, grids700, 4);
    x.forEach((v, i) => {
      const row = Math.floor(i / channels);
      const grid = { delta: grids700.delta[row] ?? NaN, zeroPoint: grids700.zeroPoint[row] ?? NaN };
      const value = uniformValue(v, grid, 4);
      if (values[i] !== value || Math.fround(((codes[i] ?? NaN) - grid.zeroPoint) * grid.delta) !== value) {
        expect.fail(`element ${i}`);
      }
    });
  });
});
