/** Numbers that the fixtures' Python scripts generate too, so that no weights have to be stored. */
import type { TensorToWrite } from './safetensors-bytes';

/** `count` numbers from -1 to 1 by a linear congruential generator. */
export function generatedStream(seed: number, count: number): Float64Array {
  let state = seed >>> 0;
  return Float64Array.from({ length: count }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  });
}

/** The parameters of a file by names and shapes, in the file's order (make-hugging-face-fixtures.py: generated). */
export function generatedWeights(parameters: readonly (readonly [string, readonly number[]])[]): Map<string, TensorToWrite> {
  return new Map(parameters.map(([name, shape], index) => {
    const values = generatedStream(index + 1, shape.reduce((product, dim) => product * dim, 1));
    const norm = name.includes('norm') && name.endsWith('weight');
    const gain = name.endsWith('weight') && shape.length > 1 ? 2.4 / Math.sqrt(shape.slice(1).reduce((product, dim) => product * dim, 1)) : 0.4;
    return [name, { shape, data: Float32Array.from(values, (value) => (norm ? 1 + 0.3 * value : gain * value)) }];
  }));
}
