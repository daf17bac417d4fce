/** One product of codes by the operator that integer networks run on, outside any network: for the checks. */
import { simpleNode } from '../../core/graph/edit';
import type { Tensor } from '../../core/graph/types';
import { runNode } from './run-node';
import type { EngineTensor } from './session';

export interface CodeProduct {
  readonly rows: number;
  readonly inner: number;
  readonly columns: number;
  /** [rows, inner] */
  readonly input: Uint8Array;
  readonly inputZero: number;
  /** [inner, columns] */
  readonly weight: Int8Array | Uint8Array;
  /** [columns], or one for all */
  readonly weightZero: Int8Array | Uint8Array;
  /** Whether the weight is known when the session loads, as a Linear's is; else it comes at run time, as k and v do. */
  readonly constant: boolean;
}

/** sum((input - inputZero) * (weight - weightZero)) as float32 with a scale of 1: whole numbers, exact below 2^24 and rounded once above. */
export function multiplyCodes({ rows, inner, columns, input, inputZero, weight, weightZero, constant }: CodeProduct, threads = 1): Promise<Float32Array> {
  const type = weight instanceof Int8Array ? 'int8' : 'uint8';
  const dims = [inner, columns];
  const constants = new Map<string, Tensor>([
    ['scale', { type: 'float32', dims: [], data: Float32Array.of(1) }],
    ['scales', { type: 'float32', dims: [columns], data: new Float32Array(columns).fill(1) }],
    ['zero', { type: 'uint8', dims: [], data: Uint8Array.of(inputZero) }],
    ['zeros', { type, dims: weightZero.length === 1 ? [] : [columns], data: weightZero }],
  ]);
  const feeds = new Map<string, EngineTensor>([['input', { data: input, dims: [rows, inner] }]]);
  if (constant) constants.set('weight', { type, dims, data: weight });
  else feeds.set('weight', { data: weight, dims });
  const node = { ...simpleNode('MatMulIntegerToFloat', ['input', 'weight', 'scale', 'scales', 'zero', 'zeros'], 'sums'), domain: 'com.microsoft' };
  return runNode(node, { constants, feeds }, [rows, columns], threads);
}
