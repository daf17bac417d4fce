/** Attention by structure: a Softmax between two products of activations, and the Linears around them. */
import type { LinearCore } from './find-linears';
import type { GraphIndex } from './graph-index';
import { movement, originFinder, reachedNodes, withConstant } from './trace-origin';
import { intAttribute, positiveAxis } from './node-values';
import type { Graph, GraphNode } from './types';

export interface Attention {
  readonly softmax: GraphNode;
  readonly matmul1: GraphNode;
  readonly matmul2: GraphNode;
  /** Tensor read by matmul2 as the attention map: the softmax output, or it behind a guard. */
  readonly map: string;
  /** One Linear three times, or three Linears. */
  readonly q: LinearCore;
  readonly k: LinearCore;
  readonly v: LinearCore;
  readonly proj: LinearCore | null;
}

/** The scale 1/sqrt(d), and the norms of q and k that some networks have. */
const betweenLinearAndProduct = new Set(['Mul', 'Div', 'LayerNormalization']);
const scaleOrShift = new Set(['Mul', 'Div', 'Add', 'Sub', 'Where']);
/** Between softmax and attn.v: exporters guard rows that are masked throughout. */
const guards = new Set(['Identity', 'Dropout', 'Where', 'Cast']);

/** All attentions in topological order, which is network order because each depends on the one before. */
export function findAttention(graph: Graph, index: GraphIndex, linears: readonly LinearCore[]): readonly Attention[] {
  const byResult = new Map(linears.map((linear) => [linear.result, linear]));
  const scoreOrigin = originFinder(graph, index, (node) => movement.has(node.opType) || withConstant(graph, node, scaleOrShift));
  const valueOrigin = originFinder(graph, index, (node) => movement.has(node.opType) || withConstant(graph, node, betweenLinearAndProduct));
  return graph.nodes.filter((node) => node.opType === 'Softmax').flatMap((softmax) => {
    const rank = index.shapes.get(softmax.inputs[0])?.length ?? 0;
    if (positiveAxis(intAttribute(softmax, 'axis', -1), rank) !== rank - 1) return [];
    const matmul1 = index.producers.get(scoreOrigin(softmax.inputs[0]));
    const matmul2 = reachedNodes(index, softmax.outputs[0], (node) => guards.has(node.opType)).find((node) => node.opType === 'MatMul');
    if (matmul1 === undefined || matmul2 === undefined || !multipliesActivations(graph, matmul1) || !multipliesActivations(graph, matmul2)) return [];
    const q = byResult.get(valueOrigin(matmul1.inputs[0]));
    const k = byResult.get(valueOrigin(matmul1.inputs[1]));
    const v = byResult.get(valueOrigin(matmul2.inputs[1]));
    if (q === undefined || k === undefined || v === undefined) return [];
    const byNode = new Map(linears.map((linear) => [linear.graphNode, linear]));
    const proj = reachedNodes(index, matmul2.outputs[0], (node) => movement.has(node.opType)).flatMap((node) => byNode.get(node) ?? []);
    return [{ softmax, matmul1, matmul2, map: matmul2.inputs[0], q, k, v, proj: proj.length === 1 ? proj[0] : null }];
  });
}

function multipliesActivations(graph: Graph, node: GraphNode): boolean {
  return node.opType === 'MatMul' && node.inputs.every((input) => !graph.initializers.has(input));
}
