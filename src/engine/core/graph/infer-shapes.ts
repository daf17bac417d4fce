/** Static shapes of all tensors of a canonical graph. ONNX Runtime folds shape arithmetic but does not write down what it found. */
import { integerList, constantIntegers, intAttribute, intsAttribute, positiveAxis, stringAttribute } from './node-values';
import { sliceRanges } from './slice-ranges';
import type { Graph, GraphNode } from './types';

type Dims = readonly number[];

/**
 * Shapes by tensor name, for every tensor that can be told; initializers and graph inputs included.
 * A tensor behind an operator that is not known here is missing from the map.
 */
export function inferShapes(graph: Graph): ReadonlyMap<string, Dims> {
  const shapes = new Map<string, Dims>();
  for (const [name, tensor] of graph.initializers) shapes.set(name, tensor.dims);
  for (const input of graph.inputs) {
    const dims = input.dims.filter((dim): dim is number => typeof dim === 'number');
    if (dims.length === input.dims.length) shapes.set(input.name, dims);
  }
  for (const node of graph.nodes) {
    const outputs = outputShapes(graph, node, shapes);
    outputs?.forEach((dims, i) => {
      const name = node.outputs[i];
      if (name !== undefined && name !== '' && dims.every((dim) => Number.isInteger(dim) && dim >= 0)) shapes.set(name, dims);
    });
  }
  return shapes;
}

const elementwise = new Set(['Add', 'Sub', 'Mul', 'Div', 'Pow', 'Where', 'Equal', 'Greater', 'Less', 'And', 'Or', 'Min', 'Max', 'PRelu', 'Mod']);
const unary = new Set([
  'Identity', 'Cast', 'Erf', 'Gelu', 'QuickGelu', 'Tanh', 'Sigmoid', 'Relu', 'LeakyRelu', 'Sqrt', 'Exp', 'Log', 'Neg', 'Abs', 'Reciprocal', 'Softmax', 'LogSoftmax', 'LayerNormalization',
  'SimplifiedLayerNormalization', 'Clip', 'Softplus', 'HardSigmoid', 'HardSwish', 'Elu', 'Not', 'IsNaN', 'Dropout', 'BatchNormalization', 'Floor', 'Round', 'Sin', 'Cos', 'Celu', 'Selu', 'Mish',
]);

const twoInputs = new Set(['Conv', 'Gemm', 'MatMul', 'Gather']);

function outputShapes(graph: Graph, node: GraphNode, shapes: ReadonlyMap<string, Dims>): readonly Dims[] | null {
  const inputs = node.inputs.map((name) => (name === '' ? [] : shapes.get(name)));
  if (inputs.some((dims) => dims === undefined)) return null;
  const known = inputs.map((dims) => dims ?? []);
  // A file may hold anything; ONNX Runtime refuses such a node later, and nothing is said about it here.
  if (known.length < (twoInputs.has(node.opType) ? 2 : 1)) return null;
  if (unary.has(node.opType)) return [known[0]];
  if (elementwise.has(node.opType)) return [known.reduce(broadcast)];
  const x = known[0];
  switch (node.opType) {
    case 'Conv': return convShape(node, x, known[1]);
    case 'Gemm': {
      const rows = intAttribute(node, 'transA', 0) === 0 ? x[0] : x[1];
      return [[rows, intAttribute(node, 'transB', 0) === 0 ? known[1][1] : known[1][0]]];
    }
    case 'MatMul': return matMulShape(x, known[1]);
    case 'Reshape': return reshapeShape(x, constantIntegers(graph, node, 1), intAttribute(node, 'allowzero', 0) !== 0);
    case 'Flatten': {
      const axis = positiveAxis(intAttribute(node, 'axis', 1), x.length);
      return [[product(x.slice(0, axis)), product(x.slice(axis))]];
    }
    case 'Transpose': {
      const perm = intsAttribute(node, 'perm') ?? x.map((_, i) => x.length - 1 - i);
      return [perm.map((axis) => x[axis])];
    }
    case 'Concat': {
      const axis = positiveAxis(intAttribute(node, 'axis', 0), x.length);
      return [x.map((dim, i) => (i === axis ? known.reduce((sum, dims) => sum + dims[axis], 0) : dim))];
    }
    case 'Gather': {
      const axis = positiveAxis(intAttribute(node, 'axis', 0), x.length);
      return [[...x.slice(0, axis), ...known[1], ...x.slice(axis + 1)]];
    }
    case 'Slice': {
      const ranges = sliceRanges(graph, node, x);
      return ranges === null ? null : [x.map((dim, i) => ranges.find((range) => range.axis === i)?.count ?? dim)];
    }
    case 'Split': return splitShapes(graph, node, x);
    case 'Squeeze': {
      const axes = integerList(graph, node, 1, 'axes')?.map((axis) => positiveAxis(axis, x.length));
      return [x.filter((dim, i) => (axes === undefined ? dim !== 1 : !axes.includes(i)))];
    }
    case 'Unsqueeze': {
      const axes = integerList(graph, node, 1, 'axes');
      return axes === null ? null : [unsqueeze(x, axes)];
    }
    case 'Expand': {
      const shape = constantIntegers(graph, node, 1);
      return shape === null ? null : [broadcast(x, shape)];
    }
    case 'Pad': {
      const pads = constantIntegers(graph, node, 1) ?? intsAttribute(node, 'pads');
      return pads === null || node.inputs.length > 3 ? null : [x.map((dim, i) => dim + pads[i] + pads[i + x.length])];
    }
    case 'ReduceMean': case 'ReduceSum': case 'ReduceMax': case 'ReduceMin': {
      const axes = (integerList(graph, node, 1, 'axes') ?? x.map((_, i) => i)).map((axis) => positiveAxis(axis, x.length));
      const keep = intAttribute(node, 'keepdims', 1) !== 0;
      return [keep ? x.map((dim, i) => (axes.includes(i) ? 1 : dim)) : x.filter((_, i) => !axes.includes(i))];
    }
    case 'GlobalAveragePool': case 'GlobalMaxPool': return [x.map((dim, i) => (i < 2 ? dim : 1))];
    default: return null;
  }
}

export function product(dims: Dims): number {
  return dims.reduce((value, dim) => value * dim, 1);
}

function broadcast(a: Dims, b: Dims): Dims {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, i) => {
    const left = a[a.length - rank + i] ?? 1;
    const right = b[b.length - rank + i] ?? 1;
    return left === 1 ? right : right === 1 || right === left ? left : NaN;
  });
}

function convShape(node: GraphNode, x: Dims, weight: Dims): readonly Dims[] | null {
  if (!['NOTSET', 'VALID'].includes(stringAttribute(node, 'auto_pad', 'NOTSET'))) return null;
  const spatial = x.length - 2;
  const strides = intsAttribute(node, 'strides');
  const dilations = intsAttribute(node, 'dilations');
  const pads = intsAttribute(node, 'pads');
  const out = x.slice(2).map((dim, i) => {
    const kernel = (weight[i + 2] - 1) * (dilations?.[i] ?? 1) + 1;
    return Math.floor((dim + (pads?.[i] ?? 0) + (pads?.[i + spatial] ?? 0) - kernel) / (strides?.[i] ?? 1)) + 1;
  });
  return [[x[0], weight[0], ...out]];
}

function matMulShape(a: Dims, b: Dims): readonly Dims[] | null {
  if (a.length < 2 || b.length < 2 || a[a.length - 1] !== b[b.length - 2]) return null;
  return [[...broadcast(a.slice(0, -2), b.slice(0, -2)), a[a.length - 2], b[b.length - 1]]];
}

function reshapeShape(x: Dims, target: readonly number[] | null, allowZero: boolean): readonly Dims[] | null {
  if (target === null) return null;
  const copied = target.map((dim, i) => (dim === 0 && !allowZero ? x[i] : dim));
  const rest = product(copied.filter((dim) => dim !== -1));
  return [copied.map((dim) => (dim === -1 ? product(x) / rest : dim))];
}

function splitShapes(graph: Graph, node: GraphNode, x: Dims): readonly Dims[] {
  const axis = positiveAxis(intAttribute(node, 'axis', 0), x.length);
  const parts = node.outputs.length;
  const chunk = Math.ceil(x[axis] / parts);
  const sizes = integerList(graph, node, 1, 'split') ?? node.outputs.map((_, i) => Math.min(chunk, x[axis] - i * chunk));
  return sizes.map((size) => x.map((dim, i) => (i === axis ? size : dim)));
}

/** The dims with ones inserted, so that each of `axes` (in the result) is one. */
export function unsqueeze(x: Dims, axes: readonly number[]): Dims {
  const rank = x.length + axes.length;
  const inserted = axes.map((axis) => positiveAxis(axis, rank));
  let next = 0;
  return Array.from({ length: rank }, (_, i) => (inserted.includes(i) ? 1 : x[next++]));
}
