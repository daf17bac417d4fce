/** Nodes that only move or choose elements: a quantiser may act before them as well as behind them, on fewer bytes. */
import { constantIntegers, intAttribute, positiveAxis } from '../node-values';
import type { Graph, GraphNode } from '../types';

/** Input positions that carry the data; null for a node that computes. */
export function movedInputs(graph: Pick<Graph, 'initializers'>, node: GraphNode): readonly number[] | null {
  if (node.domain !== '') return null;
  switch (node.opType) {
    case 'Reshape': case 'Transpose': case 'Squeeze': case 'Unsqueeze': case 'Flatten': case 'Identity': case 'Slice': case 'Split':
      return [0];
    case 'Gather':
      // Of an activation by constant positions; a table looked up by an activation is something else.
      return constantIntegers(graph, node, 1) === null ? null : [0];
    case 'Concat':
      return node.inputs.every((input) => !graph.initializers.has(input)) ? node.inputs.map((_, index) => index) : null;
    case 'Pad':
      return constantIntegers(graph, node, 1)?.every((pad) => pad === 0) === true ? [0] : null;
    default:
      return null;
  }
}

/** Where a chooser takes a part of its input: the axis, and which of equal parts along it. Null for other nodes and uneven parts. */
export interface Part {
  readonly axis: number;
  readonly index: number;
  readonly count: number;
}

/** Reads output `output` of `node` as one of equal parts of its first input, of shape `shape`. */
export function partOf(graph: Pick<Graph, 'initializers'>, node: GraphNode, output: number, shape: readonly number[]): Part | null {
  if (node.opType === 'Split') {
    const axis = positiveAxis(intAttribute(node, 'axis', 0), shape.length);
    const sizes = constantIntegers(graph, node, 1);
    // Without sizes the last part is smaller where the axis does not divide.
    const even = sizes === null ? shape[axis] % node.outputs.length === 0 : sizes.every((size) => size === sizes[0]);
    return even ? { axis, index: output, count: node.outputs.length } : null;
  }
  if (node.opType === 'Gather') {
    const axis = positiveAxis(intAttribute(node, 'axis', 0), shape.length);
    const indices = constantIntegers(graph, node, 1);
    return indices?.length === 1 ? { axis, index: indices[0] < 0 ? indices[0] + shape[axis] : indices[0], count: shape[axis] } : null;
  }
  if (node.opType === 'Slice') {
    const [starts, ends, axes, steps] = [1, 2, 3, 4].map((position) => constantIntegers(graph, node, position));
    if (starts?.length !== 1 || ends?.length !== 1 || axes?.length !== 1 || (steps !== null && steps[0] !== 1)) return null;
    const axis = positiveAxis(axes[0], shape.length);
    const dim = shape[axis];
    const start = starts[0] < 0 ? starts[0] + dim : starts[0];
    const end = Math.min(dim, ends[0] < 0 ? ends[0] + dim : ends[0]);
    const size = end - start;
    return size > 0 && dim % size === 0 && start % size === 0 ? { axis, index: start / size, count: dim / size } : null;
  }
  return null;
}
