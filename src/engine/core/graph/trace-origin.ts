/** Walking back from a tensor to where its values come from. */
import type { GraphIndex } from './graph-index';
import type { Graph, GraphNode } from './types';

/** Operators that only move values. */
export const movement: ReadonlySet<string> = new Set([
  'Reshape', 'Transpose', 'Squeeze', 'Unsqueeze', 'Flatten', 'Identity', 'Slice', 'Split', 'Gather', 'Concat', 'Pad', 'Dropout', 'Expand',
]);

/** Element by element, without learning anything from neighbours. */
export const activation: ReadonlySet<string> = new Set([
  'Add', 'Sub', 'Mul', 'Div', 'Pow', 'Erf', 'Gelu', 'QuickGelu', 'FastGelu', 'Tanh', 'Sigmoid', 'Relu', 'LeakyRelu', 'Clip', 'HardSwish', 'HardSigmoid', 'Softplus', 'Mish', 'Elu', 'Selu', 'Celu', 'Where', 'Cast', 'Neg', 'Exp', 'Sqrt', 'Min', 'Max',
]);

/** Those of them that make a layer of two Linears more than one. */
export const nonLinear: ReadonlySet<string> = new Set([
  'Erf', 'Gelu', 'QuickGelu', 'FastGelu', 'Tanh', 'Sigmoid', 'Relu', 'LeakyRelu', 'HardSwish', 'HardSigmoid', 'Softplus', 'Mish', 'Elu', 'Selu', 'Celu', 'Clip',
]);

/**
 * A function from a tensor to the one tensor that all of its values come from, through nodes that `passes` accepts;
 * the tensor itself where its producer is not accepted, or joins values of several origins.
 */
export function originFinder(graph: Graph, index: GraphIndex, passes: (node: GraphNode) => boolean): (name: string) => string {
  const known = new Map<string, string>();
  const find = (name: string): string => {
    const before = known.get(name);
    if (before !== undefined) return before;
    const node = index.producers.get(name);
    let origin = name;
    if (node !== undefined && passes(node)) {
      const origins = new Set(node.inputs.filter((input) => input !== '' && !graph.initializers.has(input)).map(find));
      const [only] = origins;
      if (origins.size === 1 && only !== undefined) origin = only;
    }
    known.set(name, origin);
    return origin;
  };
  return find;
}

/** The readers that the values of `name` reach through nodes that `passes` accepts. */
export function reachedNodes(index: GraphIndex, name: string, passes: (node: GraphNode) => boolean): readonly GraphNode[] {
  const reached = new Set<GraphNode>();
  const seen = new Set<string>([name]);
  const waiting = [name];
  for (let tensor = waiting.pop(); tensor !== undefined; tensor = waiting.pop()) {
    for (const reader of index.consumers.get(tensor) ?? []) {
      if (!passes(reader)) { reached.add(reader); continue; }
      for (const output of reader.outputs) if (!seen.has(output)) { seen.add(output); waiting.push(output); }
    }
  }
  return [...reached];
}

/** Node accepted when all inputs but one are constants (scale, bias, mask). */
export function withConstant(graph: Graph, node: GraphNode, opTypes: ReadonlySet<string>): boolean {
  return opTypes.has(node.opType) && node.inputs.filter((input) => input !== '' && !graph.initializers.has(input)).length === 1;
}
