/** A network in another realisation of float32 rounding: what any other order of summation could have given. */
import { createRandom, type Random } from '../random/random';
import type { Graph, Tensor } from './types';

const quantisers: ReadonlySet<string> = new Set(['QuantizeLinear', 'DequantizeLinear']);

/** Relative size of the noise: about one unit in the last place of float32. */
export const roundingNoise = 1e-7;

/**
 * Multiplies every float vector and matrix by 1 + noise * u, u uniform in [-1, 1]: each product of a sum is off by about one unit in the
 * last place, as its rounding would be. To be applied to a rewritten graph, whose weights lie on their grid already; single numbers, the
 * quantisers' grids and the original constants are left alone.
 */
export function perturbRounding(graph: Graph, seed: number, noise = roundingNoise): Graph {
  const random = createRandom(seed);
  const initializers = new Map<string, Tensor>();
  const grids = new Set(graph.nodes.flatMap(({ opType, inputs }) => (quantisers.has(opType) ? inputs.slice(1) : [])));
  for (const [name, tensor] of graph.initializers) {
    const { data } = tensor;
    if (!(data instanceof Float32Array) || data.length <= 1 || grids.has(name)) initializers.set(name, tensor);
    else {
      const copy = data.slice();
      perturbValues(copy, random, noise);
      initializers.set(name, { ...tensor, data: copy });
    }
  }
  return { ...graph, initializers };
}

/** The same noise on values in place: what an operation's own last rounding could have given. */
export function perturbValues(values: Float32Array, random: Random, noise = roundingNoise): void {
  for (let i = 0; i < values.length; i++) values[i] *= 1 + noise * (2 * random.uniform() - 1);
}
