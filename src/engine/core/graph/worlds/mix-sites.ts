/** A network in which some sites are quantised and the others are in FP32, put together from the two forms of it. */
import type { RewrittenGraph } from '../rewrite';
import type { Cut } from '../segments';
import { sortNodes } from '../sort-nodes';
import type { Graph, GraphNode } from '../types';
import type { Worlds } from './worlds';

type World = 'float' | 'quantised';

/**
 * The sites in `on` as the quantised network has them (weight, input quantisers and the LayerNorm in front, with the parameters that the whole
 * run has), everything else as in the float network. Nodes and constants are those of the two networks, not copies: what two mixtures have in
 * common is the same object. A LayerNorm that is needed in both scales stands there twice.
 * Maps are not quantised here: the caller does so for the blocks whose product with v is on.
 */
export function mixSites(worlds: Worlds, on: ReadonlySet<string>): RewrittenGraph {
  const { structure, float, quantised, floatMakers, quantisedMakers, rescaled } = worlds;
  const own = new Map<string, World>();
  for (const site of structure.sites) {
    const world = on.has(site.name) ? 'quantised' : 'float';
    own.set(site.node, world);
    if (site.kind === 'linear' && site.biasNode !== null) own.set(site.biasNode, world);
  }
  const makers = { float: floatMakers, quantised: quantisedMakers };
  const needed = { float: new Set<GraphNode>(), quantised: new Set<GraphNode>() };
  const produced = new Map([...float.cuts, ...quantised.cuts].map((cut) => [cut.replacement, cut.produced]));
  const constants = new Map([...float.graph.initializers, ...quantised.graph.initializers]);
  const visit = (tensor: string, reader: World): void => {
    if (tensor === '' || constants.has(tensor)) return;
    const source = produced.get(tensor);
    if (source !== undefined) return visit(source, 'float');
    const world = own.get(tensor) ?? (rescaled.has(tensor) ? reader : floatMakers.has(tensor) ? 'float' : 'quantised');
    const node = makers[world].get(tensor);
    // None: the picture.
    if (node === undefined || needed[world].has(node)) return;
    needed[world].add(node);
    for (const input of node.inputs) visit(input, world);
  };
  for (const { name } of float.graph.outputs) visit(name, 'float');
  // A map that no product reads is still one that is looked at.
  for (const { produced: map } of float.cuts) visit(map, 'float');
  return assemble(worlds, needed);
}

function assemble({ float, quantised, rescaled }: Worlds, needed: Readonly<Record<World, ReadonlySet<GraphNode>>>): RewrittenGraph {
  const made = new Set([...needed.float].flatMap(({ outputs }) => outputs));
  const rename = (tensor: string): string => (rescaled.has(tensor) && made.has(tensor) ? `${tensor}/reparameterised` : tensor);
  const renamed = [...needed.quantised].map((node): GraphNode => {
    const inputs = node.inputs.map(rename);
    const outputs = node.outputs.map(rename);
    const same = inputs.every((input, index) => input === node.inputs[index]) && outputs.every((output, index) => output === node.outputs[index]);
    // Names of nodes are unique too, where they have one.
    return same ? node : { ...node, name: node.name === '' ? '' : `${node.name}/reparameterised`, inputs, outputs };
  });
  const nodes = sortAcrossCuts([...new Set([...needed.float, ...renamed])], [...float.cuts, ...quantised.cuts]);
  const read = new Set(nodes.flatMap(({ inputs }) => inputs));
  const shapes = new Map([...float.graph.shapes, ...quantised.graph.shapes]);
  for (const tensor of rescaled) {
    const shape = shapes.get(tensor);
    if (shape !== undefined) shapes.set(`${tensor}/reparameterised`, shape);
  }
  const initializers = new Map([...float.graph.initializers, ...quantised.graph.initializers].filter(([name]) => read.has(name)));
  const graph: Graph = { ...float.graph, opsets: quantised.graph.opsets, nodes, initializers, shapes };
  const cuts = new Map([...float.cuts, ...quantised.cuts].filter(({ replacement }) => read.has(replacement)).map((cut) => [cut.replacement, cut]));
  return { graph, cuts: [...cuts.values()] };
}

/** Running order, where what replaces a tensor counts as made by whoever makes the tensor. */
function sortAcrossCuts(nodes: readonly GraphNode[], cuts: readonly Cut[]): GraphNode[] {
  const produced = new Map(cuts.map((cut) => [cut.replacement, cut.produced]));
  const byOutput = new Map(nodes.map((node) => [node.outputs[0], node]));
  const joined = nodes.map((node): GraphNode => ({ ...node, inputs: node.inputs.map((input) => produced.get(input) ?? input) }));
  return sortNodes(joined).flatMap(({ outputs }) => byOutput.get(outputs[0]) ?? []);
}
