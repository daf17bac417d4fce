/** One product of whole numbers in float32 by the operator that attention runs on in integer networks: for the checks. */
import { simpleNode } from '../../core/graph/edit';
import type { Graph } from '../../core/graph/types';
import { createSession } from './session';

export interface WholeProduct {
  readonly rows: number;
  readonly inner: number;
  readonly columns: number;
  /** [rows, inner] and [inner, columns] */
  readonly a: Float32Array;
  readonly b: Float32Array;
}

/** a x b, both given at run time as in a network. */
export async function multiplyWholes({ rows, inner, columns, a, b }: WholeProduct, threads = 1): Promise<Float32Array> {
  const graph: Graph = {
    name: 'product', nodes: [simpleNode('MatMul', ['a', 'b'], 'sums')], initializers: new Map(), irVersion: 8, metadata: new Map(), shapes: new Map(),
    opsets: [{ domain: '', version: 17 }],
    inputs: [{ name: 'a', type: 'float32', dims: [rows, inner] }, { name: 'b', type: 'float32', dims: [inner, columns] }],
    outputs: [{ name: 'sums', type: 'float32', dims: [rows, columns] }],
  };
  const session = await createSession(graph, threads);
  try {
    const sums = new Float32Array(rows * columns);
    await session.runInto(new Map([['a', { data: a, dims: [rows, inner] }], ['b', { data: b, dims: [inner, columns] }]]), new Map([['sums', { data: sums, dims: [rows, columns] }]]));
    return sums;
  } finally {
    await session.release();
  }
}
