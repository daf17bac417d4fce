/** Removal of what the chosen outputs do not need. */
import type { Graph } from './types';

/** The graph without nodes and initializers that no output depends on. Nodes must be in topological order. */
export function prune(graph: Graph): Graph {
  const needed = new Set(graph.outputs.map((output) => output.name));
  const kept = [...graph.nodes].reverse().filter((node) => {
    if (!node.outputs.some((output) => needed.has(output))) return false;
    for (const input of node.inputs) needed.add(input);
    // A sub-graph may read any outer tensor by name, so its bytes cannot be pruned around.
    return true;
  }).reverse();
  const hasSubGraphs = kept.some((node) => [...node.attributes.values()].some((attribute) => attribute.kind === 'opaque'));
  if (hasSubGraphs) return graph;
  return { ...graph, nodes: kept, initializers: new Map([...graph.initializers].filter(([name]) => needed.has(name))) };
}
