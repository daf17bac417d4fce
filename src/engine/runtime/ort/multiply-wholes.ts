/** One product of whole numbers in float32 by the operator that attention runs on in integer networks: for the checks. */
import { simpleNode } from '../../core/graph/edit';
import { runNode } from './run-node';

export interface WholeProduct {
  readonly rows: number;
  readonly inner: number;
  readonly columns: number;
  /** [rows, inner] and [inner, columns] */
  readonly a: Float32Array;
  readonly b: Float32Array;
}

/** a x b, both given at run time as in a network. */
export function multiplyWholes({ rows, inner, columns, a, b }: WholeProduct, threads = 1): Promise<Float32Array> {
  const feeds = new Map([['a', { data: a, dims: [rows, inner] }], ['b', { data: b, dims: [inner, columns] }]]);
  return runNode(simpleNode('MatMul', ['a', 'b'], 'sums'), { constants: new Map(), feeds }, [rows, columns], threads);
}
