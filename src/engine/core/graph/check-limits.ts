/**
 * What a file from a stranger may ask for, checked on the graph alone, before ONNX Runtime sees it: known operators, a bounded
 * number of nodes, weights and elements per tensor. A few bytes can otherwise ask for terabytes, or for operators nobody looked at.
 */
import { fail, type EngineError } from '../../../shared/failure';
import { inferShapes } from './infer-shapes';
import { constantIntegers } from './node-values';
import type { Graph, GraphNode } from './types';

/** Exports of Swin-S through TorchScript have 6,500 nodes; networks of the three families stay far below. */
export const mostNodes = 50_000;
/** Bytes of all constants together: ViT-H in float32 has 2.5 GB, and files above 2 GB are not read. */
export const mostWeightBytes = 4 * 2 ** 30;
/** Elements of one tensor at batch 1: the largest map of a ViT with 384 x 384 input has 4 million. */
export const mostElements = 2 ** 28;
/** Elements of all tensors of a graph at batch 1: if nothing were ever freed, 16 GB. DeiT-B has 60 million. */
export const mostElementsTogether = 2 ** 32;

/** Operators of ONNX itself that turn tensors into tensors without control flow, chance, strings, sequences or state. */
const allowed = new Set(`
  Abs Acos Acosh Add And ArgMax ArgMin Asin Asinh Atan Atanh AveragePool BatchNormalization BitShift BitwiseAnd BitwiseNot BitwiseOr BitwiseXor Cast CastLike Ceil Celu Clip Compress Concat
  Constant ConstantOfShape Conv ConvTranspose Cos Cosh CumSum DepthToSpace Div Dropout Einsum Elu Equal Erf Exp Expand EyeLike Flatten Floor Gather GatherElements GatherND Gelu Gemm
  GlobalAveragePool GlobalLpPool GlobalMaxPool Greater GreaterOrEqual GroupNormalization HardSigmoid HardSwish Hardmax Identity InstanceNormalization IsInf IsNaN LayerNormalization LeakyRelu Less
  LessOrEqual Log LogSoftmax LpNormalization LpPool MatMul Max MaxPool Mean MeanVarianceNormalization Min Mish Mod Mul Neg NonZero Not OneHot Or PRelu Pad Pow RMSNormalization Range Reciprocal
  ReduceL1 ReduceL2 ReduceLogSum ReduceLogSumExp ReduceMax ReduceMean ReduceMin ReduceProd ReduceSum ReduceSumSquare Relu Reshape Resize Round ScatterElements ScatterND Selu Shape Shrink Sigmoid Sign
  Sin Sinh Size Slice Softmax Softplus Softsign SpaceToDepth Split Sqrt Squeeze Sub Sum Swish Tan Tanh ThresholdedRelu Tile TopK Transpose Trilu Unsqueeze Upsample Where Xor
`.trim().split(/\s+/));

/** Which input says how large the output is, where that is a constant. */
const sizedBy: Readonly<Record<string, (graph: Graph, node: GraphNode) => readonly number[] | null>> = {
  ConstantOfShape: (graph, node) => constantIntegers(graph, node, 0),
  Expand: (graph, node) => constantIntegers(graph, node, 1),
  Tile: (graph, node) => constantIntegers(graph, node, 1),
  Reshape: (graph, node) => constantIntegers(graph, node, 1)?.filter((dim) => dim > 0) ?? null,
  OneHot: (graph, node) => constantIntegers(graph, node, 1),
  Range: (graph, node) => rangeCount(constantIntegers(graph, node, 0), constantIntegers(graph, node, 1), constantIntegers(graph, node, 2)),
};

/**
 * @throws EngineError model-unsupported: an operator that is not on the list, more nodes, weights or elements than any network of these families has
 */
export function checkLimits(graph: Graph): void {
  if (graph.nodes.length > mostNodes) throw tooLarge(`The model has ${graph.nodes.length} operators`, `at most ${mostNodes}`, graph.name);
  let bytes = 0;
  for (const { data } of graph.initializers.values()) bytes += data.byteLength;
  if (bytes > mostWeightBytes) throw tooLarge('The model has more weights than this program loads', `at most ${mostWeightBytes / 2 ** 30} GB`, `${Math.round(bytes / 2 ** 20)} MB`);
  for (const node of graph.nodes) {
    // Operators of a function inside the file are looked at once ONNX Runtime has put its body in their place.
    if (node.domain === '' && !allowed.has(node.opType)) throw unknown(node);
    const asked = sizedBy[node.opType]?.(graph, node);
    if (asked !== undefined && asked !== null) refuseElements(asked, node.name || (node.outputs[0] ?? node.opType));
  }
  let together = 0;
  for (const [name, dims] of inferShapes(graph)) together += refuseElements(dims, name);
  if (together > mostElementsTogether) throw tooLarge('The tensors of the model are together larger than those of any vision transformer', `at most ${mostElementsTogether} elements for one picture`, String(together));
}

function refuseElements(dims: readonly number[], place: string): number {
  const elements = dims.reduce((product, dim) => product * Math.max(0, dim), 1);
  if (!(elements <= mostElements)) throw tooLarge(`A tensor of the model would have ${dims.join(' x ')} elements`, `at most ${mostElements} elements for one picture`, place);
  return elements;
}

function rangeCount(start: readonly number[] | null, limit: readonly number[] | null, step: readonly number[] | null): readonly number[] | null {
  if (start === null || limit === null || step === null) return null;
  const [from, to, by] = [start[0] ?? 0, limit[0] ?? 0, step[0] ?? 1];
  return [by === 0 ? Infinity : Math.max(0, Math.ceil((to - from) / by))];
}

function unknown(node: GraphNode): EngineError {
  const control = ['If', 'Loop', 'Scan', 'SequenceMap'].includes(node.opType);
  return fail('model-unsupported', control ? `The model decides while it runs what it computes (${node.opType})` : `The model needs the operator ${node.opType}, which has no place in a vision transformer`, {
    place: `${node.opType} ${node.name || (node.outputs[0] ?? '')}`, expected: 'operators of standard ONNX that turn tensors into tensors', next: control ? 'Export the model by tracing, with a fixed input size' : 'Export the model again with standard operators, and check where the file comes from',
  });
}

function tooLarge(what: string, expected: string, place: string): EngineError {
  return fail('model-unsupported', what, { place, expected, next: 'Check where the file comes from: a few bytes can ask for any amount of memory' });
}
