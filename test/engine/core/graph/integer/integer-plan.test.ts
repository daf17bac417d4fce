/** The plan never calls integer what could go wrong, and never gives up what could not. */
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { buildVit } from '../../../../../src/engine/core/builder/build-vit';
import { integerParameters } from '../../../../../src/engine/core/graph/integer/integer-parameters';
import { inputBits, isPatchGrid, planInteger, weightOffset, type IntegerMachine, type SitePlan } from '../../../../../src/engine/core/graph/integer/integer-plan';
import { inspection } from '../../../../../src/engine/core/graph/inspection';
import type { NetworkParameters, QuantizerSettings } from '../../../../../src/engine/core/graph/parameters';
import type { Attribute, Graph, ImportedModel, LinearSite, ModelStructure } from '../../../../../src/engine/core/graph/types';
import { schemeById } from '../../../../../src/engine/core/quantizers/scheme-table';
import { importGraph } from '../../../../../src/engine/runtime/ort/import-model';
import { logSchemeIds, type SchemeId } from '../../../../../src/shared/settings';

let model: ImportedModel;
beforeAll(async () => { model = await importGraph(buildVit({ image: 32, patch: 8, dim: 32, depth: 2, heads: 2, mlpRatio: 2, classes: 6 }, 3)); });

const bits = fc.integer({ min: 2, max: 8 });
const machine = fc.record({ saturates: fc.boolean() });
const scheme = fc.constantFrom<SchemeId>(...logSchemeIds);
const isLinear = (site: ModelStructure['sites'][number]): site is LinearSite => site.kind === 'linear';

/** Parameters of all sites with zero points in the middle of the codes. */
function middling({ sites }: ModelStructure, { wBits, aBits, scheme: id }: QuantizerSettings): NetworkParameters {
  const uniform = (own: number): { bits: number; delta: number[]; zero_point: number[] } => ({ bits: own, delta: [0.1], zero_point: [2 ** (own - 1)] });
  const fields = sites.map((site) => {
    if (site.kind === 'product') return [site.name, { A: site.role === 'matmul1' ? uniform(aBits) : { bits: 4, scheme: id, delta: [300] }, B: uniform(aBits) }];
    const weight = { bits: wBits, delta: Array<number>(site.outFeatures).fill(0.1), zero_point: Array<number>(site.outFeatures).fill(2 ** (wBits - 1)) };
    return [site.name, { input: uniform(inputBits(site, aBits)), weight }];
  });
  return { sites: Object.fromEntries(fields), reparameterisation: {} };
}

function withZero(parameters: NetworkParameters, site: string, field: string, zeroPoint: number, channel = 0): NetworkParameters {
  const found = parameters.sites[site]?.[field];
  if (found?.zero_point === undefined) throw new Error(`no zero point of ${site} ${field}`);
  return { ...parameters, sites: { ...parameters.sites, [site]: { ...parameters.sites[site], [field]: { ...found, zero_point: found.zero_point.map((old, index) => (index === channel ? zeroPoint : old)) } } } };
}

/** Names of the sites in reference arithmetic, with the reason. */
function fallbacks(plan: ReadonlyMap<string, SitePlan>): [string, string][] {
  return [...plan].flatMap(([name, how]) => (how.kind === 'reference' ? [[name, how.reason]] : []));
}

const plan = (settings: QuantizerSettings, parameters: NetworkParameters | null, on: IntegerMachine = { saturates: true }, structure = model.structure): Map<string, SitePlan> =>
  planInteger(model.graph, structure, settings, parameters, on);

/** The log schemes have integer levels at these bits: Sqrt2 up to 4, BitLog2 always. */
const fits = (id: SchemeId, aBits: number): boolean => id.startsWith('BitLog2') || aBits <= 4;

describe('planInteger', () => {
  it('makes every site integer at any bits and scheme whose levels fit, with and without parameters', () => {
    fc.assert(fc.property(bits, bits, scheme, machine, (wBits, aBits, id, on) => {
      const settings = { scheme: id, wBits, aBits };
      const mixes = model.structure.sites.filter(({ role }) => role === 'matmul2').map(({ name }) => name);
      for (const parameters of [null, middling(model.structure, settings)]) {
        expect(fallbacks(plan(settings, parameters, on)).map(([name]) => name)).toEqual(fits(id, aBits) ? [] : mixes);
      }
    }));
  });

  it('gives up one site alone when a zero point of an operand fits no byte, and names it', () => {
    const settings = { scheme: 'BitLog2_Half_17', wBits: 4, aBits: 4 } as const;
    const operands = (): [string, string][] => model.structure.sites.flatMap((site) => (isLinear(site) ? [[site.name, 'input']] : site.role === 'matmul1' ? [[site.name, 'A'], [site.name, 'B']] : [[site.name, 'B']]) as [string, string][]);
    fc.assert(fc.property(fc.nat(), fc.oneof(fc.integer({ min: -300, max: 600 }), fc.constantFrom(-1, 0, 255, 256, 7.5)), (which, zeroPoint) => {
      const all = operands();
      const [site, field] = all[which % all.length] ?? ['', ''];
      const found = fallbacks(plan(settings, withZero(middling(model.structure, settings), site, field, zeroPoint)));
      const byte = Number.isInteger(zeroPoint) && zeroPoint >= 0 && zeroPoint <= 255;
      expect(found.map(([name]) => name)).toEqual(byte ? [] : [site]);
      if (!byte) expect(found[0]?.[1]).toContain(`${zeroPoint}, outside the 0 to 255`);
    }));
  });

  it('gives up a Linear when the zero point of one weight channel fits no byte of the type that it takes', () => {
    fc.assert(fc.property(fc.nat(), fc.nat(), bits, bits, machine, fc.integer({ min: -300, max: 600 }), (which, at, wBits, aBits, on, zeroPoint) => {
      const linears = model.structure.sites.filter(isLinear);
      const site = linears[which % linears.length];
      if (site === undefined) return;
      const settings = { scheme: 'BitLog2_Half_17', wBits, aBits } as const;
      const channel = at % site.outFeatures;
      const how = plan(settings, withZero(middling(model.structure, settings), site.name, 'weight', zeroPoint, channel), on);
      const type = plan(settings, null, on).get(site.name);
      if (type?.kind !== 'integer-gemm') throw new Error('a Linear that is not integer');
      const stored = zeroPoint - weightOffset(type.weight, wBits);
      const byte = type.weight === 'int8' ? stored >= -128 && stored <= 127 : stored >= 0 && stored <= 255;
      const found = fallbacks(how);
      expect(found.map(([name]) => name)).toEqual(byte ? [] : [site.name]);
      if (!byte) expect(found[0]?.[1]).toMatch(new RegExp(`output channel ${channel} is ${zeroPoint}, outside`));
    }));
  });

  it('never stores weights in a type whose pairs of products could saturate', () => {
    fc.assert(fc.property(bits, bits, machine, (wBits, aBits, on) => {
      const how = plan({ scheme: 'BitLog2_Half_17', wBits, aBits }, null, on);
      for (const site of model.structure.sites.filter(isLinear)) {
        const type = how.get(site.name);
        if (type?.kind !== 'integer-gemm') throw new Error('a Linear that is not integer');
        const top = 2 ** inputBits(site, aBits) - 1;
        // The two ends of a stored weight, twice.
        const ends = [-(2 ** (wBits - 1)), 2 ** (wBits - 1) - 1].map((weight) => 2 * top * weight);
        const saturates = on.saturates && ends.some((pair) => pair < -32768 || pair > 32767);
        expect(type.weight).toBe(saturates ? 'uint8' : 'int8');
      }
    }));
  });

  it('nor codes of k and v', () => {
    fc.assert(fc.property(bits, scheme, machine, fc.integer({ min: 0, max: 255 }), (aBits, id, on, zeroPoint) => {
      const settings = { scheme: id, wBits: 4, aBits };
      const parameters = model.structure.sites.filter(({ kind }) => kind === 'product').reduce((all, { name }) => withZero(all, name, 'B', zeroPoint), middling(model.structure, settings));
      const log = schemeById(id);
      const levels = log.kind === 'none' ? null : log.integerLevels(aBits);
      for (const site of model.structure.sites) {
        const how = plan(settings, parameters, on).get(site.name);
        if (site.kind === 'linear' || how?.kind !== 'integer-gemm' || how.weight === 'uint8') continue;
        const top = 2 ** aBits - 1;
        const first = site.role === 'matmul1' ? top : Math.max(...(levels?.whole ?? []));
        expect(Math.max(top, zeroPoint)).toBeLessThanOrEqual(127);
        expect(on.saturates && 2 * first * top > 32767).toBe(false);
        // What is multiplied as bytes fits them.
        expect(first).toBeLessThanOrEqual(255);
      }
    }));
  });

  it('leaves products in which float32 would lose count, and no others', () => {
    fc.assert(fc.property(bits, scheme, fc.integer({ min: 1, max: 100_000 }), fc.integer({ min: 0, max: 255 }), (aBits, id, tokens, zeroPoint) => {
      if (!fits(id, aBits)) return;
      const settings = { scheme: id, wBits: 4, aBits };
      const structure = { ...model.structure, blocks: model.structure.blocks.map((block) => ({ ...block, tokens })) };
      const parameters = model.structure.sites.filter(({ role }) => role === 'matmul2').reduce((all, { name }) => withZero(all, name, 'B', zeroPoint), middling(structure, settings));
      const v = Math.max(zeroPoint, 2 ** aBits - 1 - zeroPoint);
      // A row of a softmax sums to 1 and rounding; Sqrt2 rounds to the nearest level, so that each of its terms may stand at the top.
      const scaled = { BitLog2_Single_16: 32768, BitLog2_Single_17: 65536, BitLog2_Half_16: 256, BitLog2_Half_17: 384 }[id as string];
      const top = scaled === undefined ? 2 ** Math.ceil((2 ** aBits - (id === 'Sqrt2_17' ? 1 : 2)) / 2) : Infinity;
      const greatest = v * (scaled === undefined ? tokens * top : scaled);
      const found = fallbacks(plan(settings, parameters, { saturates: true }, structure)).map(([name]) => name);
      if (greatest >= 2 ** 24 && (scaled === undefined || tokens >= 2)) expect(found).toEqual(['blocks.0.attn.matmul2', 'blocks.1.attn.matmul2']);
      if (greatest * 1.001 < 2 ** 24) expect(found).toEqual([]);
    }));
  });

  it('leaves sums of q and k that are too long for int32', () => {
    const settings = { scheme: 'BitLog2_Half_17', wBits: 4, aBits: 8 } as const;
    const long = (headDim: number): ModelStructure => ({ ...model.structure, blocks: model.structure.blocks.map((block) => ({ ...block, headDim })) });
    for (const headDim of [64, 128, 4096]) expect(fallbacks(plan(settings, null, { saturates: true }, long(headDim)))).toEqual([]);
    // 255 * 255 * headDim
    const found = fallbacks(plan(settings, null, { saturates: true }, long(40_000)));
    expect(found.map(([name]) => name)).toEqual(['blocks.0.attn.matmul1', 'blocks.1.attn.matmul1']);
  });

  it('says of scheme none, and of bits that are off, why nothing is integer', () => {
    const reasons = (settings: QuantizerSettings): Map<string, string> => new Map(fallbacks(plan(settings, null)));
    expect([...reasons({ scheme: 'none', wBits: 4, aBits: 4 })]).toEqual(['blocks.0', 'blocks.1'].map((block) => [`${block}.attn.matmul2`, 'the attention map stays in FP32 (scheme none)']));
    expect([...reasons({ scheme: 'Sqrt2_17', wBits: 4, aBits: 32 }).keys()]).toEqual(model.structure.sites.map(({ name }) => name));
    expect([...reasons({ scheme: 'Sqrt2_17', wBits: 32, aBits: 4 }).keys()]).toEqual(model.structure.sites.filter(isLinear).map(({ name }) => name));
    expect(new Set(reasons({ scheme: 'Sqrt2_17', wBits: 32, aBits: 4 }).values())).toEqual(new Set(['weights are not quantised (w_bits 32)']));
  });

  it('shows up in what is inspected', () => {
    const obstacles = inspection(model, { wBits: 4, aBits: 32 }).sites.map(({ integerObstacle }) => integerObstacle);
    expect(new Set(obstacles)).toEqual(new Set(['activations are not quantised (a_bits 32)']));
    expect(inspection(model).sites.every(({ integerObstacle }) => integerObstacle === null)).toBe(true);
  });
});

describe('isPatchGrid', () => {
  const conv = (attributes: Record<string, Attribute>, [kernel, side, grid]: readonly [number, number, number]): Graph => ({
    name: 'g', opsets: [], irVersion: 8, metadata: new Map(), outputs: [], inputs: [{ name: 'x', type: 'float32', dims: [1, 3, side, side] }],
    initializers: new Map([['w', { type: 'float32', dims: [4, 3, kernel, kernel], data: new Float32Array(12 * kernel ** 2) }]]),
    nodes: [{ name: 'c', opType: 'Conv', domain: '', inputs: ['x', 'w'], outputs: ['y'], attributes: new Map(Object.entries(attributes)) }], shapes: new Map([['y', [1, 4, grid, grid]]]),
  });
  const ints = (...value: number[]): Attribute => ({ kind: 'ints', value: value.map(BigInt) });

  it('knows a grid of patches from all else', () => {
    expect(isPatchGrid(conv({ strides: ints(4, 4) }, [4, 16, 4]), 'y')).toBe(true);
    expect(isPatchGrid(conv({ strides: ints(4, 4), pads: ints(0, 0, 0, 0), dilations: ints(1, 1), group: { kind: 'int', value: 1n } }, [4, 16, 4]), 'y')).toBe(true);
    // 1 x 1 kernels have a stride of 1 unless told otherwise.
    expect(isPatchGrid(conv({}, [1, 16, 16]), 'y')).toBe(true);
    expect(isPatchGrid(conv({}, [4, 16, 13]), 'y')).toBe(false);
    expect(isPatchGrid(conv({ strides: ints(4, 4) }, [4, 18, 4]), 'y')).toBe(false);
    expect(isPatchGrid(conv({ strides: ints(2, 4) }, [4, 16, 4]), 'y')).toBe(false);
    expect(isPatchGrid(conv({ strides: ints(4, 4), pads: ints(2, 2, 2, 2) }, [4, 12, 4]), 'y')).toBe(false);
    expect(isPatchGrid(conv({ strides: ints(4, 4), dilations: ints(2, 2) }, [4, 16, 4]), 'y')).toBe(false);
    expect(isPatchGrid(conv({ strides: ints(4, 4), group: { kind: 'int', value: 3n } }, [4, 16, 4]), 'y')).toBe(false);
    expect(isPatchGrid(conv({ strides: ints(4, 4) }, [4, 16, 4]), 'z')).toBe(false);
  });
});

describe('integerParameters', () => {
  it('rounds the zero points of reparameterised inputs, half to even, and nothing else', () => {
    const site = (zeroPoint: number): NetworkParameters['sites'][string] => ({ input: { bits: 4, delta: [0.1], zero_point: [zeroPoint] }, weight: { bits: 4, delta: [0.1, 0.2], zero_point: [3, -4] } });
    const record = { layerNorm: 'norm1', channelDelta: [0.1, 0.3], channelZeroPoint: [7, 8] };
    const parameters: NetworkParameters = { sites: { a: site(7.5), b: site(6.5), c: site(-0.25), d: site(7.5) }, reparameterisation: { a: record, b: record, c: record } };
    const rounded = integerParameters(parameters);
    expect(['a', 'b', 'c', 'd'].map((name) => Number(rounded.sites[name]?.input?.zero_point?.[0]) + 0)).toEqual([8, 6, 0, 7.5]);
    expect(rounded.sites.d).toBe(parameters.sites.d);
    expect(rounded.sites.a?.weight).toBe(parameters.sites.a?.weight);
    expect(rounded.reparameterisation).toBe(parameters.reparameterisation);
    expect(parameters.sites.a?.input?.zero_point).toEqual([7.5]);
  });
});
