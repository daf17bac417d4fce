/** The weights of a timm export (TorchScript, with its node names) as timm's own file keeps them: by timm's names, Linears output first. */
import type { Graph, GraphNode, Tensor } from '../../src/engine/core/graph/types';
import type { TensorToWrite } from './safetensors-bytes';

/** Linears become MatMul with a transposed constant, and a bias table a gathered constant: both are turned back. */
export function timmWeights(graph: Graph): Map<string, TensorToWrite> {
  const weights = new Map<string, TensorToWrite>();
  for (const [name, tensor] of graph.initializers) if (/(^|\.)(weight|bias|cls_token|pos_embed)$/.test(name)) weights.set(name, { shape: tensor.dims, data: floatsOf(tensor) });
  const producers = new Map(graph.nodes.flatMap((node) => node.outputs.map((output) => [output, node] as const)));
  for (const node of graph.nodes) {
    const path = modulePath(node.name);
    const constant = graph.initializers.get(node.inputs[1] ?? '');
    if (node.opType === 'MatMul' && constant?.type === 'float32' && constant.dims.length === 2) weights.set(`${path}.weight`, transposed(constant));
    if (node.opType === 'Softmax') {
      const bias = biasBefore(node, producers, graph);
      if (bias !== null) weights.set(`${path}.relative_position_bias_table`.replace(/\.softmax\./, '.'), tableOf(bias));
    }
  }
  return weights;
}

function floatsOf({ data }: Tensor): Float32Array {
  if (data instanceof Float32Array) return data;
  throw new TypeError('weights are floats');
}

/** `/layers/layers.0/blocks/blocks.1/attn/qkv/MatMul` -> `layers.0.blocks.1.attn.qkv`. */
function modulePath(name: string): string {
  const parts = name.split('/').filter((part) => part !== '').slice(0, -1);
  return parts.filter((part, i) => !(parts[i + 1] ?? '').startsWith(`${part}.`)).join('.');
}

function transposed(tensor: Tensor): TensorToWrite {
  const [rows = 0, columns = 0] = tensor.dims;
  const from = floatsOf(tensor);
  const data = new Float32Array(from.length);
  for (let row = 0; row < rows; row++) for (let column = 0; column < columns; column++) data[column * rows + row] = from[row * columns + column] ?? NaN;
  return { shape: [columns, rows], data };
}

/** The constant [1, heads, n, n] that is added to the scores, some nodes before the softmax. */
function biasBefore(softmax: GraphNode, producers: ReadonlyMap<string, GraphNode>, graph: Graph): Tensor | null {
  let node = producers.get(softmax.inputs[0] ?? '');
  for (let steps = 0; node !== undefined && steps < 8; steps++) {
    const constants = node.inputs.flatMap((name) => graph.initializers.get(name) ?? []);
    const bias = constants.find(({ dims, type }) => type === 'float32' && dims.length === 4 && dims[0] === 1 && dims[2] === dims[3]);
    if (node.opType === 'Add' && bias !== undefined) return bias;
    node = producers.get(node.inputs[0] ?? '');
  }
  return null;
}

/** Each row of the table is one displacement: any pair of tokens with it shows the row. */
function tableOf(bias: Tensor): TensorToWrite {
  const [, heads = 0, tokens = 0] = bias.dims;
  const window = Math.sqrt(tokens);
  const side = 2 * window - 1;
  const from = floatsOf(bias);
  const data = new Float32Array(side * side * heads);
  for (let a = 0; a < tokens; a++) {
    for (let b = 0; b < tokens; b++) {
      const row = (Math.floor(a / window) - Math.floor(b / window) + window - 1) * side + (a % window) - (b % window) + window - 1;
      for (let head = 0; head < heads; head++) data[row * heads + head] = from[(head * tokens + a) * tokens + b] ?? NaN;
    }
  }
  return { shape: [side * side, heads], data };
}
