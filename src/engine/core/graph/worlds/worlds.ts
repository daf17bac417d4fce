/**
 * A network in two forms, float and quantised, whose parts can stand in for one another. Both are rewritings of one graph, so their tensors go by
 * the same names and mean the same. The exception is what a reparameterised LayerNorm makes: it has another scale in the quantised form.
 */
import type { RewrittenGraph } from '../rewrite';
import type { Graph, GraphNode, ModelStructure, Site } from '../types';

export interface Worlds {
  readonly structure: ModelStructure;
  readonly float: RewrittenGraph;
  readonly quantised: RewrittenGraph;
  /** Who makes each tensor. */
  readonly floatMakers: ReadonlyMap<string, GraphNode>;
  readonly quantisedMakers: ReadonlyMap<string, GraphNode>;
  /** Tensors of the same name that differ in scale: from a reparameterised LayerNorm up to the Linears behind it. */
  readonly rescaled: ReadonlySet<string>;
}

export function compareWorlds(structure: ModelStructure, float: RewrittenGraph, quantised: RewrittenGraph): Worlds {
  const floatMakers = makersOf(float.graph);
  const quantisedMakers = makersOf(quantised.graph);
  return { structure, float, quantised, floatMakers, quantisedMakers, rescaled: rescaledTensors(structure, floatMakers, quantisedMakers) };
}

/** Where a site's result stands: behind the bias, wherever that is added. */
export function outputTensor(site: Site): string {
  return site.kind === 'linear' ? site.biasNode ?? site.node : site.node;
}

function makersOf(graph: Graph): Map<string, GraphNode> {
  return new Map(graph.nodes.flatMap((node) => node.outputs.map((output) => [output, node] as const)));
}

function rescaledTensors({ norms, sites }: ModelStructure, floatMakers: ReadonlyMap<string, GraphNode>, quantisedMakers: ReadonlyMap<string, GraphNode>): Set<string> {
  const rescaled = new Set<string>();
  for (const norm of norms) {
    const constants = (makers: ReadonlyMap<string, GraphNode>): string | undefined => makers.get(norm.node)?.inputs.slice(1).join('\n');
    if (constants(floatMakers) === constants(quantisedMakers)) continue;
    const known = new Map<string, boolean>();
    // Between a LayerNorm and its Linears elements are only moved.
    const comesFrom = (tensor: string): boolean => {
      const found = known.get(tensor);
      if (found !== undefined) return found;
      const comes = tensor === norm.node || (floatMakers.get(tensor)?.inputs.map(comesFrom).some((each) => each) ?? false);
      known.set(tensor, comes);
      if (comes) rescaled.add(tensor);
      return comes;
    };
    for (const site of sites) if (site.kind === 'linear' && norm.sites.includes(site.name)) comesFrom(site.input);
  }
  return rescaled;
}
