/** The role of each Linear: around an attention, in an MLP, between stages, at either end of the network. */
import type { Attention } from './find-attention';
import { isPatchConv, type LinearCore } from './find-linears';
import type { GraphIndex } from './graph-index';
import type { SitePlace } from './name-sites';
import { activation, movement, nonLinear, originFinder } from './trace-origin';
import { traceIndices } from './trace-indices';
import type { Graph, GraphNode, LinearRole } from './types';

export interface PlacedLinear {
  readonly linear: LinearCore;
  readonly place: SitePlace;
  /** Index of the attention block it belongs to; null outside the blocks. */
  readonly blockIndex: number | null;
  /** How many attentions come before it. */
  readonly after: number;
}

/** Roles of all Linears, in network order; a Conv that is no patch embedding is left out. */
export function assignRoles(graph: Graph, index: GraphIndex, linears: readonly LinearCore[], attentions: readonly Attention[]): readonly PlacedLinear[] {
  const roles = new Map<LinearCore, { role: LinearRole; blockIndex: number | null; position: number }>();
  const order = new Map(graph.nodes.map((node, i) => [node, i]));
  const at = (node: GraphNode): number => order.get(node) ?? 0;
  const softmaxes = attentions.map((attention) => at(attention.softmax));
  const after = (linear: LinearCore): number => softmaxes.filter((position) => position < at(linear.graphNode)).length;

  attentions.forEach((attention, blockIndex) => {
    for (const [linear, role] of attentionRoles(attention)) if (!roles.has(linear)) roles.set(linear, { role, blockIndex, position: 0 });
  });
  for (const linear of patchEmbeddings(graph, index, linears)) roles.set(linear, { role: 'patch_embed', blockIndex: null, position: 0 });
  headsOf(graph, index, linears.filter((linear) => !roles.has(linear))).forEach((linear, position) => roles.set(linear, { role: 'head', blockIndex: null, position }));
  for (const [first, second] of mlps(graph, index, linears.filter((linear) => !roles.has(linear)))) {
    const blockIndex = after(first) - 1;
    if (blockIndex < 0 || [...roles.values()].some((taken) => taken.blockIndex === blockIndex && taken.role === 'fc1')) continue;
    roles.set(first, { role: 'fc1', blockIndex, position: 0 });
    roles.set(second, { role: 'fc2', blockIndex, position: 0 });
  }
  const reductions = linears.filter((linear) => !roles.has(linear) && linear.graphNode.opType !== 'Conv' && after(linear) > 0 && after(linear) < attentions.length && readsNorm(graph, index, linear));
  reductions.forEach((linear, position) => roles.set(linear, { role: 'reduction', blockIndex: null, position }));
  linears.filter((linear) => !roles.has(linear) && linear.graphNode.opType !== 'Conv').forEach((linear, position) => roles.set(linear, { role: 'other', blockIndex: null, position }));

  const staged = reductions.length > 0 || attentions.some((attention) => isWindowed(graph, index, attention));
  const stageOf = (blockIndex: number): number => reductions.filter((linear) => after(linear) <= blockIndex).length;
  return linears.flatMap((linear) => {
    const found = roles.get(linear);
    if (found === undefined) return [];
    const { role, blockIndex, position } = found;
    const stage = blockIndex === null || !staged ? null : stageOf(blockIndex);
    const before = stage === null || stage === 0 ? 0 : after(reductions[stage - 1]);
    return [{ linear, blockIndex, after: after(linear), place: { role, stage, block: blockIndex === null ? null : blockIndex - before, position, nodeName: linear.graphNode.name } }];
  });
}

function attentionRoles({ q, k, v, proj }: Attention): readonly (readonly [LinearCore, LinearRole])[] {
  const tail: readonly (readonly [LinearCore, LinearRole])[] = proj === null ? [] : [[proj, 'proj']];
  if (q === k && k === v) return [[q, 'qkv'], ...tail];
  return q === k || k === v || q === v ? tail : [[q, 'q'], [k, 'k'], [v, 'v'], ...tail];
}

function patchEmbeddings(graph: Graph, index: GraphIndex, linears: readonly LinearCore[]): readonly LinearCore[] {
  const origin = originFinder(graph, index, (node) => movement.has(node.opType));
  return linears.filter((linear) => origin(linear.input) === graph.inputs[0].name && (linear.graphNode.opType !== 'Conv' || isPatchConv(graph, linear.graphNode) !== null));
}

/** Linears from which the output is reached without another product; the one on the first token (class) before the one on the second (distillation). */
function headsOf(graph: Graph, index: GraphIndex, linears: readonly LinearCore[]): readonly LinearCore[] {
  const byNode = new Map(linears.map((linear) => [linear.graphNode, linear]));
  const heads = new Set<LinearCore>();
  const seen = new Set<string>();
  const waiting = [graph.outputs[0].name];
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    const node = index.producers.get(name);
    if (node === undefined || seen.has(name)) continue;
    seen.add(name);
    const linear = byNode.get(node);
    if (linear !== undefined) heads.add(linear);
    else if (node.opType === 'Gemm' || movement.has(node.opType) || activation.has(node.opType) || node.opType === 'Softmax') waiting.push(...node.inputs);
  }
  return [...heads].sort((a, b) => firstToken(graph, index, a) - firstToken(graph, index, b));
}

/** Position of the first value that a head reads in the tensor that its tokens are taken from. */
function firstToken(graph: Graph, index: GraphIndex, head: LinearCore): number {
  const origin = originFinder(graph, index, (node) => movement.has(node.opType));
  return traceIndices(graph, index, origin(head.input), head.input)?.[0] ?? 0;
}

/** Pairs with nothing but an activation function between them. */
function mlps(graph: Graph, index: GraphIndex, linears: readonly LinearCore[]): readonly (readonly [LinearCore, LinearCore])[] {
  const origin = originFinder(graph, index, (node) => movement.has(node.opType) || activation.has(node.opType));
  const byResult = new Map<string, LinearCore>();
  for (const linear of linears) byResult.set(linear.result, linear).set(linear.node, linear);
  return linears.flatMap((second) => {
    const from = origin(second.input);
    const first = byResult.get(from);
    return first !== undefined && first !== second && hasNonLinear(index, second.input, from) ? [[first, second] as const] : [];
  });
}

function hasNonLinear(index: GraphIndex, name: string, until: string): boolean {
  const seen = new Set<string>();
  const waiting = [name];
  for (let tensor = waiting.pop(); tensor !== undefined; tensor = waiting.pop()) {
    const node = index.producers.get(tensor);
    if (tensor === until || node === undefined || seen.has(tensor)) continue;
    if (nonLinear.has(node.opType)) return true;
    seen.add(tensor);
    waiting.push(...node.inputs);
  }
  return false;
}

function readsNorm(graph: Graph, index: GraphIndex, linear: LinearCore): boolean {
  const origin = originFinder(graph, index, (node) => movement.has(node.opType));
  return index.producers.get(origin(linear.input))?.opType === 'LayerNormalization';
}

function isWindowed(graph: Graph, index: GraphIndex, attention: Attention): boolean {
  const map = index.shapes.get(attention.softmax.outputs[0]);
  const images = index.shapes.get(graph.inputs[0].name)?.[0] ?? 1;
  return map !== undefined && map.length === 4 && map[0] > images;
}
