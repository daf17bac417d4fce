/** Matrix products of a graph: those with a constant weight as Linears, and all of them by count. */
import type { GraphIndex } from './graph-index';
import { floatAttribute, intAttribute, intsAttribute } from './node-values';
import type { Graph, GraphNode, LinearSite } from './types';

/** A Linear before its role is known. */
export type LinearCore = Pick<LinearSite, 'node' | 'input' | 'weight' | 'bias' | 'biasNode' | 'layout' | 'outFeatures' | 'inFeatures'> & {
  readonly graphNode: GraphNode;
  /** Tensor with the product and its bias. */
  readonly result: string;
  /** Multiplications per image, at the graph's batch size. */
  readonly macs: number;
};

const productOps = new Set(['Conv', 'ConvTranspose', 'Gemm', 'MatMul', 'Einsum']);

/** Every node that multiplies matrices, in topological order. */
export function matrixProducts(graph: Graph): readonly GraphNode[] {
  return graph.nodes.filter((node) => productOps.has(node.opType));
}

/** Linears by each tensor they write (the product, and the product with its bias). */
export function findLinears(graph: Graph, index: GraphIndex): readonly LinearCore[] {
  return matrixProducts(graph).flatMap((node) => {
    const linear = linearOf(graph, index, node);
    return linear === null ? [] : [linear];
  });
}

function linearOf(graph: Graph, index: GraphIndex, node: GraphNode): LinearCore | null {
  const [input, weight, third] = node.inputs;
  const tensor = graph.initializers.get(weight);
  if (tensor === undefined || tensor.type !== 'float32' || graph.initializers.has(input)) return null;
  const [first, second] = tensor.dims;
  const out = index.shapes.get(node.outputs[0]);
  if (out === undefined) return null;
  const common = { node: node.outputs[0], graphNode: node, input, weight };
  switch (node.opType) {
    case 'Conv': {
      if (tensor.dims.length !== 4 || intAttribute(node, 'group', 1) !== 1) return null;
      const inFeatures = second * tensor.dims[2] * tensor.dims[3];
      const bias = constantBias(graph, third, first);
      if (bias === undefined) return null;
      return { ...common, bias, biasNode: null, result: node.outputs[0], layout: 'out-first', outFeatures: first, inFeatures, macs: count(out) * inFeatures };
    }
    case 'Gemm': {
      const outFirst = intAttribute(node, 'transB', 0) !== 0;
      const [outFeatures, inFeatures] = outFirst ? [first, second] : [second, first];
      const bias = constantBias(graph, third, outFeatures);
      const scaled = floatAttribute(node, 'alpha', 1) !== 1 || (bias !== null && floatAttribute(node, 'beta', 1) !== 1);
      if (tensor.dims.length !== 2 || scaled || intAttribute(node, 'transA', 0) !== 0 || bias === undefined) return null;
      return { ...common, bias, biasNode: null, result: node.outputs[0], layout: outFirst ? 'out-first' : 'in-first', outFeatures, inFeatures, macs: count(out) * inFeatures };
    }
    case 'MatMul': {
      if (tensor.dims.length !== 2) return null;
      const added = followingBias(graph, index, node.outputs[0], second);
      return {
        ...common, bias: added?.bias ?? null, biasNode: added?.node ?? null, result: added?.node ?? node.outputs[0],
        layout: 'in-first', outFeatures: second, inFeatures: first, macs: count(out) * first,
      };
    }
    default: return null;
  }
}

/** The bias initializer, null when there is none, undefined when it is no constant vector. */
function constantBias(graph: Graph, name: string | undefined, outFeatures: number): string | null | undefined {
  if (name === undefined || name === '') return null;
  const tensor = graph.initializers.get(name);
  return tensor !== undefined && tensor.data.length === outFeatures && tensor.dims[tensor.dims.length - 1] === outFeatures ? name : undefined;
}

function followingBias(graph: Graph, index: GraphIndex, product: string, outFeatures: number): { bias: string; node: string } | null {
  const readers = index.consumers.get(product) ?? [];
  if (readers.length !== 1 || readers[0].opType !== 'Add') return null;
  const bias = readers[0].inputs.find((input) => input !== product);
  const tensor = bias === undefined ? undefined : graph.initializers.get(bias);
  if (bias === undefined || tensor === undefined || tensor.data.length !== outFeatures || tensor.dims[tensor.dims.length - 1] !== outFeatures) return null;
  return { bias, node: readers[0].outputs[0] };
}

function count(dims: readonly number[]): number {
  return dims.reduce((value, dim) => value * dim, 1);
}

/** Strides equal the kernel, no padding: each patch is seen once. */
export function isPatchConv(graph: Graph, node: GraphNode): readonly [number, number] | null {
  const kernel = graph.initializers.get(node.inputs[1])?.dims.slice(2);
  const strides = intsAttribute(node, 'strides');
  const padded = intsAttribute(node, 'pads')?.some((pad) => pad !== 0) ?? false;
  if (kernel === undefined || kernel.length !== 2 || strides === null || padded || kernel.some((side, i) => side !== strides[i])) return null;
  return [kernel[0], kernel[1]];
}
