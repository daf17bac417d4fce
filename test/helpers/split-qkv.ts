/** The same ViT with separate q, k and v Linears, as Optimum exports it, and with Linears as MatMul and Add. */
import type { Graph, GraphNode, Tensor } from '../../src/engine/core/graph/types';

function producerOf(graph: Graph, name: string | undefined): GraphNode {
  const node = graph.nodes.find((candidate) => candidate.outputs[0] === name);
  if (node === undefined) throw new Error(`nothing writes ${name ?? ''}`);
  return node;
}

function rows(tensor: Tensor, from: number, count: number): Tensor {
  const width = tensor.data.length / (tensor.dims[0] ?? 1);
  return { type: 'float32', dims: [count, ...tensor.dims.slice(1)], data: (tensor.data as Float32Array).slice(from * width, (from + count) * width) };
}

/** Replaces Gather(Reshape(qkv Gemm)) by Reshape(Gemm with a third of the weights). Expects a graph of `buildVit`. */
export function splitQkv(graph: Graph): Graph {
  const initializers = new Map(graph.initializers);
  const tensor = (name: string | undefined): Tensor => {
    const found = initializers.get(name ?? '');
    if (found === undefined) throw new Error(`no constant ${name ?? ''}`);
    return found;
  };
  const nodes = graph.nodes.flatMap((node): GraphNode[] => {
    const axis = node.attributes.get('axis');
    if (node.opType !== 'Gather' || axis?.kind !== 'int' || axis.value !== 2n) return [node];
    const reshape = producerOf(graph, node.inputs[0]);
    const gemm = producerOf(graph, reshape.inputs[0]);
    const part = Number(tensor(node.inputs[1]).data[0]);
    const [input = '', weight, bias] = gemm.inputs;
    const size = (tensor(weight).dims[0] ?? 0) / 3;
    const own = `${weight ?? ''}.${'qkv'[part] ?? ''}`;
    initializers.set(own, rows(tensor(weight), part * size, size)).set(`${own}.bias`, rows(tensor(bias), part * size, size));
    const dims = tensor(reshape.inputs[1]).data as BigInt64Array;
    initializers.set(`${own}.shape`, { type: 'int64', dims: [4], data: BigInt64Array.of(dims[0] ?? 0n, dims[1] ?? 0n, dims[3] ?? 0n, dims[4] ?? 0n) });
    return [
      { ...gemm, name: `${own}/Gemm`, inputs: [input, own, `${own}.bias`], outputs: [`${own}.product`] },
      { ...reshape, name: `${own}/Reshape`, inputs: [`${own}.product`, `${own}.shape`], outputs: node.outputs },
    ];
  });
  const read = new Set(nodes.flatMap((node) => node.inputs));
  const used = nodes.filter((node) => node.outputs.some((output) => read.has(output) || output === graph.outputs[0]?.name));
  const stillRead = new Set(used.flatMap((node) => node.inputs));
  return { ...graph, nodes: used.filter((node) => node.outputs.some((output) => stillRead.has(output) || output === graph.outputs[0]?.name)), initializers };
}

/** Each Gemm with transB as MatMul with the transposed weight and Add of the bias. */
export function unfuseGemm(graph: Graph): Graph {
  const initializers = new Map(graph.initializers);
  const nodes = graph.nodes.flatMap((node): GraphNode[] => {
    const [input = '', weight = '', bias] = node.inputs;
    const tensor = initializers.get(weight);
    if (node.opType !== 'Gemm' || tensor === undefined) return [node];
    const [outputs = 0, inputs = 0] = tensor.dims;
    const data = new Float32Array(tensor.data.length);
    for (let o = 0; o < outputs; o++) for (let i = 0; i < inputs; i++) data[i * outputs + o] = Number(tensor.data[o * inputs + i]);
    const own = `${weight}.transposed`;
    initializers.set(own, { type: 'float32', dims: [inputs, outputs], data });
    const product: GraphNode = { ...node, opType: 'MatMul', inputs: [input, own], attributes: new Map() };
    if (bias === undefined) return [product];
    const raw = `${own}.product`;
    return [{ ...product, outputs: [raw] }, { ...node, opType: 'Add', name: `${node.name}/bias`, inputs: [bias, raw], attributes: new Map() }];
  });
  return { ...graph, nodes, initializers };
}
