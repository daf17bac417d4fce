/** What the engine finds out about its processor, and the proof that a run's `exact` rests on. */
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { extremeCodes, sumsOfCodes } from '../../../../src/engine/core/graph/integer/extreme-codes';
import { planInteger, weightOffset, type IntegerMachine } from '../../../../src/engine/core/graph/integer/integer-plan';
import type { NetworkParameters, QuantizerSettings } from '../../../../src/engine/core/graph/parameters';
import type { ImportedModel } from '../../../../src/engine/core/graph/types';
import { proveExact, type Proof } from '../../../../src/engine/runtime/evaluate/prove-exact';
import { importGraph } from '../../../../src/engine/runtime/ort/import-model';
import { probeMachine } from '../../../../src/engine/runtime/ort/integer-machine';
import { multiplyCodes } from '../../../../src/engine/runtime/ort/multiply-codes';
import { multiplyWholes } from '../../../../src/engine/runtime/ort/multiply-wholes';
import { logSchemeIds, type SchemeId } from '../../../../src/shared/settings';
import { calibrate, integerNetwork } from '../../../helpers/integer-network';
import { smallSwin, smallVit } from '../../../helpers/small-project';

const clamp16 = (value: number): number => Math.min(Math.max(value, -32768), 32767);

/** uint8 x int8 as processors without VNNI do it: pairs of products are added in 16 bits, which end where they end. */
function saturatingDot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < a.length; i += 2) sum += clamp16((a[i] ?? 0) * (b[i] ?? 0) + (a[i + 1] ?? 0) * (b[i + 1] ?? 0));
  return sum;
}

function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0n;
  for (let i = 0; i < a.length; i++) sum += BigInt(a[i] ?? 0) * BigInt(b[i] ?? 0);
  return Number(sum);
}

const byte = fc.oneof(fc.constantFrom(0, 255, 254), fc.nat(255));
const pairs = fc.integer({ min: 1, max: 20 }).chain((length) => fc.tuple(fc.array(byte, { minLength: 2 * length, maxLength: 2 * length }), fc.array(byte, { minLength: 2 * length, maxLength: 2 * length })));

describe('this processor', () => {
  let machine: IntegerMachine;
  beforeAll(async () => { machine = await probeMachine(); });

  it.each([true, false])('multiplies uint8 x int8 as the probe says, weights known when the session loads: %s', async (constant) => {
    await fc.assert(fc.asyncProperty(pairs, async ([a, b]) => {
      const weight = Int8Array.from(b, (code) => code - 128);
      const [sum] = await multiplyCodes({ rows: 1, inner: a.length, columns: 1, input: Uint8Array.from(a), inputZero: 0, weight, weightZero: new Int8Array(1), constant });
      expect(sum).toBe(machine.saturates ? saturatingDot(a, weight) : dot(a, weight));
    }), { numRuns: 60 });
  });

  it.each([true, false])('multiplies uint8 x uint8 exactly, weights known when the session loads: %s', async (constant) => {
    await fc.assert(fc.asyncProperty(pairs, byte, byte, async ([a, b], inputZero, weightZero) => {
      const [sum] = await multiplyCodes({ rows: 1, inner: a.length, columns: 1, input: Uint8Array.from(a), inputZero, weight: Uint8Array.from(b), weightZero: Uint8Array.of(weightZero), constant });
      expect((sum ?? NaN) + 0).toBe(dot(a.map((code) => code - inputZero), b.map((code) => code - weightZero)) + 0);
    }), { numRuns: 60 });
  });

  it.each([[4, 4], [8, 4], [8, 7], [7, 7]])('gives the same sums with weights of either type wherever int8 is allowed: %i bits by %i bits', async (inputBits, wBits) => {
    const [rows, inner, columns] = [7, 150, 13];
    const { input, weight } = extremeCodes(rows, inner, columns, { inputTop: 2 ** inputBits - 1, weightTop: 2 ** wBits - 1 });
    const zeros = Array.from({ length: columns }, (_, column) => (column * 5) % 2 ** wBits);
    const offset = weightOffset('int8', wBits);
    const product = { rows, inner, columns, input, inputZero: 3, constant: true };
    const unsigned = await multiplyCodes({ ...product, weight, weightZero: Uint8Array.from(zeros) });
    const signed = await multiplyCodes({ ...product, weight: Int8Array.from(weight, (code) => code - offset), weightZero: Int8Array.from(zeros, (zero) => zero - offset) });
    expect(signed).toEqual(unsigned);
    expect(Array.from(unsigned)).toEqual(Array.from(sumsOfCodes({ ...product, weight, weightZero: zeros })));
  });

  it('multiplies whole numbers in float32 exactly up to the last one below 2^24', async () => {
    const inner = 577;
    const a = new Float32Array(inner);
    a[0] = 32768;
    a[576] = 32768;
    const b = new Float32Array(inner).fill(255);
    expect(await multiplyWholes({ rows: 1, inner, columns: 1, a, b })).toEqual(Float32Array.of(65536 * 255));
  });
});

describe.each([['ViT', smallVit], ['Swin', smallSwin]])('proveExact on a small %s', (_name, build) => {
  let model: ImportedModel;
  let real: IntegerMachine;
  beforeAll(async () => {
    model = await importGraph(build());
    real = await probeMachine();
  });

  async function prove(settings: QuantizerSettings, machine: IntegerMachine, change: (parameters: NetworkParameters) => NetworkParameters = (same) => same, poll: () => void = () => undefined, tried = new Map<string, boolean>()): Promise<Proof> {
    const [found] = await calibrate(model, [settings]);
    if (found === undefined) throw new Error('nothing was calibrated');
    const { graph, structure, parameters, batch } = integerNetwork(model, settings, found, 2, machine);
    return proveExact({ graph, structure, settings, parameters: change(parameters), machine, batch, threads: 1, tried }, poll);
  }

  it.each(logSchemeIds)('shows that every product is exact under %s', async (scheme) => {
    expect(await prove({ scheme, wBits: 4, aBits: 4 }, real)).toEqual({ exact: true, fallbacks: [], wrong: [] });
  });

  it('and with 8 bits on both sides, whichever type the weights must have', async () => {
    expect(await prove({ scheme: 'BitLog2_Half_16', wBits: 8, aBits: 8 }, real)).toEqual({ exact: true, fallbacks: [], wrong: [] });
    expect(await prove({ scheme: 'BitLog2_Single_17', wBits: 8, aBits: 8 }, { saturates: true })).toEqual({ exact: true, fallbacks: [], wrong: [] });
  });

  it('names the sites whose products come out wrong: weights as int8 where the processor saturates', async () => {
    const settings = { scheme: 'BitLog2_Half_17', wBits: 8, aBits: 8 } as const;
    const proof = await prove(settings, { saturates: false });
    const lied = planInteger(model.graph, model.structure, settings, null, { saturates: false });
    const int8 = model.structure.sites.map(({ name }) => name).filter((name) => {
      const how = lied.get(name);
      return how?.kind === 'integer-gemm' && how.weight === 'int8';
    });
    expect(int8).toEqual(model.structure.sites.filter(({ kind }) => kind === 'linear').map(({ name }) => name));
    // Where nothing saturates, int8 is right.
    expect(proof).toEqual({ exact: !real.saturates, fallbacks: [], wrong: real.saturates ? int8 : [] });
  });

  it('multiplies once what schemes have in common', async () => {
    const tried = new Map<string, boolean>();
    const settings = { wBits: 4, aBits: 4 };
    await prove({ ...settings, scheme: 'BitLog2_Half_17' }, real, undefined, undefined, tried);
    const first = new Set(tried.keys());
    await prove({ ...settings, scheme: 'BitLog2_Half_17' }, real, undefined, undefined, tried);
    expect(new Set(tried.keys())).toEqual(first);
    await prove({ ...settings, scheme: 'Sqrt2_17' }, real, undefined, undefined, tried);
    const more = [...tried.keys()].filter((key) => !first.has(key));
    expect(more.length).toBeGreaterThan(0);
    // Its levels are its own, so every product with the map is another one.
    expect([...first].filter((key) => key.startsWith('matmul2')).every((key) => tried.get(key) === true)).toBe(true);
    expect(more.filter((key) => key.startsWith('linear')).length).toBeLessThan([...first].filter((key) => key.startsWith('linear')).length);
    expect([...tried.values()].every((equal) => equal)).toBe(true);
  });

  it('finds a product wrong again that was wrong before', async () => {
    const settings = { scheme: 'BitLog2_Half_17', wBits: 4, aBits: 4 } as const;
    const tried = new Map<string, boolean>();
    await prove(settings, real, undefined, undefined, tried);
    const bad = new Map([...tried.keys()].map((key) => [key, false]));
    const proof = await prove(settings, real, undefined, undefined, bad);
    expect([proof.exact, proof.wrong]).toEqual([false, model.structure.sites.map(({ name }) => name)]);
  });

  it('says which sites fell back, and does not call such a network exact', async () => {
    const site = model.structure.sites.find(({ role }) => role === 'fc2')?.name ?? '';
    const proof = await prove({ scheme: 'Sqrt2_17', wBits: 4, aBits: 4 }, real, (parameters) => ({
      ...parameters, sites: { ...parameters.sites, [site]: { ...parameters.sites[site], input: { bits: 4, delta: [0.1], zero_point: [-1] } } },
    }));
    expect(proof).toEqual({ exact: false, wrong: [], fallbacks: [{ site, reason: expect.stringContaining('-1') }] });
    const none = await prove({ scheme: 'none', wBits: 4, aBits: 4 }, real);
    expect(none.exact).toBe(false);
    expect(none.fallbacks.map((fallback) => fallback.site)).toEqual(model.structure.sites.filter(({ role }) => role === 'matmul2').map(({ name }) => name));
  });

  it('can be stopped before every product', async () => {
    const settings = { scheme: 'BitLog2_Half_17' as SchemeId, wBits: 4, aBits: 4 };
    let polls = 0;
    await prove(settings, real, undefined, () => void polls++);
    expect(polls).toBeGreaterThanOrEqual(model.structure.sites.length);
    for (const stopAt of [1, model.structure.sites.length, polls]) {
      let count = 0;
      await expect(prove(settings, real, undefined, () => { if (++count === stopAt) throw new Error('stopped by the test'); })).rejects.toThrow('stopped by the test');
    }
  });
});
