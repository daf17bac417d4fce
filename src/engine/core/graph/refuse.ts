/** Models that this program cannot quantise, refused by name with the way out, before anything is loaded. */
import { fail, type EngineError } from '../../../shared/failure';
import type { Graph, GraphNode } from './types';

const quantised = /^(QLinear\w*|QAttention|QGemm|QOrdered\w*|QMoE|QuantizeLinear|DequantizeLinear|DynamicQuantize\w*|DynamicDequantize\w*|MatMulInteger\w*|ConvInteger|MatMulNBits|MatMulBnb4|GatherBlockQuantized)$/;
const fusedAttention = new Set([
  'Attention', 'MultiHeadAttention', 'GroupQueryAttention', 'PackedAttention', 'PackedMultiHeadAttention', 'DecoderMaskedMultiHeadAttention', 'DecoderMaskedSelfAttention', 'FlashAttention', 'SparseAttention', 'LongformerAttention', 'LinearAttention',
]);
const oldestOpset = 11;
const plainDomains = new Set(['', 'ai.onnx.ml']);

/**
 * @throws EngineError model-quantised: the model holds quantised operators
 * @throws EngineError model-unsupported: opset below 11, attention fused into one operator, operators of ONNX Runtime's own or an unknown domain
 */
export function refuseUnsupported(graph: Graph): void {
  const version = graph.opsets.find((opset) => opset.domain === '')?.version ?? 0;
  if (version < oldestOpset) {
    throw fail('model-unsupported', `The model was exported with ONNX opset ${version}`, { expected: `opset ${oldestOpset} or newer`, next: 'Export it again with opset_version=17' });
  }
  for (const node of graph.nodes) {
    if (quantised.test(node.opType)) throw alreadyQuantised(node);
    if (fusedAttention.has(node.opType)) throw fused(node);
    const local = graph.functions !== undefined;
    if (!plainDomains.has(node.domain) && !local) throw foreign(node);
  }
}

function place(node: GraphNode): string {
  return `${node.domain === '' ? '' : `${node.domain}.`}${node.opType} ${node.name || node.outputs[0]}`;
}

function alreadyQuantised(node: GraphNode): EngineError {
  return fail('model-quantised', 'The model is already quantised', { place: place(node), expected: 'a float32 model', next: 'Export the original model without quantisation; this program quantises it itself' });
}

function fused(node: GraphNode): EngineError {
  return fail('model-unsupported', 'Attention is fused into one operator, so its map cannot be reached', {
    place: place(node), expected: 'MatMul, Softmax, MatMul', next: 'Export again with opset_version=17 and without fusion (timm: timm.layers.set_fused_attn(False)), and not through an optimiser',
  });
}

function foreign(node: GraphNode): EngineError {
  if (node.domain === 'com.microsoft') {
    return fail('model-unsupported', 'The model was optimised for ONNX Runtime: operators are fused', { place: place(node), expected: 'standard ONNX operators', next: 'Use the file from before the optimisation, or export the model again' });
  }
  return fail('model-unsupported', `The model needs operators of the domain ${node.domain}, which is not part of ONNX`, { place: place(node), expected: 'standard ONNX operators', next: 'Export the model with standard operators only' });
}
