/** Maps whose heads have quantisers of their own: held against the definition, head by head. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { digestCodes } from '../../../../src/engine/core/kernels/digest-codes';
import { createAttentionQuantizer } from '../../../../src/engine/core/quantizers/attention-quantizer';
import type { LogScheme } from '../../../../src/engine/core/quantizers/scheme';
import { logSchemeById } from '../../../../src/engine/core/quantizers/scheme-table';
import { createRandom } from '../../../../src/engine/core/random/random';
import { compileHeads } from '../../../../src/engine/runtime/kernels/head-kernels';
import { KernelMemory } from '../../../../src/engine/runtime/kernels/kernel-memory';
import { MapKernels } from '../../../../src/engine/runtime/kernels/map-kernels';
import { firstDifference } from '../../../helpers/first-difference';

interface Spec {
  readonly scheme: LogScheme;
  readonly delta: number;
  readonly aBits: number;
}

const spec = (id: string, delta: number, aBits = 4): Spec => ({ scheme: logSchemeById(id), delta: Math.fround(delta), aBits });
/** 8 bits of Sqrt2_17 are 257 levels, whose codes take two bytes. */
const specs: readonly (Spec | null)[] = [null, spec('BitLog2_Half_17', 327), spec('Sqrt2_17', 0.88), spec('BitLog2_Single_16', 24206), spec('Sqrt2_16', 1, 3), spec('Sqrt2_17', 0.9, 8)];

interface Found {
  readonly out: Float32Array;
  readonly codes: ArrayLike<number>;
  readonly counts: readonly number[];
  readonly digest: number;
}

function softmaxed(elements: number, cols: number, seed: number): Float32Array {
  const random = createRandom(seed);
  const x = Float32Array.from({ length: elements }, () => Math.exp(3 * random.normal()));
  for (let row = 0; row < elements; row += cols) {
    const sum = x.subarray(row, row + cols).reduce((total, value) => total + value, 0);
    for (let i = row; i < row + cols; i++) x[i] = (x[i] ?? 0) / sum;
  }
  return x;
}

function byKernel(heads: readonly (Spec | null)[], x: Float32Array, windows: number, side: number, inPlace: boolean): Found {
  const memory = new KernelMemory();
  const kernel = compileHeads(memory, new MapKernels(memory), heads, side ** 2);
  const at = memory.reserve(4 * x.length);
  const out = inPlace ? at : memory.reserve(4 * x.length);
  const codes = memory.reserve(kernel.codeBytes * x.length);
  memory.f32(at, x.length).set(x);
  // What an earlier map left there.
  memory.u8(codes, kernel.codeBytes * x.length).fill(0xa5);
  const counts = new Float64Array(heads.length * kernel.levelCount).fill(3);
  const digest = kernel.run({ x: at, out, codes, counts, digest: 77, shape: { batch: windows, heads: heads.length, rows: side, cols: side } });
  const bytes = memory.u8(codes, kernel.codeBytes * x.length).slice();
  return { out: memory.f32(out, x.length).slice(), codes: kernel.codeBytes === 1 ? bytes : new Uint16Array(bytes.buffer), counts: [...counts], digest };
}

function byDefinition(heads: readonly (Spec | null)[], x: Float32Array, side: number): Found {
  const size = side ** 2;
  const made = heads.map((head) => (head === null ? null : createAttentionQuantizer(head.scheme, head.delta, head.aBits)));
  const levels = Math.max(0, ...made.map((quantizer) => quantizer?.levelCount ?? 0));
  const out = x.slice();
  const codes = new Uint16Array(x.length);
  const counts = new Float64Array(heads.length * levels).fill(3);
  let digest = 77;
  for (let map = 0; map * size < x.length; map++) {
    const head = map % heads.length;
    const quantizer = made[head] ?? null;
    if (quantizer === null) continue;
    const own = new (quantizer.levelCount > 256 ? Uint16Array : Uint8Array)(Math.ceil(size / 4) * 4);
    const slice = x.slice(map * size, (map + 1) * size);
    quantizer.quantize(slice, slice, own, 0, size);
    out.set(slice, map * size);
    codes.set(own.subarray(0, size), map * size);
    for (const code of own.subarray(0, size)) counts[head * levels + code] = (counts[head * levels + code] ?? 0) + 1;
    digest = digestCodes(own, size, digest);
  }
  return { out, codes, counts: [...counts], digest };
}

describe('heads with quantisers of their own', () => {
  it('give what each would alone: values, codes, counts and a digest of those that have codes', () => {
    const cases = fc.record({ heads: fc.array(fc.constantFrom(...specs), { minLength: 1, maxLength: 6 }), windows: fc.integer({ min: 1, max: 3 }), side: fc.integer({ min: 1, max: 9 }), inPlace: fc.boolean(), seed: fc.nat(1000) });
    fc.assert(fc.property(cases, ({ heads, windows, side, inPlace, seed }) => {
      const x = softmaxed(windows * heads.length * side ** 2, side, seed);
      const found = byKernel(heads, x, windows, side, inPlace);
      const expected = byDefinition(heads, x, side);
      expect(firstDifference(found.out, expected.out)).toBeNull();
      expect(firstDifference(found.codes, expected.codes)).toBeNull();
      expect(found.counts).toEqual(expected.counts);
      expect(found.digest).toBe(expected.digest);
    }), { numRuns: 80 });
  });

  it('leave a head in FP32 bit for bit, and count nothing for it', () => {
    const x = softmaxed(2 * 3 * 25, 5, 4);
    const { out, codes, counts, digest } = byKernel([null, null, null], x, 2, 5, false);
    expect(firstDifference(out, x)).toBeNull();
    expect(Array.from(codes).every((code) => code === 0)).toBe(true);
    expect([counts, digest]).toEqual([[], 77]);
  });

  it('a head left out changes nothing for the others', () => {
    const [half] = [specs[1] ?? null];
    const x = softmaxed(3 * 49, 7, 9);
    const all = byKernel([half, half, half], x, 1, 7, false);
    const without = byKernel([half, null, half], x, 1, 7, false);
    for (const head of [0, 2]) expect(firstDifference(without.out.subarray(head * 49, (head + 1) * 49), all.out.subarray(head * 49, (head + 1) * 49))).toBeNull();
    expect(without.digest).not.toBe(all.digest);
  });

  it('refuse a map that they were not compiled for', () => {
    const memory = new KernelMemory();
    const kernel = compileHeads(memory, new MapKernels(memory), [specs[1] ?? null, null], 16);
    const [x, out] = [memory.reserve(256), memory.reserve(256)];
    expect(() => kernel.run({ x, out, shape: { batch: 1, heads: 3, rows: 4, cols: 4 } })).toThrow('compiled for 2 of 16');
    expect(() => kernel.run({ x, out, shape: { batch: 1, heads: 2, rows: 4, cols: 4 }, counts: new Float64Array(3) })).toThrow('counts do not fit');
    expect(() => kernel.run({ x, out, second: out, shape: { batch: 1, heads: 2, rows: 4, cols: 4 } })).toThrow('write values');
  });
});
