/** An imported model as the record that `inspect` prints and the window shows. */
import type { InspectedOperand, InspectedSettings, InspectedSite, Inspection } from '../../../shared/inspection';
import type { OperandName } from '../../../shared/overrides';
import type { SchemeId } from '../../../shared/settings';
import { checkOverrides } from './check-overrides';
import { planInteger, type SitePlan } from './integer/integer-plan';
import { isMap, operandSetting, operandsOf, type OperandSetting } from './operand-setting';
import type { QuantizerSettings } from './parameters';
import type { ImportedModel, ModelStructure, Site } from './types';

/** Schemes differ in levels, which nothing here shows: any stands for them when none is named. */
const someScheme = 'BitLog2_Half_17';

/**
 * The model's sites in network order with what each becomes under the given settings (W4A4 unless told otherwise). Throws a 'recipe' failure
 * when overrides do not fit the model.
 */
export function inspection(model: ImportedModel, asked: InspectedSettings = { wBits: 4, aBits: 4 }): Inspection {
  const { graph, structure } = model;
  const settings: QuantizerSettings = { ...asked, scheme: asked.scheme ?? someScheme };
  checkOverrides(structure, settings);
  // Whether this processor saturates decides nothing but the weights' type.
  const plan = planInteger(graph, structure, settings, null, { saturates: false });
  return {
    family: structure.family, distilled: structure.distilled, classToken: structure.classToken, input: structure.input, output: structure.output,
    patch: [...structure.patch], parameters: structure.parameters, macs: structure.sites.reduce((sum, site) => sum + site.macs, 0), nodes: graph.nodes.length,
    opset: graph.opsets.find((opset) => opset.domain === '')?.version ?? 0,
    sites: structure.sites.map((site) => inspectSite(model, site, { settings, named: asked.scheme !== undefined }, plan.get(site.name))),
    blocks: structure.blocks.map(({ name, heads, tokens, headDim, prefixTokens, grid, windows }) => ({
      name, heads, tokens, headDim, prefixTokens, grid: [...grid], windows: windows === null ? null : { size: [...windows.size], shift: [...windows.shift], count: windows.count },
    })),
    norms: structure.norms.map(({ name, channels, sites }) => ({ name, channels, sites: [...sites] })),
    products: structure.products, batchable: model.batchable, exportedBatch: model.exportedBatch, notes: [...model.notes], notUnderstood: [...structure.notUnderstood],
  };
}

function inspectSite({ graph, structure }: ImportedModel, site: Site, asked: Asked, how: SitePlan | undefined): InspectedSite {
  const shape = (name: string): number[] => [...(graph.shapes.get(name) ?? [])];
  const attention = ['qkv', 'q', 'k', 'v', 'proj', 'matmul1', 'matmul2'].includes(site.role) && site.block !== null;
  return {
    name: site.name, role: site.role, block: site.block, macs: site.macs,
    heads: attention ? structure.blocks[site.block ?? 0].heads : null,
    shapes: site.kind === 'linear'
      ? { a: shape(site.input), b: [site.outFeatures, site.inFeatures], output: shape(site.node) }
      : { a: shape(site.a), b: shape(site.b), output: shape(site.node) },
    becomes: operandsOf(site).map((operand) => becomes(structure, site, operand, asked)),
    integerObstacle: how?.kind === 'reference' ? how.reason : null,
  };
}

interface Asked {
  readonly settings: QuantizerSettings;
  /** Whether the scheme was asked about, or only stands for any. */
  readonly named: boolean;
}

function becomes({ blocks }: ModelStructure, site: Site, operand: OperandName, asked: Asked): InspectedOperand {
  const { settings } = asked;
  const setting = operandSetting(settings, site, operand);
  if (isMap(site, operand)) {
    const whole = mapForm(setting, asked);
    const heads = Array.from({ length: blocks[site.block].heads }, (_, head) => ({ head, setting: operandSetting(settings, site, operand, head) }));
    const others = heads.filter((each) => !equal(each.setting, setting)).map((each) => ({ head: each.head, ...mapForm(each.setting, asked) }));
    return { operand, ...whole, per: 'tensor', reparameterised: false, ...(others.length === 0 ? {} : { heads: others }) };
  }
  const per = operand === 'weight' ? 'channel' : 'tensor';
  if (setting.kind === 'fp32') return { operand, quantiser: 'fp32', bits: 32, per, reparameterised: false };
  return { operand, quantiser: 'uniform', bits: setting.bits, per, reparameterised: operand === 'input' && site.kind === 'linear' && site.norm !== null };
}

function mapForm(setting: OperandSetting, { settings, named }: Asked): { quantiser: 'log' | 'fp32'; bits: number; scheme?: SchemeId } {
  if (setting.kind !== 'log') return { quantiser: 'fp32', bits: 32 };
  return { quantiser: 'log', bits: setting.bits, ...(named || setting.scheme !== settings.scheme ? { scheme: setting.scheme } : {}) };
}

function equal(a: OperandSetting, b: OperandSetting): boolean {
  return a.kind === b.kind && (a.kind === 'fp32' || b.kind === 'fp32' || a.bits === b.bits) && (a.kind !== 'log' || b.kind !== 'log' || a.scheme === b.scheme);
}
