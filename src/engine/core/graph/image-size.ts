/** The image size of a model whose input leaves it open. */
import { elementCount } from '../onnx/element-types';
import { intsAttribute } from './node-values';
import type { Graph } from './types';

/** Class and distillation tokens that may stand in front of the patches. */
const prefixes = [1, 2, 0];

/**
 * Side of the square image: patches from the number of position embeddings, patch side from the stride of the first Conv;
 * null when the graph does not tell.
 */
export function imageSide(graph: Graph): number | null {
  const conv = graph.nodes.find((node) => node.opType === 'Conv');
  const stride = conv === undefined ? undefined : intsAttribute(conv, 'strides')?.[0];
  const channels = conv === undefined ? undefined : graph.initializers.get(conv.inputs[1])?.dims[0];
  if (stride === undefined || channels === undefined) return null;
  for (const tensor of graph.initializers.values()) {
    const { dims } = tensor;
    if (tensor.type !== 'float32' || dims.length !== 3 || dims[0] !== 1 || dims[2] !== channels || elementCount(dims) <= 2 * channels) continue;
    const side = prefixes.map((prefix) => Math.sqrt(dims[1] - prefix)).find(Number.isInteger);
    if (side !== undefined) return side * stride;
  }
  return null;
}
