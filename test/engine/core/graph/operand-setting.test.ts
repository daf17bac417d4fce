/** What bits, scheme and overrides come to: the last match decides, and nothing else does. */
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { buildVit } from '../../../../src/engine/core/builder/build-vit';
import { mapSettings, wholeMap } from '../../../../src/engine/core/graph/map-settings';
import { isMap, isReparameterised, operandSetting, operandsOf, sharedBits, sitesByName, type OperandSetting } from '../../../../src/engine/core/graph/operand-setting';
import type { QuantizerSettings } from '../../../../src/engine/core/graph/parameters';
import type { ImportedModel, ProductSite, Site } from '../../../../src/engine/core/graph/types';
import { importGraph } from '../../../../src/engine/runtime/ort/import-model';
import { EngineError } from '../../../../src/shared/failure';
import type { OperandName, Overrides, OverrideValue } from '../../../../src/shared/overrides';
import { schemeIds, type SchemeId } from '../../../../src/shared/settings';
import { splitQkv } from '../../../helpers/split-qkv';

const HEADS = 3;
let model: ImportedModel;
let split: ImportedModel;
beforeAll(async () => {
  const graph = buildVit({ image: 32, patch: 8, dim: 24, depth: 2, heads: HEADS, mlpRatio: 2, classes: 6 }, 3);
  model = await importGraph(graph);
  split = await importGraph(splitQkv(graph));
});

const w4a4: QuantizerSettings = { scheme: 'BitLog2_Half_17', wBits: 4, aBits: 4 };
const under = (overrides: Overrides, base: QuantizerSettings = w4a4): QuantizerSettings => ({ ...base, overrides });
const site = (name: string): Site => {
  const found = model.structure.sites.find((candidate) => candidate.name === name);
  if (found === undefined) throw new Error(`no site ${name}`);
  return found;
};
const mapSite = (name = 'blocks.0.attn.matmul2'): ProductSite => {
  const found = site(name);
  if (!isMap(found, 'A')) throw new Error(`${name} is no map`);
  return found;
};
const of = (settings: QuantizerSettings, name: string, operand: OperandName, head: number | null = null): OperandSetting => operandSetting(settings, site(name), operand, head);

const fp32 = { kind: 'fp32' } as const;
const uniform = (bits: number): OperandSetting => ({ kind: 'uniform', bits });
const log = (scheme: SchemeId, bits: number): OperandSetting => ({ kind: 'log', scheme, bits });

describe('without overrides', () => {
  it('bits and scheme decide, the picture has 8 bits', () => {
    expect(operandsOf(site('blocks.0.attn.qkv')).map((operand) => of(w4a4, 'blocks.0.attn.qkv', operand))).toEqual([uniform(4), uniform(4)]);
    expect(of({ ...w4a4, wBits: 6, aBits: 5 }, 'blocks.1.mlp.fc2', 'input')).toEqual(uniform(5));
    expect(of({ ...w4a4, wBits: 6, aBits: 5 }, 'blocks.1.mlp.fc2', 'weight')).toEqual(uniform(6));
    expect(of(w4a4, 'patch_embed.proj', 'input')).toEqual(uniform(8));
    expect(of({ ...w4a4, aBits: 32 }, 'patch_embed.proj', 'input')).toEqual(fp32);
    expect(of({ ...w4a4, wBits: 32 }, 'patch_embed.proj', 'weight')).toEqual(fp32);
    expect(of(w4a4, 'blocks.0.attn.matmul1', 'A')).toEqual(uniform(4));
    expect(of(w4a4, 'blocks.0.attn.matmul2', 'B')).toEqual(uniform(4));
  });

  it('a map has the bits of its scheme', () => {
    expect(of({ ...w4a4, aBits: 6 }, 'blocks.0.attn.matmul2', 'A')).toEqual(log('BitLog2_Half_17', 4));
    expect(of({ ...w4a4, scheme: 'Sqrt2_17', aBits: 6 }, 'blocks.0.attn.matmul2', 'A')).toEqual(log('Sqrt2_17', 6));
    expect(of({ ...w4a4, scheme: 'Sqrt2_17', aBits: 32 }, 'blocks.0.attn.matmul2', 'A')).toEqual(log('Sqrt2_17', 4));
    expect(of({ ...w4a4, scheme: 'none' }, 'blocks.0.attn.matmul2', 'A')).toEqual(fp32);
  });
});

describe('an override', () => {
  it('is about the operand that it names, or all of them', () => {
    const settings = under({ 'blocks.0.*': 8, 'head:weight': 'fp32', '*.fc1:input': 6 }, { ...w4a4, scheme: 'Sqrt2_17' });
    expect(of(settings, 'blocks.0.attn.qkv', 'input')).toEqual(uniform(8));
    expect(of(settings, 'blocks.0.attn.qkv', 'weight')).toEqual(uniform(8));
    expect(of(settings, 'blocks.1.attn.qkv', 'weight')).toEqual(uniform(4));
    expect(of(settings, 'head', 'weight')).toEqual(fp32);
    expect(of(settings, 'head', 'input')).toEqual(uniform(4));
    expect(of(settings, 'blocks.0.mlp.fc1', 'input')).toEqual(uniform(6));
    expect(of(settings, 'blocks.0.mlp.fc1', 'weight')).toEqual(uniform(8));
    expect(of(settings, 'blocks.0.attn.matmul2', 'A')).toEqual(log('Sqrt2_17', 8));
  });

  it('decides the picture’s bits too', () => {
    expect(of(under({ '*': 5 }, { ...w4a4, scheme: 'Sqrt2_17' }), 'patch_embed.proj', 'input')).toEqual(uniform(5));
    expect(of(under({ 'patch_embed.*': 4 }, { ...w4a4, aBits: 32, wBits: 32 }), 'patch_embed.proj', 'input')).toEqual(uniform(4));
  });

  it('with a scheme is about maps alone, and leaves v as it was', () => {
    const settings = under({ '*': 'Sqrt2_16' });
    expect(of(settings, 'blocks.1.attn.matmul2', 'A')).toEqual(log('Sqrt2_16', 4));
    for (const each of model.structure.sites) {
      for (const operand of operandsOf(each)) if (!isMap(each, operand)) expect(operandSetting(settings, each, operand)).toEqual(operandSetting(w4a4, each, operand));
    }
  });

  it('of a head leaves the other heads and the other operands', () => {
    const settings = under({ 'blocks.0.attn.matmul2#1': 'fp32', '*:A#2': 'Sqrt2_17' });
    expect([0, 1, 2].map((head) => of(settings, 'blocks.0.attn.matmul2', 'A', head))).toEqual([log('BitLog2_Half_17', 4), fp32, log('Sqrt2_17', 4)]);
    expect([0, 1, 2].map((head) => of(settings, 'blocks.1.attn.matmul2', 'A', head))).toEqual([log('BitLog2_Half_17', 4), log('BitLog2_Half_17', 4), log('Sqrt2_17', 4)]);
    expect(of(settings, 'blocks.0.attn.matmul2', 'A')).toEqual(log('BitLog2_Half_17', 4));
    expect(of(settings, 'blocks.0.attn.matmul2', 'B')).toEqual(uniform(4));
    // A whole map, behind: it takes the heads along.
    expect(of(under({ '*#1': 'fp32', '*:A': 'Sqrt2_16' }), 'blocks.0.attn.matmul2', 'A', 1)).toEqual(log('Sqrt2_16', 4));
  });

  it('switches on what bits have switched off', () => {
    const off: QuantizerSettings = { scheme: 'none', wBits: 32, aBits: 32 };
    const settings = under({ 'blocks.1.attn.proj': 3, 'blocks.1.attn.matmul2:A': 'Sqrt2_17' }, off);
    expect(of(settings, 'blocks.1.attn.proj', 'weight')).toEqual(uniform(3));
    expect(of(settings, 'blocks.1.attn.proj', 'input')).toEqual(uniform(3));
    expect(of(settings, 'blocks.1.attn.matmul2', 'A')).toEqual(log('Sqrt2_17', 4));
    expect(of(settings, 'blocks.0.attn.proj', 'weight')).toEqual(fp32);
  });
});

/** Patterns about this model, some of which match nothing. */
const globs = fc.constantFrom('*', 'blocks.*', 'blocks.0.*', 'blocks.1.attn.*', '*.attn.matmul2', '*.mlp.fc?', 'head', 'patch*', '*qkv', 'nothing.here', 'blocks.0.attn.matmul1');
const anyValue = fc.constantFrom<OverrideValue>(2, 3, 4, 8, 32, 'fp32', ...schemeIds);
const keyed = fc.oneof(
  fc.tuple(globs, fc.constantFrom('', ':weight', ':input', ':B'), fc.constantFrom<OverrideValue>(2, 5, 8, 32, 'fp32')),
  fc.tuple(globs, fc.constantFrom('', ':A', '#0', '#1', ':A#2', '#9'), anyValue),
).map(([glob, rest, value]): [string, OverrideValue] => [`${glob}${rest}`, value]);
const sets = fc.uniqueArray(keyed, { selector: ([key]) => key, maxLength: 7 }).map((entries): Overrides => Object.fromEntries(entries));

describe('of several overrides', () => {
  it('the last that matches decides as if it were alone', () => {
    fc.assert(fc.property(sets, fc.constantFrom<SchemeId>(...schemeIds), (overrides, scheme) => {
      const base = { ...w4a4, scheme };
      for (const each of model.structure.sites) {
        for (const operand of operandsOf(each)) {
          for (const head of isMap(each, operand) ? [null, 0, 1, 2] : [null]) {
            // Alone, each override either decides or leaves the setting without overrides; FP32 and 3 bits as bases tell the two apart.
            const decides = (entry: [string, OverrideValue]): boolean => {
              const settings = [{ ...base, wBits: 32, aBits: 32 }, { ...base, scheme: 'Sqrt2_17' as const, wBits: 3, aBits: 3 }, { ...base, scheme: 'Sqrt2_16' as const, wBits: 7, aBits: 7 }];
              return settings.some((own) => JSON.stringify(operandSetting(under(Object.fromEntries([entry]), own), each, operand, head)) !== JSON.stringify(operandSetting(own, each, operand, head)));
            };
            const last = Object.entries(overrides).filter(decides).at(-1);
            const expected = operandSetting(last === undefined ? base : under(Object.fromEntries([last]), base), each, operand, head);
            expect(operandSetting(under(overrides, base), each, operand, head)).toEqual(expected);
          }
        }
      }
    }), { numRuns: 60 });
  });

  it('one that matches everything at the end makes those before it meaningless', () => {
    fc.assert(fc.property(sets, (overrides) => {
      const all = model.structure.sites.flatMap((each) => operandsOf(each).map((operand) => operandSetting(under({ ...overrides, '?*': 'fp32' }), each, operand, 0)));
      expect(all.every(({ kind }) => kind === 'fp32')).toBe(true);
    }));
  });
});

describe('the quantisers of a map', () => {
  it('are one for all heads, found at A', () => {
    const map = mapSettings(w4a4, mapSite(), HEADS);
    expect(map).toEqual({ quantizers: [{ ...log('BitLog2_Half_17', 4), field: 'A' }], heads: [0, 0, 0] });
    expect(wholeMap(map)).toMatchObject({ scheme: 'BitLog2_Half_17', field: 'A' });
    // A map under another scheme has its quantiser at A as well.
    expect(wholeMap(mapSettings(under({ '*': 'Sqrt2_16' }), mapSite(), HEADS))).toMatchObject({ scheme: 'Sqrt2_16', field: 'A' });
  });

  it('are none in FP32, head by head or together', () => {
    const all: readonly Overrides[] = [{ '*': 'fp32' }, { '*#0': 'fp32', '*#1': 'fp32', '*#2': 'none' }];
    for (const overrides of all) expect(mapSettings(under(overrides), mapSite(), HEADS)).toEqual({ quantizers: [], heads: [null, null, null] });
  });

  it('are several where heads differ, that of the whole map first', () => {
    const map = mapSettings(under({ '*#0': 'Sqrt2_17', '*#1': 'fp32' }), mapSite(), HEADS);
    expect(map).toEqual({ quantizers: [{ ...log('BitLog2_Half_17', 4), field: 'A' }, { ...log('Sqrt2_17', 4), field: 'A#0' }], heads: [1, null, 0] });
    expect(wholeMap(map)).toBeNull();
    expect(wholeMap(mapSettings(under({ '*#1': 'fp32' }), mapSite(), HEADS))).toBeNull();
    // Nobody uses the whole map's own: the first head's comes first.
    expect(mapSettings(under({ '*#0': 'Sqrt2_17', '*#1': 'Sqrt2_16', '*#2': 'Sqrt2_17' }), mapSite(), HEADS)).toMatchObject({ quantizers: [{ scheme: 'Sqrt2_17', field: 'A' }, { scheme: 'Sqrt2_16', field: 'A#1' }], heads: [0, 1, 0] });
  });

  it('of one scheme at different bits are different', () => {
    const map = mapSettings(under({ '*:A#2': 3 }, { ...w4a4, scheme: 'Sqrt2_17' }), mapSite(), HEADS);
    expect(map).toEqual({ quantizers: [{ ...log('Sqrt2_17', 4), field: 'A' }, { ...log('Sqrt2_17', 3), field: 'A#2' }], heads: [0, 0, 1] });
  });
});

describe('sites that read one tensor', () => {
  const readers = (...names: string[]): Parameters<typeof sharedBits>[2] => names.map((name) => ({ site: name, field: 'input', node: '', inputIndex: 0 }));
  const three = readers('blocks.0.attn.q', 'blocks.0.attn.k', 'blocks.0.attn.v');

  it('share one decision', () => {
    const sites = sitesByName(split.structure);
    expect(sharedBits(w4a4, sites, three)).toBe(4);
    expect(sharedBits(under({ 'blocks.0.attn.?': 'fp32' }), sites, three)).toBeNull();
    expect(sharedBits(under({ 'blocks.0.attn.?:input': 6 }), sites, three)).toBe(6);
    // Their weights are their own.
    expect(sharedBits(under({ 'blocks.0.attn.k:weight': 'fp32' }), sites, three)).toBe(4);
  });

  it.each<[Overrides]>([[{ 'blocks.0.attn.k': 'fp32' }], [{ '*.v:input': 8 }], [{ '*.q:input': 'fp32', '*.k:input': 'fp32' }]])('and %o, which contradicts itself, is refused with their names', (overrides) => {
    expect(() => sharedBits(under(overrides), sitesByName(split.structure), three)).toThrowError(EngineError);
    try {
      sharedBits(under(overrides), sitesByName(split.structure), three);
    } catch (error) {
      expect(error instanceof EngineError && error.failure).toMatchObject({ kind: 'recipe', place: expect.stringMatching(/blocks\.0\.attn\.q:input is .*, blocks\.0\.attn\.[kv]:input is /) as string });
    }
  });

  it('a LayerNorm keeps its scales where what comes out of it stays in FP32', () => {
    const { structure } = model;
    const sites = sitesByName(structure);
    const on = (settings: QuantizerSettings): string[] => structure.norms.filter((norm) => isReparameterised(settings, sites, norm)).map(({ name }) => name);
    expect(on(w4a4).length).toBe(structure.norms.length);
    expect(on({ ...w4a4, aBits: 32 })).toEqual([]);
    expect(on({ ...w4a4, wBits: 32 }).length).toBe(structure.norms.length);
    expect(on(under({ '*': 'fp32', 'blocks.1.mlp.fc1:input': 4 }))).toEqual(['blocks.1.norm2']);
  });
});
