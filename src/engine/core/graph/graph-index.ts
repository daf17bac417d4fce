/** Who writes and who reads each tensor. */
import { inferShapes } from './infer-shapes';
import type { Graph, GraphNode } from './types';

export interface GraphIndex {
  readonly producers: ReadonlyMap<string, GraphNode>;
  readonly consumers: ReadonlyMap<string, readonly GraphNode[]>;
  /** Static shapes where known, initializers included. */
  readonly shapes: ReadonlyMap<string, readonly number[]>;
}

export function indexGraph(graph: Graph): GraphIndex {
  const producers = new Map<string, GraphNode>();
  const consumers = new Map<string, GraphNode[]>();
  for (const node of graph.nodes) {
    for (const output of node.outputs) if (output !== '') producers.set(output, node);
    for (const input of new Set(node.inputs)) {
      if (input === '') continue;
      const readers = consumers.get(input);
      if (readers === undefined) consumers.set(input, [node]);
      else readers.push(node);
    }
  }
  return { producers, consumers, shapes: inferShapes(graph) };
}
