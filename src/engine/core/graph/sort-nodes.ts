/** Topological order of a graph's nodes. */
import { fail } from '../../../shared/failure';
import type { GraphNode } from './types';

/**
 * Orders nodes so that each comes after those it reads from; nodes that are in order already stay as they are.
 * @throws EngineError model-unreadable when the graph has a cycle or two nodes write one tensor
 */
export function sortNodes(nodes: readonly GraphNode[]): readonly GraphNode[] {
  const producers = new Map<string, GraphNode>();
  for (const node of nodes) {
    for (const output of node.outputs) {
      if (output === '') continue;
      if (producers.has(output)) throw fail('model-unreadable', 'Two nodes of the graph write the same tensor', { place: output, next: 'Export the model again' });
      producers.set(output, node);
    }
  }
  const state = new Map<GraphNode, 'open' | 'done'>();
  const sorted: GraphNode[] = [];
  for (const root of nodes) {
    // Own stack: a deep network would overflow the call stack.
    const stack = [root];
    while (stack.length > 0) {
      const node = stack[stack.length - 1];
      if (state.get(node) === 'done') { stack.pop(); continue; }
      state.set(node, 'open');
      const waiting = node.inputs.map((input) => producers.get(input)).find((producer) => producer !== undefined && state.get(producer) !== 'done');
      if (waiting === undefined) {
        state.set(node, 'done');
        sorted.push(node);
        stack.pop();
      } else if (state.get(waiting) === 'open') {
        throw fail('model-unreadable', 'The graph has a cycle', { place: waiting.name || waiting.outputs[0], next: 'Export the model again' });
      } else stack.push(waiting);
    }
  }
  return sorted;
}
