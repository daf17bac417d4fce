/** How many parameters a model has. */
import type { GraphIndex } from './graph-index';
import type { Graph, LinearSite } from './types';

/**
 * Weights and biases of Linears and LayerNorms, and what is joined to the tokens (class token, position embedding). Each node counts
 * its own, although exporters share equal constants. Tables added to attention scores are left out: exports hold them expanded.
 */
export function countParameters(graph: Graph, index: GraphIndex, sites: readonly LinearSite[]): number {
  const size = (name: string | null | undefined): number => (name === null || name === undefined ? 0 : graph.initializers.get(name)?.data.length ?? 0);
  const linears = sites.reduce((sum, site) => sum + size(site.weight) + size(site.bias), 0);
  const norms = graph.nodes.filter((node) => node.opType === 'LayerNormalization').reduce((sum, node) => sum + size(node.inputs[1]) + size(node.inputs[2]), 0);
  const biasNodes = new Set(sites.map((site) => site.biasNode));
  const joined = graph.nodes
    .filter((node) => ['Concat', 'Add'].includes(node.opType) && !biasNodes.has(node.outputs[0]) && index.shapes.get(node.outputs[0])?.length === 3)
    .reduce((sum, node) => sum + node.inputs.reduce((total, input) => total + (size(input) > 1 ? size(input) : 0), 0), 0);
  return linears + norms + joined;
}
