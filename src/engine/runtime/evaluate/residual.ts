/** The residual stream in front of each block: where error accumulates along depth. */
import type { Graph, ModelStructure } from '../../core/graph/types';

/** Per block the tensor that its first LayerNorm reads. The names are the same in the float and in every quantised network. */
export function residualNames(graph: Graph, structure: ModelStructure): string[] {
  const nodes = new Map(graph.nodes.map((node) => [node.outputs[0], node]));
  return structure.blocks.map((block) => {
    const norm = structure.norms.find((candidate) => candidate.sites.some((name) => isAttentionInput(structure, name, block.index)));
    const input = norm === undefined ? undefined : nodes.get(norm.node)?.inputs[0];
    if (input === undefined) throw new Error(`no LayerNorm stands in front of ${block.name}`);
    return input;
  });
}

function isAttentionInput(structure: ModelStructure, name: string, block: number): boolean {
  return structure.sites.some((site) => site.kind === 'linear' && site.name === name && site.block === block && ['qkv', 'q', 'k', 'v'].includes(site.role));
}
