/** The graph of a model that some worker imported, for any thread. */
import { elementFormats } from '../../core/onnx/element-types';
import type { Graph, Tensor, TensorData } from '../../core/graph/types';

/**
 * The same graph with its initialisers in shared memory: sent to another thread they are not copied, so that a model costs its weights
 * once, whatever the number of workers. Nobody writes into an initialiser.
 */
export function shareGraph(graph: Graph): Graph {
  const distinct = new Set([...graph.initializers.values()].map(({ data }) => data));
  // One block: the system gives and takes it whole, while pieces would lie between everything else that the thread ever needs.
  const memory = new SharedArrayBuffer([...distinct].reduce((sum, data) => sum + aligned(data.byteLength), 0));
  const shared = new Map<TensorData, TensorData>();
  let used = 0;
  const share = ({ type, dims, data }: Tensor): Tensor => {
    const known = shared.get(data);
    if (known !== undefined) return { type, dims, data: known };
    new Uint8Array(memory).set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), used);
    const copy = elementFormats[type].view(memory, used, data.length);
    used += aligned(data.byteLength);
    shared.set(data, copy);
    return { type, dims, data: copy };
  };
  return { ...graph, initializers: new Map([...graph.initializers].map(([name, tensor]) => [name, share(tensor)])) };
}

/** Bytes up to where any element may begin. */
function aligned(bytes: number): number {
  return Math.ceil(bytes / 64) * 64;
}
