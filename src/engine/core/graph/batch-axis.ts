/**
 * Where the batch lies in each tensor of a canonical graph. Its axis moves with transpositions and is merged with others by
 * reshapes (Swin: windows of all images in one axis); it is always the slowest part of the axis that holds it.
 */
import { fail, type EngineError } from '../../../shared/failure';
import { product } from './infer-shapes';
import { integerList, constantIntegers, intAttribute, intsAttribute, positiveAxis } from './node-values';
import { sliceRanges } from './slice-ranges';
import type { Graph, GraphNode } from './types';

type Shapes = ReadonlyMap<string, readonly number[]>;

/** The batch axis by tensor name; tensors that do not depend on the image are missing. */
export type BatchAxes = ReadonlyMap<string, number>;

/**
 * Follows the batch from the graph's input to its outputs.
 * @throws EngineError model-unsupported, naming the node, where the batch cannot be followed
 */
export function findBatchAxes(graph: Graph, shapes: Shapes, batch: number): BatchAxes {
  const axes = new Map<string, number>();
  for (const input of graph.inputs) axes.set(input.name, 0);
  for (const node of graph.nodes) {
    const held = node.inputs.filter((input) => axes.has(input));
    if (held.length === 0) continue;
    const axis = outputAxis({ graph, shapes, axes, batch }, node);
    for (const output of node.outputs) if (output !== '') axes.set(output, axis);
  }
  return axes;
}

interface Context {
  readonly graph: Graph;
  readonly shapes: Shapes;
  readonly axes: BatchAxes;
  readonly batch: number;
}

const elementwise = new Set(['Add', 'Sub', 'Mul', 'Div', 'Pow', 'Where', 'Equal', 'Greater', 'Less', 'And', 'Or', 'Min', 'Max', 'Mod', 'Expand']);
const unary = new Set([
  'Identity', 'Cast', 'Erf', 'Gelu', 'QuickGelu', 'Tanh', 'Sigmoid', 'Relu', 'LeakyRelu', 'Sqrt', 'Exp', 'Log', 'Neg', 'Abs', 'Reciprocal',
  'Clip', 'Softplus', 'HardSigmoid', 'HardSwish', 'Elu', 'Not', 'IsNaN', 'Dropout', 'Floor', 'Round', 'Sin', 'Cos', 'Celu', 'Selu', 'Mish',
]);

function outputAxis(context: Context, node: GraphNode): number {
  const { graph, shapes, axes } = context;
  const stuck = (why: string): EngineError => fail('model-unsupported', `The batch cannot be followed through ${node.opType}: ${why}`, { place: node.name || node.outputs[0] });
  const dimsOf = (name: string): readonly number[] => {
    const dims = shapes.get(name);
    if (dims === undefined) throw stuck(`the shape of ${name} is not known`);
    return dims;
  };
  if (unary.has(node.opType)) return axes.get(node.inputs[0]) ?? 0;
  const out = dimsOf(node.outputs[0]);
  if (elementwise.has(node.opType)) return alignedAxis(context, node, out.length, stuck);
  const x = dimsOf(node.inputs[0]);
  const axis = axes.get(node.inputs[0]);
  if (node.opType === 'MatMul') {
    const result = alignedAxis(context, node, out.length, stuck);
    if (result > out.length - 2) throw stuck('the batch is among the columns');
    return result;
  }
  if (node.opType === 'Concat') {
    const first = node.inputs.find((input) => axes.has(input));
    const held = axes.get(first ?? '') ?? 0;
    if (node.inputs.some((input) => axes.has(input) && axes.get(input) !== held)) throw stuck('its inputs hold the batch in different axes');
    if (positiveAxis(intAttribute(node, 'axis', 0), x.length) === held) throw stuck('it joins along the batch');
    return held;
  }
  if (axis === undefined) throw stuck('its first input does not depend on the image');
  const away = (used: readonly number[]): number => {
    if (used.some((at) => positiveAxis(at, x.length) === axis)) throw stuck('it works along the batch');
    return axis;
  };
  switch (node.opType) {
    case 'Softmax': case 'LogSoftmax': return away([intAttribute(node, 'axis', -1)]);
    case 'LayerNormalization': case 'SimplifiedLayerNormalization': {
      const from = positiveAxis(intAttribute(node, 'axis', -1), x.length);
      if (axis >= from) throw stuck('it works along the batch');
      return axis;
    }
    case 'Conv': case 'GlobalAveragePool': case 'GlobalMaxPool': case 'BatchNormalization':
      if (axis !== 0) throw stuck('the batch is not its first axis');
      return 0;
    case 'Gemm':
      if (axis !== 0 || intAttribute(node, 'transA', 0) !== 0 || axes.has(node.inputs[1])) throw stuck('the batch is not among its rows alone');
      return 0;
    case 'Reshape': case 'Flatten': return reshapedAxis(x, axis, out, context.batch, stuck);
    case 'Transpose': {
      const perm = intsAttribute(node, 'perm') ?? x.map((_, i) => x.length - 1 - i);
      return perm.indexOf(axis);
    }
    case 'Gather': {
      const along = positiveAxis(intAttribute(node, 'axis', 0), x.length);
      if (axes.has(node.inputs[1])) throw stuck('its indices depend on the image');
      away([along]);
      return axis < along ? axis : axis + dimsOf(node.inputs[1]).length - 1;
    }
    case 'Slice': {
      const ranges = sliceRanges(graph, node, x);
      if (ranges === null) throw stuck('its range is not constant');
      return away(ranges.filter((range) => range.count !== x[range.axis] || range.step !== 1).map((range) => range.axis));
    }
    case 'Split': return away([intAttribute(node, 'axis', 0)]);
    case 'Squeeze': {
      const removed = (integerList(graph, node, 1, 'axes') ?? x.flatMap((dim, i) => (dim === 1 ? [i] : []))).map((at) => positiveAxis(at, x.length));
      away(removed);
      return axis - removed.filter((at) => at < axis).length;
    }
    case 'Unsqueeze': {
      const inserted = (integerList(graph, node, 1, 'axes') ?? []).map((at) => positiveAxis(at, out.length));
      return out.map((_, i) => i).filter((i) => !inserted.includes(i))[axis];
    }
    case 'ReduceMean': case 'ReduceSum': case 'ReduceMax': case 'ReduceMin': {
      const reduced = (integerList(graph, node, 1, 'axes') ?? x.map((_, i) => i)).map((at) => positiveAxis(at, x.length));
      away(reduced);
      return intAttribute(node, 'keepdims', 1) !== 0 ? axis : axis - reduced.filter((at) => at < axis).length;
    }
    case 'Pad': {
      const pads = constantIntegers(graph, node, 1) ?? intsAttribute(node, 'pads');
      if (pads === null) throw stuck('its padding is not constant');
      return away(x.map((_, i) => i).filter((i) => pads[i] !== 0 || pads[i + x.length] !== 0));
    }
    default: throw stuck('this operator is not known');
  }
}

/** Operands are aligned at their last axes; all that depend on the image must hold the batch at the same place. */
function alignedAxis(context: Context, node: GraphNode, rank: number, stuck: (why: string) => EngineError): number {
  const places = node.inputs.flatMap((input) => {
    const axis = context.axes.get(input);
    const dims = context.shapes.get(input);
    return axis === undefined || dims === undefined ? [] : [rank - dims.length + axis];
  });
  const place = places[0];
  if (place === undefined || places.some((other) => other !== place)) throw stuck('its inputs hold the batch in different axes');
  return place;
}

/** The first axis of the result that starts where the batch starts: what lies outside of both has the same number of elements. */
function reshapedAxis(x: readonly number[], axis: number, out: readonly number[], batch: number, stuck: (why: string) => EngineError): number {
  const outside = product(x.slice(0, axis));
  const found = out.findIndex((dim, i) => dim % batch === 0 && product(out.slice(0, i)) === outside);
  if (found < 0) throw stuck('it splits the batch');
  return found;
}
