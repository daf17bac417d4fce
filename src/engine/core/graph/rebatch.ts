/**
 * A canonical graph at another batch size. Exporters bake the batch into reshape targets, class tokens and masks;
 * each such constant is written anew, from where the batch lies (batch-axis.ts).
 */
import { fail } from '../../../shared/failure';
import { elementCount } from '../onnx/element-types';
import { graphBatch } from './graph-ends';
import { findBatchAxes, type BatchAxes } from './batch-axis';
import { inferShapes } from './infer-shapes';
import { prune } from './prune';
import type { Graph, GraphNode, Tensor, TensorData } from './types';

/**
 * The graph at `batch` images; weights are shared with `graph`, never copied.
 * @throws EngineError model-unsupported, naming the node, where the batch cannot be followed or a constant cannot be repeated
 */
export function rebatch(graph: Graph, batch: number): Graph {
  const from = graphBatch(graph);
  if (from === batch) return graph;
  const shapes = inferShapes(graph);
  const axes = findBatchAxes(graph, shapes, from);
  const scaled = (name: string): readonly number[] | undefined => {
    const axis = axes.get(name);
    return shapes.get(name)?.map((dim, i) => (i === axis ? (dim / from) * batch : dim));
  };
  const initializers = new Map(graph.initializers);
  const nodes = graph.nodes.map((node) => {
    if (!node.inputs.some((input) => axes.has(input))) return node;
    if (node.opType === 'Reshape' || node.opType === 'Expand') {
      const target = scaled(node.outputs[0]);
      if (target === undefined) throw fail('model-unsupported', 'The shape of a tensor is not known', { place: node.name || node.outputs[0] });
      const name = unusedName(initializers, `${node.outputs[0]}/shape`);
      initializers.set(name, { type: 'int64', dims: [target.length], data: BigInt64Array.from(target, BigInt) });
      return { ...node, inputs: [node.inputs[0], name] };
    }
    return repeatConstants(node, axes, shapes, initializers, from, batch);
  });
  const scaledShapes = new Map<string, readonly number[]>();
  for (const name of shapes.keys()) {
    const dims = scaled(name);
    if (dims !== undefined && axes.has(name)) scaledShapes.set(name, dims);
  }
  const resized = <T extends { readonly name: string; readonly dims: Graph['inputs'][number]['dims'] }>(value: T): T => ({ ...value, dims: scaled(value.name) ?? value.dims });
  // The constants that were replaced are gone.
  return prune({ ...graph, nodes, initializers, inputs: graph.inputs.map(resized), outputs: graph.outputs.map(resized), shapes: scaledShapes });
}

const joining = new Set(['Add', 'Sub', 'Mul', 'Div', 'Pow', 'Where', 'Equal', 'Greater', 'Less', 'And', 'Or', 'Min', 'Max', 'Mod', 'Concat', 'MatMul', 'Gemm']);

function repeatConstants(
  node: GraphNode, axes: BatchAxes, shapes: ReadonlyMap<string, readonly number[]>, initializers: Map<string, Tensor>, from: number, batch: number,
): GraphNode {
  const out = shapes.get(node.outputs[0]);
  const axis = axes.get(node.outputs[0]);
  if (!joining.has(node.opType) || out === undefined || axis === undefined) return node;
  const inputs = node.inputs.map((input, position) => {
    const tensor = initializers.get(input);
    if (tensor === undefined || (node.opType === 'Gemm' && position === 1)) return input;
    const at = tensor.dims.length - out.length + axis;
    if (at < 0 || (tensor.dims[at] === 1 && node.opType !== 'Concat')) return input;
    // A two-dimensional weight has no axis for the batch, however its rank aligns.
    if (node.opType === 'MatMul' && at >= tensor.dims.length - 2) return input;
    const name = unusedName(initializers, `${input}/batch`);
    initializers.set(name, repeatAlong(tensor, at, from, batch, input));
    return name;
  });
  return { ...node, inputs };
}

/** A constant that holds `from` equal parts along `axis`, with `batch` of them. */
function repeatAlong(tensor: Tensor, axis: number, from: number, batch: number, name: string): Tensor {
  const { dims, data } = tensor;
  const outer = elementCount(dims.slice(0, axis));
  const row = elementCount(dims.slice(axis));
  const part = row / from;
  const repeated = emptyLike(data, outer * part * batch);
  for (let o = 0; o < outer; o++) {
    for (let image = 1; image < from; image++) {
      for (let i = 0; i < part; i++) {
        if (data[o * row + i] !== data[o * row + image * part + i]) {
          throw fail('model-unsupported', 'A constant differs between the images of the exported batch', { place: name });
        }
      }
    }
    for (let image = 0; image < batch; image++) {
      for (let i = 0; i < part; i++) repeated[(o * batch + image) * part + i] = data[o * row + i];
    }
  }
  return { type: tensor.type, dims: dims.map((dim, i) => (i === axis ? (dim / from) * batch : dim)), data: repeated };
}

function emptyLike(data: TensorData, length: number): TensorData {
  const bytes = new Uint8Array(length * data.BYTES_PER_ELEMENT);
  const copy = data.constructor as new (buffer: ArrayBufferLike) => TensorData;
  return new copy(bytes.buffer);
}

function unusedName(initializers: ReadonlyMap<string, Tensor>, base: string): string {
  let name = base;
  for (let i = 1; initializers.has(name); i++) name = `${base}${i}`;
  return name;
}
