/** Overrides held against a model: what they decide, and what is refused, with a sentence that helps. */
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'valibot';
import { buildSwin } from '../../../../src/engine/core/builder/build-swin';
import { buildVit } from '../../../../src/engine/core/builder/build-vit';
import { checkOverrides } from '../../../../src/engine/core/graph/check-overrides';
import { inspection } from '../../../../src/engine/core/graph/inspection';
import { isolationGroups, withSitesAlone, withSitesOff } from '../../../../src/engine/core/graph/isolate';
import { nearNames } from '../../../../src/engine/core/graph/near-names';
import { isMap, operandSetting, operandsOf } from '../../../../src/engine/core/graph/operand-setting';
import type { QuantizerSettings } from '../../../../src/engine/core/graph/parameters';
import type { ImportedModel } from '../../../../src/engine/core/graph/types';
import { importGraph } from '../../../../src/engine/runtime/ort/import-model';
import { EngineError, type Failure } from '../../../../src/shared/failure';
import { inspectionSchema } from '../../../../src/shared/inspection';
import { overrideReportSchema, type OverrideReport } from '../../../../src/shared/override-report';
import type { Overrides } from '../../../../src/shared/overrides';
import { splitQkv } from '../../../helpers/split-qkv';

const HEADS = 3;
let vit: ImportedModel;
let split: ImportedModel;
let swin: ImportedModel;
beforeAll(async () => {
  const graph = buildVit({ image: 32, patch: 8, dim: 24, depth: 2, heads: HEADS, mlpRatio: 2, classes: 6 }, 3);
  vit = await importGraph(graph);
  split = await importGraph(splitQkv(graph));
  swin = await importGraph(buildSwin({ image: 32, patch: 4, dim: 16, depths: [1, 1], heads: [2, 4], window: 4, mlpRatio: 2, classes: 6 }, 4));
});

const w4a4: QuantizerSettings = { scheme: 'Sqrt2_17', wBits: 4, aBits: 4 };
const report = (overrides: Overrides, base: Partial<QuantizerSettings> = {}, model = vit): OverrideReport => parse(overrideReportSchema, checkOverrides(model.structure, { ...w4a4, ...base, overrides }));

function failureOf(overrides: Overrides, base: Partial<QuantizerSettings> = {}, model = vit): Failure {
  try {
    checkOverrides(model.structure, { ...w4a4, ...base, overrides });
  } catch (error) {
    if (error instanceof EngineError) return error.failure;
    throw error;
  }
  throw new Error('it was taken');
}

describe('what overrides decide', () => {
  it('is listed by pattern, a whole map in one row', () => {
    const { patterns } = report({ 'blocks.0.attn.*': 8, 'blocks.*.attn.qkv:weight': 'fp32', '*.matmul2:A#1': 'BitLog2_Half_17', 'blocks.0.attn.matmul2:A': 6 });
    expect(patterns).toEqual([
      {
        pattern: 'blocks.0.attn.*', overruled: 1 + HEADS,
        operands: [
          { site: 'blocks.0.attn.qkv', operand: 'input', head: null }, { site: 'blocks.0.attn.matmul1', operand: 'A', head: null }, { site: 'blocks.0.attn.matmul1', operand: 'B', head: null },
          { site: 'blocks.0.attn.matmul2', operand: 'B', head: null }, { site: 'blocks.0.attn.proj', operand: 'input', head: null }, { site: 'blocks.0.attn.proj', operand: 'weight', head: null },
        ],
      },
      { pattern: 'blocks.*.attn.qkv:weight', overruled: 0, operands: [{ site: 'blocks.0.attn.qkv', operand: 'weight', head: null }, { site: 'blocks.1.attn.qkv', operand: 'weight', head: null }] },
      { pattern: '*.matmul2:A#1', overruled: 1, operands: [{ site: 'blocks.1.attn.matmul2', operand: 'A', head: 1 }] },
      { pattern: 'blocks.0.attn.matmul2:A', overruled: 0, operands: [{ site: 'blocks.0.attn.matmul2', operand: 'A', head: null }] },
    ]);
  });

  it('comes out for every operand, and for heads that differ', () => {
    const { resolved } = report({ '*:weight': 6, 'blocks.1.attn.matmul2#2': 'fp32', 'blocks.1.attn.matmul2#0': 'BitLog2_Half_17', 'head': 'fp32' });
    const row = (site: string, operand: string, head: number | null = null): unknown => {
      const found = resolved.find((each) => each.site === site && each.operand === operand && each.head === head);
      return found === undefined ? undefined : [found.setting, found.bits];
    };
    expect(row('blocks.0.mlp.fc1', 'weight')).toEqual([6, 6]);
    expect(row('blocks.0.mlp.fc1', 'input')).toEqual([4, 4]);
    expect(row('patch_embed.proj', 'input')).toEqual([8, 8]);
    expect(row('head', 'weight')).toEqual(['fp32', null]);
    expect(row('blocks.1.attn.matmul2', 'A')).toEqual(['Sqrt2_17', 4]);
    expect([0, 1, 2].map((head) => row('blocks.1.attn.matmul2', 'A', head))).toEqual([['BitLog2_Half_17', 4], undefined, ['fp32', null]]);
    expect(resolved.length).toBe(2 * vit.structure.sites.length + 2);
    // Without overrides there is nothing to say about heads.
    expect(report({}).resolved.length).toBe(2 * vit.structure.sites.length);
  });

  it('is one thing per operand: each is decided by one pattern at most', () => {
    const keys = fc.constantFrom('*', 'blocks.0.*', '*.attn.*', '*:weight', '*.matmul2#0', '*.matmul2:A', '*.fc1:input', 'blocks.1.*:B');
    fc.assert(fc.property(fc.uniqueArray(keys, { maxLength: 6 }), (chosen) => {
      const { patterns } = report(Object.fromEntries(chosen.map((key) => [key, 'fp32'] as const)));
      const decided = patterns.flatMap(({ operands }) => operands.flatMap(({ site, operand, head }) => {
        const heads = site.endsWith('matmul2') && operand === 'A' ? [0, 1, 2] : [null];
        return (head === null ? heads : [head]).map((each) => `${site} ${operand} ${each}`);
      }));
      expect(new Set(decided).size).toBe(decided.length);
      const off = vit.structure.sites.flatMap((site) => operandsOf(site).flatMap((operand) => (isMap(site, operand) ? [0, 1, 2] : [null]).filter((head) => operandSetting({ ...w4a4, overrides: Object.fromEntries(chosen.map((key) => [key, 'fp32'] as const)) }, site, operand, head).kind === 'fp32')));
      expect(decided.length).toBe(off.length);
    }));
  });

  it('is the same in what is inspected', () => {
    const record = inspection(vit, { ...w4a4, overrides: { 'blocks.0.attn.qkv:input': 'fp32', 'blocks.0.mlp.fc2:weight': 6, '*.matmul2#1': 'BitLog2_Half_16', '*.matmul2#2': 'fp32' } });
    expect(parse(inspectionSchema, record)).toEqual(record);
    const site = (name: string): unknown => record.sites.find((each) => each.name === name);
    expect(site('blocks.0.attn.qkv')).toMatchObject({ becomes: [{ operand: 'input', quantiser: 'fp32', bits: 32, reparameterised: false }, { operand: 'weight', quantiser: 'uniform', bits: 4 }], integerObstacle: 'its input stays in FP32 (override)' });
    expect(site('blocks.1.attn.qkv')).toMatchObject({ becomes: [{ operand: 'input', bits: 4, reparameterised: true }, { operand: 'weight', bits: 4 }], integerObstacle: null });
    expect(site('blocks.0.mlp.fc2')).toMatchObject({ becomes: [{ bits: 4 }, { bits: 6 }], integerObstacle: null });
    expect(site('blocks.0.attn.matmul2')).toMatchObject({
      becomes: [
        { operand: 'A', quantiser: 'log', scheme: 'Sqrt2_17', bits: 4, heads: [{ head: 1, quantiser: 'log', scheme: 'BitLog2_Half_16', bits: 4 }, { head: 2, quantiser: 'fp32', bits: 32 }] },
        { operand: 'B', quantiser: 'uniform', bits: 4 },
      ],
      integerObstacle: '1 of 3 heads of the attention map stay in FP32 (override)',
    });
  });
});

describe('an override that matches nothing', () => {
  it.each<[string, Overrides, string, string]>([
    ['no site', { 'blocks.0.atn.qkv': 4 }, 'matches no site', 'blocks.0.attn.qkv'],
    ['no such block', { 'blocks.7.*': 4 }, 'matches no site', 'blocks.0.'],
    ['a mistyped part', { 'blocks.*.mpl.fc1': 4 }, 'matches no site', 'blocks.0.mlp.fc1, blocks.1.mlp.fc1'],
    ['an operand that a product has', { '*.qkv:A': 4 }, 'blocks.0.attn.qkv, blocks.1.attn.qkv have no A', 'input or weight'],
    ['an operand that a Linear has', { 'blocks.0.attn.matmul1:weight': 4 }, 'blocks.0.attn.matmul1 has no weight', 'A or B'],
    ['a scheme for a Linear', { 'head': 'Sqrt2_16' }, 'matches no attention map: head has none', '*.matmul2:A'],
    ['a scheme for q.kT', { '*.matmul1:A': 'Sqrt2_16' }, 'matches no attention map', '*.matmul2:A'],
    ['a head of a Linear', { 'blocks.0.mlp.fc1#0': 'fp32' }, 'matches no attention map', '*.matmul2:A'],
    ['a head too many', { '*.matmul2#3': 'fp32' }, 'matches no head: these maps have at most 3', 'heads 0 to 2'],
  ])('%s: %o', (_what, overrides, what, expected) => {
    const failure = failureOf(overrides);
    const [pattern = ''] = Object.keys(overrides);
    expect(failure.kind).toBe('recipe');
    expect(failure.what).toContain(`The override "${pattern}"`);
    expect(failure.what).toContain(what);
    expect(failure.expected).toContain(expected);
    expect(failure.next).toBeTruthy();
  });

  it('is named also behind those that match', () => {
    expect(failureOf({ '*': 8, 'haed': 'fp32' })).toMatchObject({ what: 'The override "haed" matches no site of the model', expected: expect.stringContaining('head') as string });
  });

  it('is not one that heads of some maps match', () => {
    expect(report({ '*.matmul2#3': 'fp32' }, {}, swin).patterns[0]?.operands).toEqual([{ site: 'layers.1.blocks.0.attn.matmul2', operand: 'A', head: 3 }]);
    expect(failureOf({ '*.matmul2#4': 'fp32' }, {}, swin).what).toContain('at most 4');
    // And not one that a later one overrules.
    expect(report({ 'head': 4, '*': 8 }).patterns[0]).toEqual({ pattern: 'head', operands: [], overruled: 2 });
  });
});

describe('bits for an attention map', () => {
  it('are those of Sqrt2, and nothing that BitLog2 could have but its 4', () => {
    for (const bits of [2, 3, 5, 8]) {
      expect(report({ '*': bits }).resolved.find(({ site, operand }) => site === 'blocks.0.attn.matmul2' && operand === 'A')).toMatchObject({ setting: 'Sqrt2_17', bits });
      const failure = failureOf({ '*': bits }, { scheme: 'BitLog2_Half_17' });
      expect(failure.what).toBe(`BitLog2_Half_17 has 4 bits whatever it is given, so the attention map cannot have ${bits}`);
      expect(failure).toMatchObject({ kind: 'recipe', place: 'the override "*", at blocks.0.attn.matmul2', expected: '4 bits, "fp32" or a scheme for the map' });
      // What the message proposes is taken.
      expect(report({ '*': bits, '*.matmul2:A': 'BitLog2_Half_17' }, { scheme: 'BitLog2_Half_17' }).patterns).toHaveLength(2);
    }
    expect(report({ '*': 4 }, { scheme: 'BitLog2_Half_17' }).patterns).toHaveLength(1);
    expect(failureOf({ '*.matmul2#1': 5 }, { scheme: 'BitLog2_Half_17' }).kind).toBe('recipe');
  });

  it('mean nothing to scheme none', () => {
    expect(failureOf({ '*': 8 }, { scheme: 'none' }).what).toBe('Under scheme none the attention map has no quantiser, so it cannot have 8 bits');
    expect(report({ '*': 8, '*.matmul2:A': 'fp32' }, { scheme: 'none' }).patterns).toHaveLength(2);
    expect(report({ '*:weight': 8 }, { scheme: 'none' }).patterns).toHaveLength(1);
  });
});

describe('separate q, k and v', () => {
  it('cannot be told different things about their one input', () => {
    expect(failureOf({ 'blocks.1.attn.k': 'fp32' }, {}, split)).toMatchObject({ kind: 'recipe', place: 'blocks.1.attn.q:input is 4 bits, blocks.1.attn.k:input is fp32', next: 'Name them together: blocks.1.attn.q, blocks.1.attn.k, blocks.1.attn.v' });
    expect(report({ 'blocks.1.attn.k:weight': 'fp32' }, {}, split).patterns).toHaveLength(1);
    expect(report({ 'blocks.1.attn.?': 'fp32' }, {}, split).patterns[0]?.operands).toHaveLength(6);
  });

  it('are switched together', () => {
    expect(isolationGroups(split.structure).slice(0, 3)).toEqual([['patch_embed.proj'], ['blocks.0.attn.q', 'blocks.0.attn.k', 'blocks.0.attn.v'], ['blocks.0.attn.matmul1']]);
    expect(isolationGroups(vit.structure)).toEqual(vit.structure.sites.map(({ name }) => [name]));
  });
});

describe('one site off, or on alone', () => {
  const all = (settings: QuantizerSettings, model: ImportedModel): [string, unknown][] => model.structure.sites.flatMap((site) => operandsOf(site).flatMap((operand) =>
    (isMap(site, operand) ? [0, 1, 2] : [null]).map((head): [string, unknown] => [site.name, operandSetting(settings, site, operand, head)])));

  it.each<QuantizerSettings>([
    w4a4, { ...w4a4, scheme: 'BitLog2_Single_16', aBits: 6 }, { ...w4a4, scheme: 'none', wBits: 32 },
    { ...w4a4, overrides: { '*': 8, 'blocks.1.*:weight': 'fp32', '*.matmul2#1': 'BitLog2_Half_17', '*.matmul2#2': 3 } },
  ])('under %o changes nothing else', (settings) => {
    for (const model of [vit, split]) {
      for (const group of isolationGroups(model.structure)) {
        const full = all(settings, model);
        const off = withSitesOff(settings, group);
        const alone = withSitesAlone(model.structure, settings, group);
        expect(all(off, model)).toEqual(full.map(([name, setting]) => [name, group.includes(name) ? { kind: 'fp32' } : setting]));
        expect(all(alone, model)).toEqual(full.map(([name, setting]) => [name, group.includes(name) ? setting : { kind: 'fp32' }]));
        // They are overrides like any others.
        expect(() => [checkOverrides(model.structure, off), checkOverrides(model.structure, alone)]).not.toThrow();
      }
    }
  });
});

describe('nearNames', () => {
  const names = ['patch_embed.proj', 'blocks.0.attn.qkv', 'blocks.0.mlp.fc1', 'blocks.10.mlp.fc1', 'head'];
  it.each([['haed', 'head'], ['blocks.*.mlpfc1', 'blocks.0.mlp.fc1'], ['blocks.0.attn.qvk', 'blocks.0.attn.qkv'], ['patch', 'patch_embed.proj'], ['mlp.fc1', 'blocks.0.mlp.fc1'], ['*fc1x', 'blocks.0.mlp.fc1']])('%s is nearest to %s', (pattern, name) => {
    expect(nearNames(pattern, names, 1)).toEqual([name]);
  });

  it('begins with what matches', () => {
    fc.assert(fc.property(fc.constantFrom(...names), fc.nat(20), fc.nat(20), (name, from, length) => {
      const pattern = `${name.slice(0, from)}*${name.slice(from + length)}`;
      expect(nearNames(pattern, names, 5)[0] === name || names.indexOf(nearNames(pattern, names, 5)[0] ?? '') < names.indexOf(name)).toBe(true);
    }));
  });
});
