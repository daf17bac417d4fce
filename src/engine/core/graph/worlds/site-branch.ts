/** One site of the quantised network as a graph of its own, from tensors of the float network to the site's output. */
import type { ElementType, Graph, GraphNode, Site, ValueInfo } from '../types';
import type { RewrittenGraph } from '../rewrite';
import { sortNodes } from '../sort-nodes';
import { outputTensor, type Worlds } from './worlds';

export interface SiteBranch {
  readonly graph: Graph;
  /** Tensors of the float network, and quantised maps. */
  readonly inputs: readonly string[];
  readonly output: string;
}

/**
 * What makes the site's output (or `target`) in `network`, a rewriting of the float network of `worlds` with the same LayerNorms as its
 * quantised one. It begins at the first tensors that the float network has too: a reparameterised LayerNorm belongs to the branch.
 * `instead`: tensors that are read in place of others, a quantised operand's float form for example.
 */
export function siteBranch(worlds: Worlds, network: RewrittenGraph, site: Site, instead: ReadonlyMap<string, string>, target: string = outputTensor(site)): SiteBranch {
  const { graph, cuts } = network;
  const makers = new Map(graph.nodes.flatMap((node) => node.outputs.map((output) => [output, node] as const)));
  const replaced = new Map(cuts.map((cut) => [cut.replacement, cut]));
  const inputs = new Set<string>();
  const nodes = new Set<GraphNode>();
  const own = new Set([target, site.node]);
  const begins = (tensor: string): boolean => replaced.has(tensor) || !makers.has(tensor) || (!own.has(tensor) && !worlds.rescaled.has(tensor) && isFloat(worlds, tensor));
  const visit = (tensor: string): void => {
    if (tensor === '' || graph.initializers.has(tensor)) return;
    const node = makers.get(tensor);
    if (node === undefined || begins(tensor)) {
      inputs.add(tensor);
      return;
    }
    if (nodes.has(node)) return;
    nodes.add(node);
    for (const input of node.inputs) visit(instead.get(input) ?? input);
  };
  visit(target);
  const kept = sortNodes([...nodes].map((node): GraphNode => ({ ...node, inputs: node.inputs.map((input) => instead.get(input) ?? input) })));
  const read = new Set(kept.flatMap((node) => node.inputs));
  const value = (name: string): ValueInfo => ({ name, type: typeOf(replaced.get(name)?.type), dims: shapeOf(worlds, graph, name) });
  return {
    graph: {
      ...graph, nodes: kept, inputs: [...inputs].map(value), outputs: [value(target)], shapes: new Map(), metadata: new Map(),
      initializers: new Map([...graph.initializers].filter(([name]) => read.has(name))),
    },
    inputs: [...inputs],
    output: target,
  };
}

/** A tensor of the float network, its picture included. */
function isFloat({ float, floatMakers }: Worlds, tensor: string): boolean {
  return floatMakers.has(tensor) || float.graph.inputs.some(({ name }) => name === tensor);
}

const typeOf = (type: ElementType | undefined): ElementType => type ?? 'float32';

function shapeOf({ float }: Worlds, graph: Graph, name: string): readonly number[] {
  const dims = graph.shapes.get(name) ?? float.graph.shapes.get(name) ?? [...float.graph.inputs, ...float.graph.outputs].find((info) => info.name === name)?.dims;
  const fixed = dims?.filter((dim): dim is number => typeof dim === 'number');
  if (fixed === undefined || fixed.length !== dims?.length) throw new Error(`the shape of the tensor ${name} is unknown`);
  return fixed;
}
