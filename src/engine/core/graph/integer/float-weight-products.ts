import type { Graph } from '../types';

const products: ReadonlySet<string> = new Set(['Conv', 'Gemm', 'MatMul', 'FusedMatMul', 'FusedConv', 'FusedGemm']);

/** First outputs of the matrix products that read a float32 constant: a network in integer arithmetic has none. */
export function floatWeightProducts({ nodes, initializers }: Graph): string[] {
  return nodes
    .filter(({ opType, inputs }) => products.has(opType) && inputs.slice(0, 2).some((input) => initializers.get(input)?.type === 'float32'))
    .map(({ outputs }) => outputs[0]);
}
