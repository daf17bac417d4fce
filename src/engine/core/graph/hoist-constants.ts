/** Constant nodes as initializers, so that later steps know one kind of constant only. */
import type { Attribute, Graph, GraphNode, Tensor } from './types';

/** The graph with every Constant node that holds a tensor, a number or a list of numbers turned into an initializer, and without Identity nodes of constants. */
export function hoistConstants(graph: Graph): Graph {
  const initializers = new Map(graph.initializers);
  const nodes: GraphNode[] = [];
  const outputs = new Set(graph.outputs.map((output) => output.name));
  for (const node of graph.nodes) {
    const tensor = node.opType === 'Constant' ? constantOf(node) : node.opType === 'Identity' ? initializers.get(node.inputs[0]) ?? null : null;
    if (tensor === null || outputs.has(node.outputs[0])) nodes.push(node);
    else initializers.set(node.outputs[0], tensor);
  }
  return { ...graph, nodes, initializers };
}

function constantOf(node: GraphNode): Tensor | null {
  const [attribute] = node.attributes.values();
  return attribute === undefined ? null : tensorOf(attribute);
}

function tensorOf(attribute: Attribute): Tensor | null {
  switch (attribute.kind) {
    case 'tensor': return attribute.value;
    case 'float': return { type: 'float32', dims: [], data: Float32Array.of(attribute.value) };
    case 'int': return { type: 'int64', dims: [], data: BigInt64Array.of(attribute.value) };
    case 'floats': return { type: 'float32', dims: [attribute.value.length], data: Float32Array.from(attribute.value) };
    case 'ints': return { type: 'int64', dims: [attribute.value.length], data: BigInt64Array.from(attribute.value) };
    case 'string': case 'strings': case 'opaque': return null;
  }
}
