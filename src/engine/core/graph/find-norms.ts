/** LayerNorms whose output goes to known Linears and nowhere else: the pairs of scale reparameterisation. */
import type { LinearCore } from './find-linears';
import type { GraphIndex } from './graph-index';
import { intAttribute, intsAttribute } from './node-values';
import type { SitePlace } from './name-sites';
import { reachedNodes } from './trace-origin';
import type { Graph, GraphNode, NormPair } from './types';

export interface NamedLinear {
  readonly linear: LinearCore;
  readonly place: SitePlace;
  readonly name: string;
}

/**
 * All pairs in network order. A LayerNorm with any other reader, a fed Linear of another role (the head), or something
 * between that mixes channels is no pair: its scale cannot be moved.
 */
export function findNorms(graph: Graph, index: GraphIndex, linears: readonly NamedLinear[]): readonly NormPair[] {
  const byNode = new Map(linears.map((entry) => [entry.linear.graphNode, entry]));
  return graph.nodes.filter((node) => node.opType === 'LayerNormalization').flatMap((node) => {
    const channels = graph.initializers.get(node.inputs[1])?.data.length;
    const reached = reachedNodes(index, node.outputs[0], (reader) => keepsChannels(graph, index, reader));
    const fed = reached.flatMap((reader) => byNode.get(reader) ?? []);
    if (channels === undefined || fed.length === 0 || fed.length < reached.length || fed.some(({ linear }) => linear.inFeatures !== channels)) return [];
    const sites = [...fed].sort((a, b) => siteOrder.indexOf(a.place.role) - siteOrder.indexOf(b.place.role));
    const name = normName(sites);
    if (name === null) return [];
    return [{ name, node: node.outputs[0], scale: node.inputs[1], bias: node.inputs[2] === undefined || node.inputs[2] === '' ? null : node.inputs[2], sites: sites.map((site) => site.name), channels }];
  });
}

const siteOrder = ['qkv', 'q', 'k', 'v', 'fc1', 'reduction'];

/** timm's name of the LayerNorm in front of these sites; null when they are no pair of the method. */
function normName(sites: readonly NamedLinear[]): string | null {
  const roles = sites.map(({ place }) => place.role).join(' ');
  const { name } = sites[0];
  switch (roles) {
    case 'qkv': case 'q k v': return name.replace(/attn\.\w+$/, 'norm1');
    case 'fc1': return name.replace(/mlp\.fc1$/, 'norm2');
    case 'reduction': return name.replace(/reduction$/, 'norm');
    default: return null;
  }
}

/** Moves rows only: the last axis stays the last and whole. */
function keepsChannels(graph: Graph, index: GraphIndex, node: GraphNode): boolean {
  const from = index.shapes.get(node.inputs[0]);
  const to = index.shapes.get(node.outputs[0]);
  if (from === undefined || to === undefined || from.at(-1) !== to.at(-1)) return false;
  switch (node.opType) {
    case 'Reshape': case 'Squeeze': case 'Unsqueeze': case 'Identity': case 'Dropout': case 'Pad': case 'Slice': return true;
    case 'Transpose': return intsAttribute(node, 'perm')?.at(-1) === from.length - 1;
    case 'Concat': return ![-1, from.length - 1].includes(intAttribute(node, 'axis', 0));
    case 'Gather': return graph.initializers.has(node.inputs[1]) && ![-1, from.length - 1].includes(intAttribute(node, 'axis', 0));
    default: return false;
  }
}
