/** Where a built network's parameters come from: a file with timm's names, or random numbers. */
import { elementCount } from '../onnx/element-types';
import { createRandom } from '../random/random';
import type { Tensor } from '../graph/types';

/** What a parameter is for; random weights are scaled by it. */
export type WeightKind = 'linear' | 'attention' | 'norm-scale' | 'bias' | 'token' | 'table';

/** Gives the parameter `name` (timm's state-dict name) with the dimensions `dims`, Linear and Conv weights output first. */
export type WeightSource = (name: string, dims: readonly number[], kind: WeightKind) => Tensor;

/** Spread of the scores q.k/sqrt(d) before softmax is about the square of this: attention that prefers some tokens, as trained networks do. */
const attentionGain = 1.6;

/**
 * Random parameters: the same seed gives the same network. Activations stay of order 1 through any depth, logits too; LayerNorm scales
 * differ between channels, which is what scale reparameterisation is for.
 */
export function randomWeights(seed: number): WeightSource {
  const random = createRandom(seed);
  return (_name, dims, kind) => {
    const data = new Float32Array(elementCount(dims));
    const inputs = elementCount(dims.slice(1));
    switch (kind) {
      case 'linear': fillUniform(data, 1 / Math.sqrt(inputs), random.int(2 ** 32)); break;
      case 'attention': fillUniform(data, attentionGain / Math.sqrt(inputs), random.int(2 ** 32)); break;
      case 'norm-scale': for (let i = 0; i < data.length; i++) data[i] = Math.exp(0.3 * random.normal()); break;
      case 'bias': for (let i = 0; i < data.length; i++) data[i] = 0.1 * random.normal(); break;
      case 'token': for (let i = 0; i < data.length; i++) data[i] = random.normal(); break;
      case 'table': for (let i = 0; i < data.length; i++) data[i] = 0.5 * random.normal(); break;
    }
    return { type: 'float32', dims, data };
  };
}

/** Uniform with the given standard deviation. A linear congruential generator: 86 million weights take a fraction of a second. */
function fillUniform(data: Float32Array, deviation: number, seed: number): void {
  const scale = (2 * Math.sqrt(3) * deviation) / 2 ** 32;
  let state = seed | 0;
  for (let i = 0; i < data.length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    data[i] = state * scale;
  }
}
