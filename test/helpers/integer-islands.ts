/**
 * Where the integers of a site begin: from its output back through the rewritten graph to the quantisers. Nothing is taken from the names or the
 * order of the nodes that the rewriting makes, so that it may make others.
 */
import { sliceGraph } from '../../src/engine/core/graph/slice';
import type { ElementType, Graph, GraphNode, Site } from '../../src/engine/core/graph/types';
import { createSession, type EngineTensor } from '../../src/engine/runtime/ort/session';
import { emptyTensor, tensorOf, type IntegerNetwork } from './integer-network';

export interface Island {
  /** Tensors of the float network that quantisers stand behind. */
  readonly fronts: readonly string[];
  /** Where the bytes enter a product: A first. */
  readonly codes: readonly string[];
  /** Quantised maps, given from outside. */
  readonly forms: readonly string[];
  /** Tensors of the float network that enter as they are: none where the product is integer. */
  readonly floats: readonly string[];
}

type Makers = ReadonlyMap<string, GraphNode>;

const makersOf = (graph: Graph): Makers => new Map(graph.nodes.flatMap((node) => node.outputs.map((output) => [output, node] as const)));

/** Tensors of one byte per element, with their types. */
function bytesOf(graph: Graph): ReadonlyMap<string, ElementType> {
  const types = new Map<string, ElementType>();
  for (const node of graph.nodes) {
    const given = types.get(node.inputs[0] ?? '');
    const cast = node.attributes.get('to');
    let type: ElementType | undefined;
    if (node.opType === 'QuantizeLinear') type = graph.initializers.get(node.inputs[2] ?? '')?.type;
    else if (node.opType === 'Cast' && cast?.kind === 'int') type = cast.value === 3n ? 'int8' : cast.value === 2n ? 'uint8' : undefined;
    else if (!['DequantizeLinear', 'MatMulIntegerToFloat', 'MatMulInteger'].includes(node.opType)) type = given;
    if (type !== undefined) for (const output of node.outputs) types.set(output, type);
  }
  return types;
}

export function islandOf({ graph: float, rewritten }: Pick<IntegerNetwork, 'graph' | 'rewritten'>, site: Site): Island {
  const { graph, cuts } = rewritten;
  const [makers, original, bytes] = [makersOf(graph), makersOf(float), bytesOf(graph)];
  const inputs = new Set(float.inputs.map(({ name }) => name));
  const replacements = new Set(cuts.map(({ replacement }) => replacement));
  const found = { fronts: new Set<string>(), codes: new Set<string>(), forms: new Set<string>(), floats: new Set<string>() };
  // Behind a quantiser there may be a Reshape that the float network does not have.
  const front = (tensor: string): string => (original.has(tensor) || inputs.has(tensor) ? tensor : front(makers.get(tensor)?.inputs[0] ?? ''));
  const visit = (tensor: string, inBytes: boolean): void => {
    if (tensor === '' || graph.initializers.has(tensor)) return;
    if (replacements.has(tensor)) {
      found.forms.add(tensor);
      return;
    }
    const isBytes = bytes.has(tensor);
    if (isBytes && !inBytes) found.codes.add(tensor);
    const node = makers.get(tensor);
    if (node?.opType === 'QuantizeLinear') {
      found.fronts.add(front(node.inputs[0] ?? ''));
      return;
    }
    if (node === undefined || (original.has(tensor) && tensor !== site.node)) {
      found.floats.add(tensor);
      return;
    }
    for (const input of node.inputs) visit(input, isBytes);
  };
  visit(site.node, false);
  return { fronts: [...found.fronts], codes: [...found.codes], forms: [...found.forms], floats: [...found.floats] };
}

/** Runs the part of the rewritten graph between tensors that are known and `outputs`, which may hold bytes. */
export async function runRewritten({ rewritten }: Pick<IntegerNetwork, 'rewritten'>, given: ReadonlyMap<string, EngineTensor>, inputs: readonly string[], outputs: readonly string[]): Promise<Map<string, EngineTensor>> {
  const bytes = bytesOf(rewritten.graph);
  const declared = new Map(rewritten.cuts.map(({ replacement, type }) => [replacement, type]));
  const sliced = sliceGraph(rewritten.graph, inputs, outputs);
  const typed = <T extends { readonly name: string; readonly type: ElementType }>(value: T): T => ({ ...value, type: declared.get(value.name) ?? bytes.get(value.name) ?? value.type });
  return run({ ...sliced, inputs: sliced.inputs.map(typed), outputs: sliced.outputs.map(typed) }, given);
}

/** What only moves elements, and the constant scale of q. */
const movements: ReadonlySet<string> = new Set(['Reshape', 'Transpose', 'Squeeze', 'Unsqueeze', 'Flatten', 'Identity', 'Slice', 'Split', 'Gather', 'Concat', 'Pad', 'Mul', 'Div']);

/** An operand as the float network makes it from the tensors in front of the quantisers. Throws when more than movement lies between. */
export async function floatOperand(float: Graph, given: ReadonlyMap<string, EngineTensor>, fronts: readonly string[], operand: string): Promise<EngineTensor> {
  if (given.has(operand) && fronts.includes(operand)) return tensorOf(given, operand);
  const sliced = sliceGraph(float, fronts, [operand]);
  for (const { opType, outputs } of sliced.nodes) if (!movements.has(opType)) throw new Error(`a quantiser of ${operand} stands before the ${opType} ${outputs[0] ?? ''}`);
  return tensorOf(await run(sliced, given), operand);
}

async function run(graph: Graph, given: ReadonlyMap<string, EngineTensor>): Promise<Map<string, EngineTensor>> {
  const read = new Set(graph.nodes.flatMap((node) => node.inputs));
  const inputs = graph.inputs.filter(({ name }) => read.has(name));
  const session = await createSession({ ...graph, inputs }, 1);
  try {
    const outputs = new Map(graph.outputs.map(({ name, type, dims }) => [name, emptyTensor(type, dims.map(Number))]));
    await session.runInto(new Map(inputs.map(({ name }) => [name, tensorOf(given, name)])), outputs);
    return outputs;
  } finally {
    await session.release();
  }
}
