/** The SIMD kernels against the level table. Long, because all outputs and both ways of running go through the same cases. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { digestCodes } from '../../../../src/engine/core/kernels/digest-codes';
import { floatBits, floatFromBits } from '../../../../src/engine/core/kernels/float-bits';
import { buildLevelTable } from '../../../../src/engine/core/kernels/level-table';
import { ROW_FIGURES, rowStatistics } from '../../../../src/engine/core/kernels/row-statistics';
import { createAttentionQuantizer, type MapShape } from '../../../../src/engine/core/quantizers/attention-quantizer';
import type { LogScheme } from '../../../../src/engine/core/quantizers/scheme';
import { logSchemes } from '../../../../src/engine/core/quantizers/scheme-table';
import { createRandom } from '../../../../src/engine/core/random/random';
import { KernelMemory } from '../../../../src/engine/runtime/kernels/kernel-memory';
import type { MapOutput } from '../../../../src/engine/core/graph/integer/map-forms';
import { MapKernels, type MapKernel } from '../../../../src/engine/runtime/kernels/map-kernels';
import { firstDifference } from '../../../helpers/first-difference';
import { attentionCases } from '../../../helpers/quantizer-cases';

const schemeOf = (id: string): LogScheme => {
  const scheme = logSchemes.find((row) => row.id === id);
  if (!scheme) throw new Error(id);
  return scheme;
};

const outputsOf = (scheme: LogScheme): MapOutput[] =>
  scheme.kind === 'sqrt2' ? ['values', 'two-accumulators'] : scheme.id === 'BitLog2_Half_16' ? ['values', 'levels', 'level-bytes'] : ['values', 'levels'];

const deltasOf = (scheme: LogScheme): number[] =>
  // 0.29888 and 1.2 have two steps in one half octave, where the table has no cells.
  (scheme.kind === 'sqrt2' ? [1, 0.8806918263435364, 0.2988816499710083, 1.2, 0.013, 1e-7, 3e30] : [1, 3, 214, 255, 327, 24206, 49560]).map(Math.fround);

interface Case {
  readonly scheme: LogScheme;
  readonly delta: number;
  readonly aBits: number;
  readonly output: MapOutput;
}

interface Given {
  readonly x: Float32Array;
  readonly shape: MapShape;
  /** Address of x beyond a multiple of 64. */
  readonly shift: number;
  readonly inPlace: boolean;
  readonly statistics: boolean;
}

interface Found {
  readonly out: ArrayLike<number>;
  readonly second: ArrayLike<number> | null;
  readonly codes: ArrayLike<number>;
  readonly counts: number[];
  readonly digest: number;
  readonly statistics: ArrayLike<number> | null;
}

const GUARD = 64;
const GUARDED = Uint8Array.from({ length: GUARD }, () => 0xa5);

/** A memory with room for any case, used again and again. */
interface Place {
  readonly memory: KernelMemory;
  readonly kernels: MapKernels;
  readonly base: number;
}

function place(): Place {
  const memory = new KernelMemory();
  return { memory, kernels: new MapKernels(memory), base: memory.reserve(4_000_000) };
}

/** Through the kernel, with guards before and behind every region. */
function byKernel({ memory, base }: Place, kernel: MapKernel, output: MapOutput, given: Given, seed: number): Found {
  const { x, shape, shift, inPlace } = given;
  const n = x.length;
  const regions: [number, number][] = [];
  let next = base;
  const room = (bytes: number): number => {
    const address = next + GUARD + shift;
    memory.u8(address - GUARD, bytes + 2 * GUARD).fill(0xa5);
    regions.push([address, bytes]);
    next = Math.ceil((address + bytes + GUARD) / 64) * 64;
    return address;
  };
  const at = room(4 * n);
  const out = inPlace ? at : room(kernel.outputBytes * n);
  const second = output === 'two-accumulators' ? room(4 * n) : undefined;
  const codes = room(kernel.codeBytes * n);
  const statistics = given.statistics ? room(8 * ROW_FIGURES * shape.batch * shape.heads * shape.rows) : undefined;
  memory.f32(at, n).set(x);
  const counts = new Float64Array(shape.heads * kernel.levelCount).fill(5);
  const digest = kernel.run({ x: at, out, second, shape, codes, counts, digest: seed, statistics });
  for (const [address, bytes] of regions) {
    expect(Buffer.compare(memory.u8(address - GUARD, GUARD), GUARDED), 'before the region').toBe(0);
    expect(Buffer.compare(memory.u8(address + bytes, GUARD), GUARDED), 'behind the region').toBe(0);
  }
  if (!inPlace) expect(firstDifference(memory.i32(at, n), new Int32Array(x.buffer, x.byteOffset, n)), 'the input').toBeNull();
  return {
    out: kernel.outputBytes === 1 ? memory.u8(out, n).slice() : memory.f32(out, n).slice(),
    second: second === undefined ? null : memory.f32(second, n).slice(),
    codes: kernel.codeBytes === 1 ? memory.u8(codes, n).slice() : new Uint16Array(memory.u8(codes, 2 * n).slice().buffer),
    counts: [...counts],
    digest,
    statistics: statistics === undefined ? null : memory.f64(statistics, ROW_FIGURES * shape.batch * shape.heads * shape.rows).slice(),
  };
}

/** Through the TypeScript that defines it. */
function byDefinition({ scheme, delta, aBits, output }: Case, { x, shape, statistics }: Given, seed: number): Found {
  const quantizer = createAttentionQuantizer(scheme, delta, aBits);
  const words = Math.ceil(x.length / 4) * 4;
  const room = quantizer.levelCount > 256 ? new Uint16Array(words) : new Uint8Array(words);
  const codes = room.subarray(0, x.length);
  const values = new Float32Array(x.length);
  const counts = new Float64Array(shape.heads * quantizer.levelCount).fill(5);
  quantizer.quantizeHeads(x, values, codes, shape, counts);
  const rows = new Float64Array(ROW_FIGURES * shape.batch * shape.heads * shape.rows);
  rowStatistics(x, values, shape.cols, rows);
  const integers = scheme.integerLevels(aBits);
  const byCode = (list: Int32Array | null | undefined): number[] => Array.from(codes, (code) => list?.[code] ?? NaN);
  return {
    out: output === 'values' ? values : byCode(integers?.whole),
    second: output === 'two-accumulators' ? byCode(integers?.root) : null,
    codes,
    counts: [...counts],
    digest: digestCodes(room, x.length, seed),
    statistics: statistics ? rows : null,
  };
}

function expectSame(found: Found, expected: Found): void {
  expect(firstDifference(found.codes, expected.codes)).toBeNull();
  expect(firstDifference(found.out, expected.out)).toBeNull();
  if (expected.second) expect(firstDifference(found.second ?? [], expected.second)).toBeNull();
  expect(found.counts).toEqual(expected.counts);
  expect(found.digest).toBe(expected.digest);
  if (expected.statistics) expect(firstDifference(found.statistics ?? [], expected.statistics)).toBeNull();
}

/** The flat list as one map of one row. */
const flat = (x: Float32Array): Given => ({ x, shape: { batch: 1, heads: 1, rows: 1, cols: x.length }, shift: 0, inPlace: false, statistics: false });

const grid = logSchemes.flatMap((scheme) => (scheme.kind === 'sqrt2' ? [2, 3, 4, 32] : [4]).flatMap((aBits) => outputsOf(scheme).map((output) => [`${scheme.id}, ${aBits} bits, ${output}`, { scheme, aBits, output }] as const)));

describe.each(grid)('%s', (_, row) => {
  const room = place();
  const { kernels } = room;
  const compiled = deltasOf(row.scheme).map((delta) => ({ delta, kernel: kernels.compile({ ...row, delta }) }));

  it('is SIMD at every delta', () => {
    expect(compiled.map(({ kernel }) => kernel.implementation)).toEqual(compiled.map(() => 'simd'));
  });

  it('equals the definition at every float near every step', () => {
    for (const { delta, kernel } of compiled) {
      const { thresholds } = buildLevelTable((x) => row.scheme.codeOf(x, delta, row.aBits), row.scheme.levels(delta, row.aBits));
      const x = Float32Array.from([...thresholds].flatMap((bits) => Array.from({ length: 41 }, (_, i) => floatFromBits(bits + i - 20))));
      expectSame(byKernel(room, kernel, row.output, flat(x), 0), byDefinition({ ...row, delta }, flat(x), 0));
    }
  });

  it('equals the definition for any 32 bits: negatives, NaN, infinities, denormals', () => {
    const any = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
    const special = fc.constantFrom(0, -(2 ** 31), 1, 0x007fffff, 0x00800000, 0x3f7fffff, 0x3f800000, 0x3f800001, 0x7f7fffff, 0x7f800000, 0x7f800001, 0x7fc00000, 0x7fffffff, -1, -0x400000, -0x800000);
    const softmax = fc.integer({ min: 0, max: floatBits(1) });
    fc.assert(
      fc.property(fc.array(fc.oneof(any, special, softmax), { minLength: 1, maxLength: 80 }), fc.constantFrom(...compiled), fc.boolean(), (bits, { delta, kernel }, inPlace) => {
        const x = new Float32Array(Int32Array.from(bits).buffer);
        const given = { ...flat(x), inPlace: inPlace && row.output !== 'level-bytes' };
        expectSame(byKernel(room, kernel, row.output, given, 77), byDefinition({ ...row, delta }, given, 77));
      }),
    );
  });

  it('equals the definition on maps of any shape, at any place, with everything asked for', () => {
    const shape = fc.record({ batch: fc.integer({ min: 1, max: 4 }), heads: fc.integer({ min: 1, max: 4 }), rows: fc.integer({ min: 1, max: 60 }), cols: fc.integer({ min: 1, max: 70 }) });
    fc.assert(
      fc.property(shape, fc.nat(15), fc.boolean(), fc.nat(), fc.constantFrom(...compiled), (size, shift, inPlace, seed, { delta, kernel }) => {
        const random = createRandom(seed);
        const x = Float32Array.from({ length: size.batch * size.heads * size.rows * size.cols }, () => Math.exp(-12 * random.uniform()));
        const given = { x, shape: size, shift: 4 * shift, inPlace: inPlace && row.output !== 'level-bytes', statistics: row.output === 'values' };
        // Float64 wants a multiple of 8.
        const placed = given.statistics ? { ...given, shift: 8 * shift } : given;
        expectSame(byKernel(room, kernel, row.output, placed, seed), byDefinition({ ...row, delta }, placed, seed));
      }),
      { numRuns: 40 },
    );
  });

  it('equals the definition on a map of DeiT, larger than a block', () => {
    const random = createRandom(3);
    const shape = { batch: 1, heads: 2, rows: 197, cols: 197 };
    const x = Float32Array.from({ length: 2 * 197 * 197 }, () => Math.exp(-12 * random.uniform()));
    const [{ delta, kernel } = { delta: NaN, kernel: null }] = compiled.slice(3);
    if (!kernel) throw new Error('no delta');
    for (const statistics of row.output === 'values' ? [false, true] : [false]) {
      const given = { x, shape, shift: 24, inPlace: row.output !== 'level-bytes', statistics };
      expectSame(byKernel(room, kernel, row.output, given, 1), byDefinition({ ...row, delta }, given, 1));
    }
  });
});

describe('maps of the reference implementation', () => {
  const room = place();
  const { kernels } = room;
  it.each(attentionCases().map((c) => [`${c.scheme}, sigma ${c.sigma}`, c] as const))('%s: every output and edge output, by SIMD', (_, c) => {
    const kernel = kernels.compile({ scheme: schemeOf(c.scheme), delta: c.delta, aBits: c.bits, output: 'values' });
    expect(kernel.implementation).toBe('simd');
    expect(firstDifference(byKernel(room, kernel, 'values', flat(c.input), 0).out, c.output)).toBeNull();
    expect(firstDifference(byKernel(room, kernel, 'values', flat(c.edgeInput), 0).out, c.edgeOutput)).toBeNull();
  });
});

describe('what no kernel covers', () => {
  const room = place();
  const { kernels } = room;
  const random = createRandom(9);
  const x = Float32Array.from({ length: 3 * 2 * 13 * 13 }, () => Math.exp(-20 * random.uniform()));
  const given: Given = { x, shape: { batch: 3, heads: 2, rows: 13, cols: 13 }, shift: 0, inPlace: false, statistics: true };

  it.each(['Sqrt2_16', 'Sqrt2_17'].flatMap((id) => [5, 6, 8].map((aBits) => [id, aBits] as const)))('%s with %i bits runs by the table, and says so', (id, aBits) => {
    const row: Case = { scheme: schemeOf(id), delta: Math.fround(0.9), aBits, output: 'values' };
    const kernel = kernels.compile(row);
    expect(kernel.implementation).toBe('table');
    expectSame(byKernel(room, kernel, 'values', given, 4), byDefinition(row, given, 4));
  });

  it.each(['values', 'two-accumulators'] as const)('Sqrt2 with a delta among the denormals runs by the table: %s', (output) => {
    const row: Case = { scheme: schemeOf('Sqrt2_17'), delta: Math.fround(1e-38), aBits: 4, output };
    const kernel = kernels.compile(row);
    expect(kernel.implementation).toBe('table');
    const tiny = { ...given, x: x.map((v) => v * 1e-38), statistics: false };
    expectSame(byKernel(room, kernel, output, tiny, 0), byDefinition(row, tiny, 0));
  });

  it('BitLog2 whose values would be denormals runs by the table', () => {
    const row: Case = { scheme: schemeOf('BitLog2_Single_17'), delta: Math.fround(3e38), aBits: 4, output: 'values' };
    expect(kernels.compile(row).implementation).toBe('table');
  });

  it('refuses outputs that a scheme has not', () => {
    const compile = (id: string, output: MapOutput, aBits = 4) => () => kernels.compile({ scheme: schemeOf(id), delta: 1, aBits, output });
    expect(compile('Sqrt2_17', 'levels')).toThrow('no output levels');
    expect(compile('BitLog2_Half_16', 'two-accumulators')).toThrow('no output');
    expect(compile('BitLog2_Half_17', 'level-bytes')).toThrow('above 255');
    expect(compile('Sqrt2_17', 'two-accumulators', 8)).toThrow('no output');
  });

  it('refuses jobs that do not fit', () => {
    const kernel = kernels.compile({ scheme: schemeOf('BitLog2_Half_17'), delta: 300, aBits: 4, output: 'levels' });
    const job = { x: 0, out: 0, shape: given.shape };
    expect(() => kernel.run({ ...job, counts: new Float64Array(3) })).toThrow('do not fit');
    expect(() => kernel.run({ ...job, second: 0 })).toThrow('second');
    expect(() => kernel.run({ ...job, statistics: 0 })).toThrow('values');
    expect(() => kernel.run({ ...job, shape: { ...given.shape, heads: 300 } })).toThrow('300 heads');
  });
});

describe('one image after another', () => {
  it('goes on with counts and digest where the last block ended, and leaves out what is not asked for', () => {
    const memory = new KernelMemory();
    const kernels = new MapKernels(memory);
    const kernel = kernels.compile({ scheme: schemeOf('BitLog2_Half_17'), delta: 300, aBits: 4, output: 'values' });
    const random = createRandom(1);
    const x = Float32Array.from({ length: 2 * 49 * 49 }, () => random.uniform() ** 4);
    const shape = { batch: 1, heads: 2, rows: 49, cols: 49 };
    const at = memory.reserve(4 * x.length);
    const quantizer = createAttentionQuantizer(schemeOf('BitLog2_Half_17'), 300, 4);
    const codes = new Uint8Array(4804);
    const expected = new Float64Array(34);
    const counts = new Float64Array(34);
    let [digest, expectedDigest] = [0, 0];
    for (let block = 0; block < 3; block++) {
      x.reverse();
      memory.f32(at, x.length).set(x);
      const values = new Float32Array(x.length);
      quantizer.quantizeHeads(x, values, codes, shape, expected);
      expectedDigest = digestCodes(codes, x.length, expectedDigest);
      digest = kernel.run({ x: at, out: at, shape, counts, digest });
      expect(firstDifference(memory.f32(at, x.length), values)).toBeNull();
      memory.f32(at, x.length).set(x);
      expect(kernel.run({ x: at, out: at, shape })).toBe(0);
      expect(firstDifference(memory.f32(at, x.length), values)).toBeNull();
    }
    expect([...counts]).toEqual([...expected]);
    expect(digest).toBe(expectedDigest);
  });
});
