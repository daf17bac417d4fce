/**
 * LayerNormalization from the nodes that opset 16 and older spell it with:
 * d = x - ReduceMean(x); y = d / Sqrt(ReduceMean(d^2) + eps) * scale + bias.
 */
import { indexGraph, type GraphIndex } from './graph-index';
import { integerList, positiveAxis, scalarConstant } from './node-values';
import { prune } from './prune';
import type { Graph, GraphNode } from './types';

/**
 * The graph with each spelled-out LayerNorm over the last axis as one LayerNormalization node; others stay. The operator set is not raised:
 * ONNX Runtime knows the operator in older sets, too, and raiseOpset follows once shapes are known.
 */
export function fuseLayerNorm(graph: Graph): Graph {
  const index = indexGraph(graph);
  const replaced = new Map<string, GraphNode>();
  for (const node of graph.nodes) {
    if (node.opType !== 'Div') continue;
    const found = matchFrom(graph, index, node);
    if (found !== null) replaced.set(found.outputs[0], found);
  }
  if (replaced.size === 0) return graph;
  const nodes = graph.nodes.map((node) => replaced.get(node.outputs[0]) ?? node);
  return prune({ ...graph, nodes });
}

/** Starts at the division: its numerator is x - mean, its denominator the standard deviation. */
function matchFrom(graph: Graph, index: GraphIndex, division: GraphNode): GraphNode | null {
  const centred = centredInput(graph, index, division.inputs[0]);
  if (centred === null) return null;
  const root = producer(index, division.inputs[1], 'Sqrt');
  const sum = root === null ? null : producer(index, root.inputs[0], 'Add');
  if (sum === null) return null;
  const epsilonAt = scalarConstant(graph, sum.inputs[1]) !== null ? 1 : 0;
  const epsilon = scalarConstant(graph, sum.inputs[epsilonAt]);
  const variance = producer(index, sum.inputs[1 - epsilonAt], 'ReduceMean');
  if (epsilon === null || variance === null || !reducesLastAxis(graph, index, variance)) return null;
  if (squared(graph, index, variance.inputs[0], centred) === false) return null;
  const scaling = onlyConsumer(index, division.outputs[0], 'Mul');
  const scale = scaling === null ? null : constantOperand(graph, scaling, division.outputs[0]);
  if (scaling === null || scale === null) return null;
  const shifting = onlyConsumer(index, scaling.outputs[0], 'Add');
  const bias = shifting === null ? null : constantOperand(graph, shifting, scaling.outputs[0]);
  const last = bias === null || shifting === null ? scaling : shifting;
  return {
    name: nameOf(last), opType: 'LayerNormalization', domain: '',
    inputs: bias === null ? [centred, scale] : [centred, scale, bias], outputs: [last.outputs[0]],
    attributes: new Map([['axis', { kind: 'int', value: -1n }], ['epsilon', { kind: 'float', value: epsilon }]]),
  };
}

/** The path of the last node without its operator: /blocks/blocks.0/norm1/Add_1 -> /blocks/blocks.0/norm1/LayerNormalization. */
function nameOf(last: GraphNode): string {
  const cut = last.name.lastIndexOf('/');
  return cut < 0 ? '' : `${last.name.slice(0, cut)}/LayerNormalization`;
}

/** x when `name` is x - ReduceMean(x) over the last axis. */
function centredInput(graph: Graph, index: GraphIndex, name: string): string | null {
  const difference = producer(index, name, 'Sub');
  const mean = difference === null ? null : producer(index, difference.inputs[1], 'ReduceMean');
  if (difference === null || mean === null || mean.inputs[0] !== difference.inputs[0] || !reducesLastAxis(graph, index, mean)) return null;
  return difference.inputs[0];
}

/** Pow(d, 2) or d * d, where d is x - mean, written once or twice. */
function squared(graph: Graph, index: GraphIndex, name: string, x: string): boolean {
  const power = producer(index, name, 'Pow');
  if (power !== null) return scalarConstant(graph, power.inputs[1]) === 2 && centredInput(graph, index, power.inputs[0]) === x;
  const square = producer(index, name, 'Mul');
  return square !== null && square.inputs.every((input) => centredInput(graph, index, input) === x);
}

function reducesLastAxis(graph: Graph, index: GraphIndex, node: GraphNode): boolean {
  const axes = integerList(graph, node, 1, 'axes');
  if (axes === null || axes.length !== 1) return false;
  const rank = index.shapes.get(node.inputs[0])?.length;
  return axes[0] === -1 || (rank !== undefined && positiveAxis(axes[0], rank) === rank - 1);
}

function producer(index: GraphIndex, name: string, opType: string): GraphNode | null {
  const node = index.producers.get(name);
  return node !== undefined && node.opType === opType && node.domain === '' ? node : null;
}

function onlyConsumer(index: GraphIndex, name: string, opType: string): GraphNode | null {
  const consumers = index.consumers.get(name) ?? [];
  return consumers.length === 1 && consumers[0].opType === opType ? consumers[0] : null;
}

/** The other operand when it is a constant vector, as a LayerNorm's scale and bias are. */
function constantOperand(graph: Graph, node: GraphNode, activation: string): string | null {
  const other = node.inputs[0] === activation ? node.inputs[1] : node.inputs[0];
  return graph.initializers.get(other)?.dims.length === 1 ? other : null;
}
