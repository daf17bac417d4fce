/** The site finder: every matrix product of a canonical graph by its role, from structure alone. Names only name. */
import { findAttention, type Attention } from './find-attention';
import { findLinears, isPatchConv, matrixProducts } from './find-linears';
import { findNorms } from './find-norms';
import { indexGraph, type GraphIndex } from './graph-index';
import { graphBatch } from './graph-ends';
import { assignRoles, type PlacedLinear } from './linear-roles';
import { blockName, nameSites } from './name-sites';
import { product } from './infer-shapes';
import { traceIndices } from './trace-indices';
import { movement, originFinder } from './trace-origin';
import { countParameters } from './count-parameters';
import { windowGeometry } from './window-geometry';
import type { AttentionBlock, Graph, GraphNode, LinearSite, ModelStructure, NormPair, NotUnderstood, ProductSite, Site } from './types';

/**
 * Finds sites, attention blocks and LayerNorm pairs. Never throws for a graph it does not understand: what is left over is in `notUnderstood`.
 * The graph must be canonical (fixed batch, shapes folded, LayerNorm fused).
 */
export function findStructure(graph: Graph): ModelStructure {
  const index = indexGraph(graph);
  const linears = findLinears(graph, index);
  const attentions = findAttention(graph, index, linears);
  const placed = assignRoles(graph, index, linears, attentions);
  const batch = graphBatch(graph);
  const names = nameSites(placed.map(({ place, linear }) => ({ ...place, nodeName: linear.graphNode.name })));
  const stages = stagesOf(placed);
  const named = placed.map((entry, i) => ({ ...entry, name: names[i] }));
  const norms = findNorms(graph, index, named);
  const linearSites = named.map(({ linear, name, place, blockIndex }): LinearSite => ({
    kind: 'linear', name, role: place.role, block: blockIndex, node: linear.node, input: linear.input, weight: linear.weight, bias: linear.bias, biasNode: linear.biasNode,
    layout: linear.layout, outFeatures: linear.outFeatures, inFeatures: linear.inFeatures, macs: linear.macs / batch, norm: normOf(norms, name),
  }));
  const notUnderstood: NotUnderstood[] = [];
  const patch = patchOf(graph, index, placed);
  const blocks = attentions.map((attention, i) => describeBlock({ graph, index, batch, notUnderstood, isSwin: stages.isSwin }, attention, i, stages.blockNames[i], gridOf(patch.grid, stages.stageOf[i])));
  const sites = inNetworkOrder(linearSites, placed, productSites(attentions, blocks, index, batch));
  const understood = new Set(sites.map((site) => site.node));
  const products = matrixProducts(graph);
  const leftOvers = products.filter((node) => !understood.has(node.outputs[0])).map((node) => leftOver(graph, node));
  const unpaired = linearSites.filter((site) => reparameterised.has(site.role) && site.norm === null).map(withoutNorm);
  const heads = linearSites.filter((site) => site.role === 'head');
  const prefix = blocks[0]?.prefixTokens ?? 0;
  const input = graph.inputs[0];
  const [, channels, height, width] = index.shapes.get(input.name) ?? [0, 0, 0, 0];
  return {
    family: stages.isSwin ? 'swin' : 'vit',
    distilled: prefix === 2 || heads.length === 2,
    classToken: prefix > 0,
    input: { name: input.name, channels, height, width },
    output: { name: graph.outputs[0].name, classes: index.shapes.get(graph.outputs[0].name)?.at(-1) ?? 0 },
    patch: patch.size, parameters: countParameters(graph, index, linearSites), blocks, norms, sites,
    products: { total: products.length, understood: products.length - leftOvers.length },
    // Products first: they are what a run stops at.
    notUnderstood: [...leftOvers, ...unpaired, ...notUnderstood],
  };
}

function normOf(norms: readonly NormPair[], site: string): number | null {
  const at = norms.findIndex((norm) => norm.sites.includes(site));
  return at < 0 ? null : at;
}

function patchOf(graph: Graph, index: GraphIndex, placed: readonly PlacedLinear[]): { size: readonly [number, number]; grid: readonly [number, number] } {
  const embedding = placed.find(({ place }) => place.role === 'patch_embed')?.linear;
  const out = embedding === undefined ? undefined : index.shapes.get(embedding.node);
  if (embedding === undefined || out === undefined || out.length !== 4) return { size: [0, 0], grid: [0, 0] };
  return { size: isPatchConv(graph, embedding.graphNode) ?? [0, 0], grid: [out[2], out[3]] };
}

/** Each stage halves the grid, rounding up (odd grids are padded). */
function gridOf(first: readonly [number, number], stage: number): readonly [number, number] {
  let [rows, columns] = first;
  for (let i = 0; i < stage; i++) [rows, columns] = [Math.ceil(rows / 2), Math.ceil(columns / 2)];
  return [rows, columns];
}

function stagesOf(placed: readonly PlacedLinear[]): { isSwin: boolean; stageOf: readonly number[]; blockNames: readonly string[] } {
  const isSwin = placed.some(({ place }) => place.stage !== null);
  const inBlocks = new Map<number, PlacedLinear['place']>();
  for (const { place, blockIndex } of placed) if (blockIndex !== null) inBlocks.set(blockIndex, place);
  const ordered = [...inBlocks].sort(([a], [b]) => a - b).map(([, place]) => place);
  return { isSwin, stageOf: ordered.map((place) => place.stage ?? 0), blockNames: ordered.map((place) => blockName(place.stage, place.block ?? 0)) };
}

interface BlockContext {
  readonly graph: Graph;
  readonly index: GraphIndex;
  readonly batch: number;
  readonly isSwin: boolean;
  readonly notUnderstood: NotUnderstood[];
}

function describeBlock(context: BlockContext, attention: Attention, i: number, name: string, grid: readonly [number, number]): AttentionBlock {
  const { index, batch } = context;
  const map = index.shapes.get(attention.softmax.outputs[0]) ?? [];
  const [groups, heads, , tokens] = map.length === 4 ? map : [0, 0, 0, 0];
  const headDim = index.shapes.get(attention.matmul1.inputs[0])?.at(-1) ?? 0;
  const softmax = attention.softmax.outputs[0];
  const windows = context.isSwin ? windowsOf(context, attention, grid, tokens) : null;
  const prefixTokens = windows !== null || context.isSwin ? 0 : tokens - grid[0] * grid[1];
  const expected = map.length !== 4 ? 'an attention map of four axes: images, heads, queries, keys'
    : context.isSwin && (windows === null || windows.count * batch !== groups) ? 'a regular partition into windows, cyclically shifted or not'
      : prefixTokens < 0 ? `at least ${grid[0] * grid[1]} tokens, one per patch` : null;
  if (expected !== null) {
    context.notUnderstood.push({ node: attention.softmax.name || softmax, opType: 'Softmax', expected, consequence: 'Quantisation works; the attention maps of this block cannot be laid over the picture' });
  }
  return { index: i, name, heads, tokens, headDim, softmax, prefixTokens: Math.max(0, prefixTokens), grid, windows };
}

function windowsOf({ graph, index, batch }: BlockContext, attention: Attention, grid: readonly [number, number], tokens: number): AttentionBlock['windows'] {
  const channels = attention.q.inFeatures;
  const from = originFinder(graph, index, (node) => movement.has(node.opType))(attention.q.input);
  const source = index.shapes.get(from);
  const indices = source === undefined || product(source) % channels !== 0 ? null : traceIndices(graph, index, from, attention.q.input);
  // The first image of the batch stands for all.
  return indices === null ? null : windowGeometry(indices.subarray(0, indices.length / batch), channels, grid, tokens);
}

function productSites(attentions: readonly Attention[], blocks: readonly AttentionBlock[], index: GraphIndex, batch: number): readonly ProductSite[] {
  return attentions.flatMap(({ matmul1, matmul2 }, block): readonly ProductSite[] => {
    const { headDim, tokens, name } = blocks[block];
    const site = (node: GraphNode, role: ProductSite['role'], inner: number): ProductSite => ({
      kind: 'product', name: `${name}.attn.${role}`, role, block, node: node.outputs[0], a: node.inputs[0], b: node.inputs[1],
      macs: (product(index.shapes.get(node.outputs[0]) ?? []) * inner) / batch,
    });
    return [site(matmul1, 'matmul1', headDim), site(matmul2, 'matmul2', tokens)];
  });
}

const roleOrder: readonly Site['role'][] = ['patch_embed', 'qkv', 'q', 'k', 'v', 'matmul1', 'matmul2', 'proj', 'fc1', 'fc2', 'other', 'reduction', 'head'];

/** Block by block; what lies outside the blocks after the block that it follows. */
function inNetworkOrder(linears: readonly LinearSite[], placed: readonly PlacedLinear[], products: readonly ProductSite[]): readonly Site[] {
  const keyed: { readonly site: Site; readonly block: number; readonly position: number }[] = linears.map((site, i) => ({
    site, block: site.block ?? placed[i].after - 1, position: placed[i].place.position,
  }));
  keyed.push(...products.map((site) => ({ site, block: site.block, position: 0 })));
  const order = (entry: (typeof keyed)[number]): number => roleOrder.indexOf(entry.site.role);
  return keyed.sort((a, b) => a.block - b.block || order(a) - order(b) || a.position - b.position).map(({ site }) => site);
}

const reparameterised: ReadonlySet<Site['role']> = new Set(['qkv', 'q', 'k', 'v', 'fc1', 'reduction']);

function withoutNorm(site: LinearSite): NotUnderstood {
  return {
    node: site.name, opType: 'Linear', expected: 'a LayerNorm in front that feeds nothing but this Linear (or q, k and v)',
    consequence: 'Its input is quantised with one scale, without scale reparameterisation',
  };
}

function leftOver(graph: Graph, node: GraphNode): NotUnderstood {
  const constant = node.inputs.some((input) => graph.initializers.has(input));
  const expected = node.opType === 'Conv' ? 'a convolution that cuts the image into patches (stride as large as the kernel)'
    : constant ? 'a Linear: one activation times one constant matrix' : 'a product of an attention: q.kT in front of a Softmax, or the attention map times v';
  return { node: node.name || node.outputs[0], opType: node.opType, expected, consequence: 'It stays in FP32; a run starts only when you exclude it' };
}
