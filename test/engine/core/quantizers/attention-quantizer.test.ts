import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { floatBits, floatFromBits } from '../../../../src/engine/core/kernels/float-bits';
import { createAttentionQuantizer } from '../../../../src/engine/core/quantizers/attention-quantizer';
import type { LogScheme } from '../../../../src/engine/core/quantizers/scheme';
import { logSchemes } from '../../../../src/engine/core/quantizers/scheme-table';
import { createRandom } from '../../../../src/engine/core/random/random';
import { firstDifference } from '../../../helpers/first-difference';
import { attentionValue } from '../../../helpers/reference-quantizers';

const deltasOf = (scheme: LogScheme): number[] =>
  (scheme.kind === 'sqrt2' ? [1, 0.8806918263435364, 0.2988816499710083, 0.013, 1e-7] : [1, 3, 214, 327, 24206, 49560]).map(
    Math.fround,
  );

const bitsOfScheme = (scheme: LogScheme): number[] => (scheme.kind === 'sqrt2' ? [2, 3, 4, 5, 6, 7, 8, 32] : [4]);

const grid = logSchemes.flatMap((scheme) => bitsOfScheme(scheme).map((bits) => [`${scheme.id}, ${bits} bits`, scheme, bits] as const));

/** Every float within `reach` steps of a float at which the code changes, by the slow twin itself. */
function nearSteps(id: string, delta: number, bits: number, reach: number): Float32Array {
  const found: number[] = [];
  const value = (b: number) => attentionValue(id, floatFromBits(b), delta, bits);
  const search = (low: number, high: number): void => {
    // Values never fall, so equal ends mean that nothing happens in between.
    if (value(low) === value(high)) return;
    if (high - low > 1) {
      const middle = Math.floor((low + high) / 2);
      search(low, middle);
      search(middle, high);
      return;
    }
    for (let b = Math.max(0, low - reach); b <= high + reach; b++) found.push(floatFromBits(b));
  };
  search(0, floatBits(1));
  return Float32Array.from(found);
}

function run(scheme: LogScheme, delta: number, bits: number, x: Float32Array) {
  const quantizer = createAttentionQuantizer(scheme, delta, bits);
  const out = new Float32Array(x.length);
  const codes = quantizer.levelCount > 256 ? new Uint16Array(x.length) : new Uint8Array(x.length);
  quantizer.quantize(x, out, codes);
  return { quantizer, out, codes };
}

describe.each(grid)('%s', (_, scheme, bits) => {
  it('equals the definition at every float near every step', () => {
    for (const delta of deltasOf(scheme)) {
      const x = nearSteps(scheme.id, delta, bits, 40);
      expect(x.length).toBeGreaterThan(0);
      const { out } = run(scheme, delta, bits, x);
      expect(firstDifference(out, Float32Array.from(x, (v) => attentionValue(scheme.id, v, delta, bits)))).toBeNull();
    }
  });

  it('equals the definition for any float from 0 to 1, denormals too', () => {
    const anyBits = fc.integer({ min: 0, max: floatBits(1) });
    fc.assert(
      fc.property(fc.array(anyBits, { minLength: 1, maxLength: 50 }), fc.constantFrom(...deltasOf(scheme)), (list, delta) => {
        const x = Float32Array.from(list, floatFromBits);
        const { out } = run(scheme, delta, bits, x);
        expect(firstDifference(out, Float32Array.from(x, (v) => attentionValue(scheme.id, v, delta, bits)))).toBeNull();
      }),
    );
  });

  it('has ascending levels from zero, and a code is the index of its value', () => {
    const random = createRandom(bits);
    const x = Float32Array.from({ length: 9000 }, () => Math.exp(-20 * random.uniform())).sort();
    for (const delta of deltasOf(scheme)) {
      const { quantizer, out, codes } = run(scheme, delta, bits, x);
      expect(quantizer.levels[0]).toBe(0);
      expect(quantizer.levels.length).toBe(scheme.levelCount(bits));
      for (let c = 1; c < quantizer.levelCount; c++) {
        expect(quantizer.levels[c]).toBeGreaterThanOrEqual(quantizer.levels[c - 1] ?? NaN);
      }
      expect(firstDifference(out, Float32Array.from(codes, (c) => quantizer.levels[c] ?? NaN))).toBeNull();
      // Monotone: sorted inputs give sorted codes.
      expect(firstDifference(codes, codes.slice().sort())).toBeNull();
    }
  });
});

describe('BitLog2 over its whole domain', () => {
  it.each([
    ['BitLog2_Single_16', 32768],
    ['BitLog2_Single_17', 65536],
    ['BitLog2_Half_16', 256],
    ['BitLog2_Half_17', 384],
  ] as const)('%s equals the definition at all M integers and their neighbours', (id, M) => {
    const scheme = logSchemes.find((row) => row.id === id);
    if (!scheme) throw new Error(id);
    const x = new Float32Array(3 * M);
    for (let xi = 0; xi < M; xi++) {
      const bits = floatBits(xi / M);
      x[3 * xi] = floatFromBits(Math.max(0, bits - 1));
      x[3 * xi + 1] = floatFromBits(bits);
      x[3 * xi + 2] = floatFromBits(bits + 1);
    }
    const { out } = run(scheme, 300, 4, x);
    expect(firstDifference(out, Float32Array.from(x, (v) => attentionValue(id, v, 300, 4)))).toBeNull();
  });

  it('is the float with its mantissa cut (Half_16 is an unsigned E3M1 minifloat)', () => {
    const scheme = logSchemes.find((row) => row.id === 'BitLog2_Half_16');
    if (!scheme) throw new Error('no Half_16');
    for (let xi = 0; xi < 256; xi++) {
      const cut = floatFromBits(floatBits(xi) & 0xffc00000);
      expect(scheme.integerLevels(4)?.whole[scheme.codeOf(xi / 256, 1, 4)]).toBe(xi === 1 ? 1 : cut);
    }
  });
});

describe('createAttentionQuantizer', () => {
  const [scheme] = logSchemes.slice(-1);
  if (!scheme) throw new Error('no schemes');
  const quantizer = createAttentionQuantizer(scheme, 317, 4);
  const random = createRandom(5);
  const x = Float32Array.from({ length: 3 * 2 * 70 * 70 }, () => Math.exp(-8 * random.uniform()));
  const whole = new Float32Array(x.length);
  const wholeCodes = new Uint8Array(x.length);
  quantizer.quantize(x, whole, wholeCodes);

  it('gives values alone, codes alone and both alike, in place too', () => {
    const values = new Float32Array(x.length);
    quantizer.quantize(x, values, null);
    const codes = new Uint8Array(x.length);
    quantizer.quantize(x, null, codes);
    const inPlace = x.slice();
    quantizer.quantize(inPlace, inPlace, null);
    expect(firstDifference(values, whole)).toBeNull();
    expect(firstDifference(codes, wholeCodes)).toBeNull();
    expect(firstDifference(inPlace, whole)).toBeNull();
  });

  it('touches only the part that it is given', () => {
    const values = new Float32Array(x.length).fill(-1);
    quantizer.quantize(x, values, null, 100, 5000);
    expect(firstDifference(values.subarray(100, 5100), whole.subarray(100, 5100))).toBeNull();
    expect(values.subarray(0, 100).every((v) => v === -1)).toBe(true);
    expect(values.subarray(5100).every((v) => v === -1)).toBe(true);
  });

  it('works on arrays that begin in the middle of a buffer', () => {
    const part = new Float32Array(x.buffer, 4 * 13, 500);
    const values = new Float32Array(500);
    quantizer.quantize(part, values, null);
    expect(firstDifference(values, whole.subarray(13, 513))).toBeNull();
  });

  it.each([true, false])('counts the codes of each head in the same pass (codes kept: %s)', (keep) => {
    const shape = { batch: 3, heads: 2, rows: 70, cols: 70 };
    const expected = new Uint32Array(2 * quantizer.levelCount);
    wholeCodes.forEach((code, i) => {
      const head = Math.floor(i / 4900) % 2;
      const place = head * quantizer.levelCount + code;
      expected[place] = (expected[place] ?? 0) + 1;
    });
    const counts = new Float64Array(expected.length);
    const values = new Float32Array(x.length);
    const codes = keep ? new Uint8Array(x.length) : null;
    quantizer.quantizeHeads(x, values, codes, shape, counts);
    expect([...counts]).toEqual([...expected]);
    expect(firstDifference(values, whole)).toBeNull();
    if (codes) expect(firstDifference(codes, wholeCodes)).toBeNull();
    // A second batch is added, not written over.
    quantizer.quantizeHeads(x, values, codes, shape, counts);
    expect([...counts]).toEqual([...expected].map((n) => 2 * n));
  });

  it('counts with 8 bits as well, where codes need 16 bits', () => {
    const sqrt2 = logSchemes.find((row) => row.id === 'Sqrt2_17');
    if (!sqrt2) throw new Error('no Sqrt2_17');
    const wide = createAttentionQuantizer(sqrt2, 0.9, 8);
    const counts = new Uint32Array(2 * 257);
    const codes = new Uint16Array(x.length);
    wide.quantizeHeads(x, new Float32Array(x.length), codes, { batch: 3, heads: 2, rows: 70, cols: 70 }, counts);
    expect(counts.reduce((a, b) => a + b)).toBe(x.length);
    expect(codes[0]).toBe(sqrt2.codeOf(x[0] ?? NaN, Math.fround(0.9), 8));
    expect(() => wide.quantize(x, null, new Uint8Array(x.length))).toThrow('Uint16Array');
  });

  it('keeps two quantisers apart that take turns', () => {
    const other = createAttentionQuantizer(scheme, 300, 4);
    const values = new Float32Array(10);
    for (let turn = 0; turn < 2; turn++) {
      other.quantize(x, values, null, 0, 10);
      expect(values[0]).toBe(Math.fround(scheme.levels(300, 4)[wholeCodes[0] ?? NaN] ?? NaN));
      quantizer.quantize(x, values, null, 0, 10);
      expect(firstDifference(values, whole.subarray(0, 10))).toBeNull();
    }
  });

  it('gives code 0 below zero and the top code above one', () => {
    const codes = new Uint8Array(5);
    quantizer.quantize(Float32Array.of(-0, -1, -Infinity, 7, Infinity), null, codes);
    expect([...codes]).toEqual([0, 0, 0, 16, 16]);
  });

  it('refuses a shape that does not fit', () => {
    const out = new Float32Array(x.length);
    const shape = { batch: 1, heads: 2, rows: 70, cols: 70 };
    expect(() => quantizer.quantizeHeads(x, out, null, shape, new Uint32Array(34))).toThrow('do not fit');
  });
});
