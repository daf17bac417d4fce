/** Older operator spellings as opset 17 writes them, so that the engine may add newer operators to any imported graph. */
import { fail } from '../../../shared/failure';
import { intAttribute, intsAttribute } from './node-values';
import type { Graph, GraphNode, Tensor } from './types';

const target = 17;

/** Operators whose integer list moved from an attribute to an input (opset 13). */
const moved: Readonly<Record<string, string>> = { Squeeze: 'axes', Unsqueeze: 'axes', ReduceSum: 'axes', Split: 'split' };

/**
 * The graph (opset 11 or newer) at opset 17 or its own, whichever is newer.
 * @throws EngineError model-unsupported: a Softmax of opset < 13 over several axes
 */
export function raiseOpset(graph: Graph, ranks: (tensor: string) => number | undefined): Graph {
  const version = graph.opsets.find((opset) => opset.domain === '')?.version ?? 0;
  if (version >= target) return graph;
  const initializers = new Map(graph.initializers);
  const nodes = version >= 13 ? graph.nodes : graph.nodes.map((node) => raiseNode(node, initializers, ranks));
  return { ...graph, nodes, initializers, irVersion: Math.max(graph.irVersion, 8), opsets: graph.opsets.map((opset) => (opset.domain === '' ? { domain: '', version: target } : opset)) };
}

function raiseNode(node: GraphNode, initializers: Map<string, Tensor>, ranks: (tensor: string) => number | undefined): GraphNode {
  if (node.domain !== '') return node;
  if (node.opType === 'Softmax' || node.opType === 'LogSoftmax') {
    const rank = ranks(node.inputs[0]);
    const axis = intAttribute(node, 'axis', 1);
    if (rank === undefined || (axis !== -1 && axis !== rank - 1)) {
      throw fail('model-unsupported', `${node.opType} works over several axes at once`, { place: node.name || node.outputs[0], expected: 'the last axis', next: 'Export the model with opset_version=17' });
    }
    return { ...node, attributes: new Map([['axis', { kind: 'int', value: -1n }]]) };
  }
  const attribute = moved[node.opType];
  const values = attribute === undefined ? null : intsAttribute(node, attribute);
  if (attribute === undefined || values === null) return node;
  const name = `${node.outputs[0]}/${attribute}`;
  initializers.set(name, { type: 'int64', dims: [values.length], data: BigInt64Array.from(values, BigInt) });
  const attributes = new Map(node.attributes);
  attributes.delete(attribute);
  return { ...node, inputs: [node.inputs[0], name], attributes };
}
