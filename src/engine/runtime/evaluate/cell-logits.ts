/** Logits of a loaded network, of raw inputs or of picture files, at the network's batch size. */
import { at } from '../../../shared/at';
import { fail } from '../../../shared/failure';
import type { ImageSet } from '../workers/protocol';
import type { LoadedCell } from './cell';
import { loadBatch } from './load-pixels';

/** inputs: [n, channels, height, width], prepared -> [n, classes]. Throws a 'model-input' failure for another length. */
export async function cellLogits({ network, structure }: LoadedCell, inputs: Float32Array, poll: () => void): Promise<Float32Array> {
  const { channels, height, width } = structure.input;
  const size = channels * height * width;
  if (inputs.length === 0 || inputs.length % size !== 0) throw fail('model-input', `The input holds ${inputs.length} values`, { expected: `a multiple of ${channels} x ${height} x ${width} = ${size}` });
  const count = inputs.length / size;
  const out = new Float32Array(count * structure.output.classes);
  for (let first = 0; first < count; first += network.batch) {
    const valid = Math.min(network.batch, count - first);
    const pixels = new Float32Array(network.batch * size);
    pixels.set(inputs.subarray(first * size, (first + valid) * size));
    const { logits } = await network.run(pixels, { valid, poll });
    out.set(logits, first * structure.output.classes);
  }
  return out;
}

/** Of every file, in order: [files, classes]. Throws an 'image-skipped' failure that names a file which cannot be used. */
export async function imageLogits({ network, structure }: LoadedCell, { files, preprocess }: ImageSet, poll: () => void): Promise<Float32Array> {
  const { classes } = structure.output;
  const out = new Float32Array(files.length * classes);
  for (let first = 0; first < files.length; first += network.batch) {
    const batch = loadBatch(files.slice(first, first + network.batch), network.batch, structure.input.height, preprocess, poll);
    const lost = batch.skipped[0];
    if (lost !== undefined) throw fail('image-skipped', `An image cannot be used: ${lost.detail}`, { file: at(files, first + lost.position) });
    const { logits } = await network.run(batch.pixels, { valid: batch.loaded.length, poll });
    out.set(logits, first * classes);
  }
  return out;
}
