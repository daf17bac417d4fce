/** Trial runs of an imported graph: is it the same network at another batch size, and after our own rewriting? */
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { availableParallelism } from 'node:os';
import { createRandom } from '../../core/random/random';
import { graphBatch } from '../../core/graph/rebatch';
import { writeModel } from '../../core/onnx/write-model';
import type { Graph } from '../../core/graph/types';
import { ortFailure } from './ort-failure';

/** Logits of one image that may differ between two spellings of one network: rounding only. */
const tolerance = 1e-4;

/** `count` images of standard normal pixels, [channels * height * width] each, from a fixed seed. */
export function probeImages(graph: Graph, count: number): readonly Float32Array[] {
  const size = graph.inputs[0].dims.slice(1).reduce<number>((product, dim) => product * Number(dim), 1);
  const random = createRandom(20_240_229);
  return Array.from({ length: count }, () => Float32Array.from({ length: size }, () => random.normal()));
}

/**
 * Logits of each image, computed in batches of the graph's own size (the last batch filled up with its last image).
 * @throws EngineError model-unsupported when ONNX Runtime cannot run the graph
 */
export async function probeLogits(graph: Graph, images: readonly Float32Array[]): Promise<readonly Float32Array[]> {
  const batch = graphBatch(graph);
  const [input, output] = [graph.inputs[0], graph.outputs[0].name];
  let session: InferenceSession | null = null;
  try {
    session = await InferenceSession.create(writeModel(graph), {
      graphOptimizationLevel: 'basic', intraOpNumThreads: availableParallelism(), interOpNumThreads: 1, enableCpuMemArena: false, logSeverityLevel: 3,
    });
    const logits: Float32Array[] = [];
    for (let at = 0; at < images.length; at += batch) {
      const size = images[0].length;
      const pixels = new Float32Array(batch * size);
      for (let i = 0; i < batch; i++) pixels.set(images[Math.min(at + i, images.length - 1)], i * size);
      const result = await session.run({ [input.name]: new Tensor('float32', pixels, input.dims.map(Number)) });
      const data = result[output].data;
      if (!(data instanceof Float32Array)) throw new Error(`output ${output} is not float32`);
      const classes = data.length / batch;
      for (let i = 0; i < batch && at + i < images.length; i++) logits.push(data.slice(i * classes, (i + 1) * classes));
    }
    return logits;
  } catch (error) {
    throw ortFailure(error);
  } finally {
    await session?.release();
  }
}

/** True when all logits agree within rounding (1e-4, relative to the largest logit where that is above 1). */
export function logitsAgree(a: readonly Float32Array[], b: readonly Float32Array[]): boolean {
  return largestDifference(a, b) <= tolerance;
}

/** Largest absolute difference, in units of the larger of 1 and the largest logit; infinity when any is no finite number. */
export function largestDifference(a: readonly Float32Array[], b: readonly Float32Array[]): number {
  let difference = 0;
  let scale = 1;
  for (let image = 0; image < a.length; image++) {
    if (a[image].length !== b[image].length) return Infinity;
    for (let i = 0; i < a[image].length; i++) {
      const distance = Math.abs(a[image][i] - b[image][i]);
      if (!Number.isFinite(distance)) return Infinity;
      if (distance > difference) difference = distance;
      scale = Math.max(scale, Math.abs(a[image][i]));
    }
  }
  return difference / scale;
}
