/** A part of a graph as a graph of its own. */
import type { Graph, GraphNode, ValueInfo } from './types';

/** The nodes that make `outputs` from `inputs` and constants. Throws when something else is needed. */
export function sliceGraph(graph: Graph, inputs: readonly string[], outputs: readonly string[]): Graph {
  const makers = new Map(graph.nodes.flatMap((node) => node.outputs.map((output) => [output, node] as const)));
  const given = new Set(inputs);
  const kept = new Set<GraphNode>();
  const visit = (tensor: string): void => {
    if (tensor === '' || given.has(tensor) || graph.initializers.has(tensor)) return;
    const node = makers.get(tensor);
    if (node === undefined) throw new Error(`the part of the graph also needs ${tensor}`);
    if (kept.has(node)) return;
    kept.add(node);
    node.inputs.forEach(visit);
  };
  outputs.forEach(visit);
  const nodes = graph.nodes.filter((node) => kept.has(node));
  const used = new Set(nodes.flatMap((node) => node.inputs));
  const value = (name: string): ValueInfo => {
    const dims = graph.shapes.get(name) ?? graph.inputs.find((input) => input.name === name)?.dims ?? graph.outputs.find((output) => output.name === name)?.dims;
    if (dims === undefined) throw new Error(`the shape of the tensor ${name} is unknown`);
    return { name, type: 'float32', dims };
  };
  return {
    ...graph, nodes, inputs: inputs.map(value), outputs: outputs.map(value), shapes: new Map(),
    initializers: new Map([...graph.initializers].filter(([name]) => used.has(name))),
  };
}
