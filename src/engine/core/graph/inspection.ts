/** An imported model as the record that `inspect` prints and the window shows. */
import type { InspectedOperand, InspectedSite, Inspection } from '../../../shared/inspection';
import { planInteger, type SitePlan } from './integer/integer-plan';
import { patchInputBits } from './parameters';
import type { ImportedModel, Site } from './types';

export interface InspectionBits {
  readonly weights: number;
  readonly activations: number;
}

/** The model's sites in network order with what each becomes at the given bits (W4A4 unless told otherwise). */
export function inspection(model: ImportedModel, bits: InspectionBits = { weights: 4, activations: 4 }): Inspection {
  const { graph, structure } = model;
  // Of the schemes only `none` matters here; whether this processor saturates decides nothing but the weights' type.
  const plan = planInteger(graph, structure, { scheme: 'BitLog2_Half_17', wBits: bits.weights, aBits: bits.activations }, null, { saturates: false });
  return {
    family: structure.family, distilled: structure.distilled, classToken: structure.classToken, input: structure.input, output: structure.output,
    patch: [...structure.patch], parameters: structure.parameters, macs: structure.sites.reduce((sum, site) => sum + site.macs, 0), nodes: graph.nodes.length,
    opset: graph.opsets.find((opset) => opset.domain === '')?.version ?? 0,
    sites: structure.sites.map((site) => inspectSite(model, site, bits, plan.get(site.name))),
    blocks: structure.blocks.map(({ name, heads, tokens, headDim, prefixTokens, grid, windows }) => ({
      name, heads, tokens, headDim, prefixTokens, grid: [...grid], windows: windows === null ? null : { size: [...windows.size], shift: [...windows.shift], count: windows.count },
    })),
    norms: structure.norms.map(({ name, channels, sites }) => ({ name, channels, sites: [...sites] })),
    products: structure.products, batchable: model.batchable, exportedBatch: model.exportedBatch, notes: [...model.notes], notUnderstood: [...structure.notUnderstood],
  };
}

function inspectSite({ graph, structure }: ImportedModel, site: Site, bits: InspectionBits, how: SitePlan | undefined): InspectedSite {
  const shape = (name: string): number[] => [...(graph.shapes.get(name) ?? [])];
  const attention = ['qkv', 'q', 'k', 'v', 'proj', 'matmul1', 'matmul2'].includes(site.role) && site.block !== null;
  return {
    name: site.name, role: site.role, block: site.block, macs: site.macs,
    heads: attention ? structure.blocks[site.block ?? 0].heads : null,
    shapes: site.kind === 'linear'
      ? { a: shape(site.input), b: [site.outFeatures, site.inFeatures], output: shape(site.node) }
      : { a: shape(site.a), b: shape(site.b), output: shape(site.node) },
    becomes: operands(site, bits),
    integerObstacle: how?.kind === 'reference' ? how.reason : null,
  };
}

/** The table of sites and bits of the method. */
function operands(site: Site, { weights, activations }: InspectionBits): InspectedOperand[] {
  const uniform = (operand: InspectedOperand['operand'], width: number, reparameterised = false): InspectedOperand => ({ operand, quantiser: 'uniform', bits: width, per: operand === 'weight' ? 'channel' : 'tensor', reparameterised });
  switch (site.role) {
    case 'matmul1': return [uniform('A', activations), uniform('B', activations)];
    case 'matmul2': return [{ operand: 'A', quantiser: 'log', bits: 4, per: 'tensor', reparameterised: false }, uniform('B', activations)];
    case 'patch_embed': return [uniform('input', activations === 32 ? 32 : patchInputBits), uniform('weight', weights)];
    case 'qkv': case 'q': case 'k': case 'v': case 'proj': case 'fc1': case 'fc2': case 'reduction': case 'head': case 'other':
      return [uniform('input', activations, site.kind === 'linear' && site.norm !== null), uniform('weight', weights)];
  }
}
