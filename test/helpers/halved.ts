/** A network as half-precision exports have it. */
import type { Attribute, Graph, GraphNode, Tensor } from '../../src/engine/core/graph/types';
import { halfToNumber } from '../../src/engine/core/graph/widen-float16';

/** Weights rounded to half precision, with casts around the network as half-precision exports have them. */
export function halved(graph: Graph): Graph {
  const half = (tensor: Tensor): Tensor => (tensor.type !== 'float32' ? tensor : { type: 'float16', dims: tensor.dims, data: Uint16Array.from(tensor.data as Float32Array, toHalf) });
  const cast = (input: string, output: string, to: bigint): GraphNode => ({ name: `/cast/${output}`, opType: 'Cast', domain: '', inputs: [input], outputs: [output], attributes: new Map<string, Attribute>([['to', { kind: 'int', value: to }]]) });
  return {
    ...graph, initializers: new Map([...graph.initializers].map(([name, tensor]) => [name, half(tensor)])), outputs: graph.outputs.map((output) => ({ ...output, name: 'wide' })),
    nodes: [cast('pixel_values', 'half_pixels', 10n), ...graph.nodes.map((node) => ({ ...node, inputs: node.inputs.map((input) => (input === 'pixel_values' ? 'half_pixels' : input)) })), cast('logits', 'wide', 1n)],
  };
}

/** Nearest half float by search, in its own slow way. */
function toHalf(value: number): number {
  const magnitude = Math.abs(value);
  let low = 0;
  let high = 0x7bff;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (halfToNumber(middle) < magnitude) low = middle + 1;
    else high = middle;
  }
  const nearest = low > 0 && magnitude - halfToNumber(low - 1) < halfToNumber(low) - magnitude ? low - 1 : low;
  return value < 0 ? nearest | 0x8000 : nearest;
}
