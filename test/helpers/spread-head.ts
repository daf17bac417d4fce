/**
 * The sample as a small ImageNet: its ten classes filed under ten WordNet ids, and a network whose ten outputs stand at those ids' places among 1,000.
 * What it answers is known (about 88 % in FP32), so anything that mixes up labels, names or pictures shows.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Graph, GraphNode, Tensor } from '../../src/engine/core/graph/types';
import { readModel } from '../../src/engine/core/onnx/read-model';
import { imagenetClasses } from '../../src/engine/runtime/datasets/imagenet-class-list';

/** The sample's classes in the order of its network's outputs, and a WordNet id of ImageNet-1k for each. The ids' order is another than the classes'. */
export const spreadClasses: readonly (readonly [folder: string, id: string])[] = [
  ['ankle_boot', 'n03124043'], ['bag', 'n02769748'], ['coat', 'n04479046'], ['dress', 'n03450230'], ['pullover', 'n04370456'],
  ['sandal', 'n04133789'], ['shirt', 'n03630383'], ['sneaker', 'n04120489'], ['t-shirt', 'n03595614'], ['trouser', 'n03594734'],
];

/** Label among ImageNet's 1,000 of each of the sample's ten classes. */
export const spreadLabels: readonly number[] = spreadClasses.map(([, id]) => imagenetClasses.labelOf(id));

/** The bias of the outputs that stand for no class: far below any logit. */
const silent = -100;

/** The sample's ViT with 1,000 outputs. */
export function spreadSampleVit(): Graph {
  const graph = readModel(new Uint8Array(readFileSync(join(__dirname, '../../resources/sample/models/fashion_vit.onnx'))));
  return spreadHead(graph, spreadLabels);
}

/**
 * `graph` with `outputs` classes: row i of its head stands at `labels[i]`, every other row is zero with a bias of -100.
 * Expects a head that is a Gemm with transB and a bias, as timm's exports have it and the builder makes it.
 */
export function spreadHead(graph: Graph, labels: readonly number[], outputs = 1000): Graph {
  const [logits] = graph.outputs;
  const head = graph.nodes.find((node) => node.outputs[0] === logits?.name);
  if (logits === undefined || head?.opType !== 'Gemm') throw new Error('the head is no Gemm');
  const weight = floats(graph, head, 1);
  const bias = floats(graph, head, 2);
  const [rows = 0, columns = 0] = weight.dims;
  if (rows !== labels.length || bias.data.length !== rows) throw new Error(`the head has ${rows} rows for ${labels.length} labels`);
  const spreadWeight = new Float32Array(outputs * columns);
  const spreadBias = new Float32Array(outputs).fill(silent);
  labels.forEach((label, row) => {
    spreadWeight.set(weight.data.subarray(row * columns, (row + 1) * columns), label * columns);
    spreadBias[label] = bias.data[row] ?? 0;
  });
  const read = new Set(graph.nodes.filter((other) => other !== head).flatMap(({ inputs }) => inputs));
  const initializers = new Map([...graph.initializers].filter(([name]) => read.has(name) || !head.inputs.includes(name)));
  initializers.set('spread.weight', { type: 'float32', dims: [outputs, columns], data: spreadWeight });
  initializers.set('spread.bias', { type: 'float32', dims: [outputs], data: spreadBias });
  const node: GraphNode = { ...head, inputs: [head.inputs[0] ?? '', 'spread.weight', 'spread.bias'] };
  const metadata = new Map(graph.metadata);
  metadata.delete('bitlog2.classes');
  return {
    ...graph, metadata, initializers,
    nodes: graph.nodes.map((other) => (other === head ? node : other)),
    outputs: [{ ...logits, dims: [logits.dims[0] ?? null, outputs] }],
    shapes: new Map(),
  };
}

function floats(graph: Graph, node: GraphNode, input: number): Tensor & { readonly data: Float32Array } {
  const tensor = graph.initializers.get(node.inputs[input] ?? '');
  if (tensor === undefined || !(tensor.data instanceof Float32Array)) throw new Error(`input ${input} of the head is no constant of floats`);
  return { ...tensor, data: tensor.data };
}
