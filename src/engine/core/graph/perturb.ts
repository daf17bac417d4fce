/** A network in another realisation of float32 rounding: what any other order of summation could have given. */
import { createRandom } from '../random/random';
import type { Graph, ModelStructure, Tensor } from './types';

/** Relative size of the noise: about one unit in the last place of float32. */
export const roundingNoise = 1e-7;

/**
 * Multiplies every float constant that stays FP32 (biases, LayerNorms, position embeddings, tables, scales; not the weights that get
 * quantised) by 1 + noise * u, u uniform in [-1, 1]. The original constants are left alone.
 */
export function perturbRounding(graph: Graph, structure: ModelStructure, seed: number, noise = roundingNoise): Graph {
  const random = createRandom(seed);
  const quantised = new Set(structure.sites.flatMap((site) => (site.kind === 'linear' ? [site.weight] : [])));
  const initializers = new Map<string, Tensor>();
  for (const [name, tensor] of graph.initializers) {
    const { data } = tensor;
    if (quantised.has(name) || !(data instanceof Float32Array)) initializers.set(name, tensor);
    else initializers.set(name, { ...tensor, data: data.map((value) => value * (1 + noise * (2 * random.uniform() - 1))) });
  }
  return { ...graph, initializers };
}
