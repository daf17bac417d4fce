/** One node outside any network, through a session like every other: for the checks of a product. */
import type { Graph, GraphNode, Tensor } from '../../core/graph/types';
import { elementCount } from '../../core/onnx/element-types';
import { createSession, type EngineTensor } from './session';

export interface NodeInputs {
  /** Known when the session loads, as weights are. */
  readonly constants: ReadonlyMap<string, Tensor>;
  /** Given when it runs, by name. */
  readonly feeds: ReadonlyMap<string, EngineTensor>;
}

/** Runs `node` and gives its only output, float32 of shape `dims`. */
export async function runNode(node: GraphNode, { constants, feeds }: NodeInputs, dims: readonly number[], threads: number): Promise<Float32Array> {
  const [output] = node.outputs;
  if (output === undefined) throw new Error(`${node.opType} without an output`);
  const graph: Graph = {
    name: 'product', nodes: [node], initializers: constants, irVersion: 8, metadata: new Map(), shapes: new Map(),
    opsets: [{ domain: '', version: 17 }, { domain: 'com.microsoft', version: 1 }],
    inputs: [...feeds].map(([name, tensor]) => ({ name, type: typeOf(tensor), dims: tensor.dims })),
    outputs: [{ name: output, type: 'float32', dims }],
  };
  const session = await createSession(graph, threads);
  try {
    const data = new Float32Array(elementCount(dims));
    await session.runInto(feeds, new Map([[output, { data, dims }]]));
    return data;
  } finally {
    await session.release();
  }
}

function typeOf({ data }: EngineTensor): 'float32' | 'uint8' | 'int8' {
  return data instanceof Float32Array ? 'float32' : data instanceof Uint8Array ? 'uint8' : 'int8';
}
