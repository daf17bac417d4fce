/**
 * Cuts a graph at chosen tensors. Each segment runs alone; between segments the caller replaces every cut tensor by another
 * (its quantised form), which later segments read under the replacement's name.
 */
import type { ElementType, Graph, GraphNode, ValueInfo } from './types';

/** `produced` leaves its segment as an output; nodes read `replacement`, available one segment later. */
export interface Cut {
  readonly produced: string;
  readonly replacement: string;
  /** float32 unless given. */
  readonly type?: 'uint8';
}

export interface Segment {
  /** A complete graph of its own. */
  readonly graph: Graph;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** Cut tensors that this segment makes. */
  readonly cuts: readonly Cut[];
}

/**
 * Cuts `graph` (whose nodes already read the replacements) into the fewest segments that respect the cuts: a node belongs to the
 * earliest segment in which all its inputs exist. Tensors that a later segment needs become outputs, as do `keep`.
 * A cut of a graph input belongs to no segment. Throws when a node reads a tensor that nothing makes.
 */
export function segmentGraph(graph: Graph, cuts: readonly Cut[], keep: ReadonlySet<string> = new Set()): Segment[] {
  const types = byteTensors(graph);
  const level = delayWidening(graph, types, levels(graph, cuts));
  const count = Math.max(0, ...graph.nodes.map((node) => levelOf(level, node.outputs[0]))) + 1;
  const wanted = Array.from({ length: count }, () => new Set<string>());
  const needed = Array.from({ length: count }, () => new Set<string>());
  const replacements = new Set(cuts.map((cut) => cut.replacement));
  const outside = new Set([...graph.inputs.map((input) => input.name), ...replacements]);
  for (const node of graph.nodes) {
    const here = levelOf(level, node.outputs[0]);
    for (const input of node.inputs) {
      if (input === '' || graph.initializers.has(input)) continue;
      const made = levelOf(level, input);
      if (outside.has(input)) needed[here].add(input);
      else if (made < here) {
        wanted[made].add(input);
        needed[here].add(input);
      }
    }
  }
  const given = new Set(graph.inputs.map((input) => input.name));
  const inside = cuts.filter((cut) => !given.has(cut.produced));
  for (const cut of inside) wanted[levelOf(level, cut.produced)].add(cut.produced);
  for (const output of graph.outputs) wanted[levelOf(level, output.name)].add(output.name);
  for (const name of keep) wanted[levelOf(level, name)].add(name);
  for (const { replacement, type } of cuts) if (type !== undefined) types.set(replacement, type);
  return wanted.map((outputs, index) => {
    const nodes = graph.nodes.filter((node) => levelOf(level, node.outputs[0]) === index);
    const made = inside.filter((cut) => levelOf(level, cut.produced) === index);
    return buildSegment(graph, types, nodes, [...needed[index]], [...outputs], made);
  });
}

function levels(graph: Graph, cuts: readonly Cut[]): Map<string, number> {
  const level = new Map<string, number>(graph.inputs.map((input) => [input.name, 0]));
  const replaced = new Map<string, string[]>();
  for (const cut of cuts) replaced.set(cut.produced, [...(replaced.get(cut.produced) ?? []), cut.replacement]);
  // What replaces an input of the graph is there from the start, like the input itself.
  for (const input of graph.inputs) for (const replacement of replaced.get(input.name) ?? []) level.set(replacement, 0);
  for (const node of graph.nodes) {
    let here = 0;
    for (const input of node.inputs) {
      if (input === '' || graph.initializers.has(input)) continue;
      here = Math.max(here, levelOf(level, input));
    }
    for (const output of node.outputs) {
      level.set(output, here);
      for (const replacement of replaced.get(output) ?? []) level.set(replacement, here + 1);
    }
  }
  return level;
}

/** What is made of bytes alone goes to the first segment that reads it: bytes cross the cut instead of floats. */
function delayWidening(graph: Graph, types: ReadonlyMap<string, ElementType>, level: Map<string, number>): Map<string, number> {
  const readers = new Map<string, number>();
  for (const node of graph.nodes) {
    const here = levelOf(level, node.outputs[0]);
    for (const input of node.inputs) readers.set(input, Math.min(readers.get(input) ?? Infinity, here));
  }
  for (const node of graph.nodes) {
    const widens = ['DequantizeLinear', 'Cast'].includes(node.opType) && types.has(node.inputs[0]);
    const first = widens ? readers.get(node.outputs[0]) : undefined;
    if (first !== undefined) level.set(node.outputs[0], first);
  }
  return level;
}

function levelOf(level: ReadonlyMap<string, number>, tensor: string): number {
  const found = level.get(tensor);
  if (found === undefined) throw new Error(`nothing makes the tensor ${tensor} before it is read`);
  return found;
}

function buildSegment(graph: Graph, types: ReadonlyMap<string, ElementType>, nodes: readonly GraphNode[], inputs: readonly string[], outputs: readonly string[], cuts: readonly Cut[]): Segment {
  const used = new Set(nodes.flatMap((node) => node.inputs));
  const initializers = new Map([...graph.initializers].filter(([name]) => used.has(name)));
  const known = new Map([...graph.inputs, ...graph.outputs].map((value) => [value.name, value]));
  const value = (name: string): ValueInfo => {
    const shape = graph.shapes.get(name);
    const declared = known.get(name);
    if (shape !== undefined) return { name, type: types.get(name) ?? 'float32', dims: shape };
    if (declared !== undefined) return declared;
    throw new Error(`the shape of the tensor ${name} is unknown`);
  };
  return {
    graph: { ...graph, nodes, initializers, inputs: inputs.map(value), outputs: outputs.map(value), shapes: new Map(), metadata: new Map() },
    inputs,
    outputs,
    cuts,
  };
}

/** Types of the tensors that hold codes; all others that cross a cut are float32. */
function byteTensors(graph: Graph): Map<string, ElementType> {
  const types = new Map<string, ElementType>();
  for (const node of graph.nodes) {
    const type = byteType(graph, node, types.get(node.inputs[0]));
    if (type === undefined) continue;
    for (const output of node.outputs) types.set(output, type);
  }
  return types;
}

function byteType(graph: Graph, node: GraphNode, input: ElementType | undefined): ElementType | undefined {
  if (node.opType === 'QuantizeLinear') return graph.initializers.get(node.inputs[2] ?? '')?.type;
  if (input === undefined || node.opType === 'DequantizeLinear' || node.opType === 'MatMulIntegerToFloat') return undefined;
  // The one cast of codes: to int8.
  return node.opType === 'Cast' ? 'int8' : input;
}
