/** The graph of a model that some worker imported, for any thread. */
import { elementFormats } from '../../core/onnx/element-types';
import type { Graph, Tensor, TensorData } from '../../core/graph/types';

/**
 * The same graph with its initialisers in shared memory: sent to another thread they are not copied, so that a model costs its weights
 * once, whatever the number of workers. Nobody writes into an initialiser.
 */
export function shareGraph(graph: Graph): Graph {
  const shared = new Map<TensorData, TensorData>();
  const share = ({ type, dims, data }: Tensor): Tensor => {
    const known = shared.get(data);
    if (known !== undefined) return { type, dims, data: known };
    const memory = new SharedArrayBuffer(data.byteLength);
    new Uint8Array(memory).set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
    const copy = elementFormats[type].view(memory, 0, data.length);
    shared.set(data, copy);
    return { type, dims, data: copy };
  };
  return { ...graph, initializers: new Map([...graph.initializers].map(([name, tensor]) => [name, share(tensor)])) };
}
