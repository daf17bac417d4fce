/** Trial runs of an imported graph: is it the same network at another batch size, and after our own rewriting? */
import './no-telemetry';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { availableParallelism } from 'node:os';
import { EngineError } from '../../../shared/failure';
import { createRandom } from '../../core/random/random';
import { graphInput, graphOutput } from '../../core/graph/graph-ends';
import { setAsideWeights } from '../../core/graph/set-aside-weights';
import { floats } from '../../core/graph/weights';
import { writeModel } from '../../core/onnx/write-model';
import type { Graph } from '../../core/graph/types';
import { ortFailure } from './ort-failure';

/** `count` images of uniform pixels in [-2, 2), [channels * height * width] each, always the same. */
export function probeImages(graph: Graph, count: number): readonly Float32Array[] {
  const size = graphInput(graph).dims.slice(1).reduce((product, dim) => product * dim, 1);
  const random = createRandom(20_240_229);
  return Array.from({ length: count }, () => Float32Array.from({ length: size }, () => random.uniform() * 4 - 2));
}

/**
 * Logits of each image, computed in batches of the graph's own size (the last batch filled up with its last image). Large weights are read where
 * they lie: a session that keeps its own form of them costs their memory twice over, and pays for more images than these.
 * `poll` is called around each step and may throw to stop.
 * @throws EngineError model-unsupported when ONNX Runtime cannot run the graph
 */
export async function probeLogits(graph: Graph, images: readonly Float32Array[], poll: () => void = () => undefined): Promise<readonly Float32Array[]> {
  const input = graphInput(graph);
  const output = graphOutput(graph);
  const { graph: light, weights } = setAsideWeights(graph);
  const constants = Object.fromEntries([...weights].map(([name, tensor]) => [name, new Tensor('float32', floats(tensor, name), tensor.dims)]));
  let session: InferenceSession | null = null;
  try {
    poll();
    session = await InferenceSession.create(writeModel(light), {
      graphOptimizationLevel: 'basic', intraOpNumThreads: availableParallelism(), interOpNumThreads: 1, enableCpuMemArena: false, logSeverityLevel: 4,
      // Waiting threads sleep: spinning ones take the cores from whatever else runs.
      extra: { session: { intra_op: { allow_spinning: '0' } } },
    });
    const logits: Float32Array[] = [];
    for (const batch of batchesOf(images, input.dims[0] ?? 1)) {
      poll();
      const result = await session.run({ ...constants, [input.name]: new Tensor('float32', batch.pixels, input.dims) });
      const data = result[output]?.data;
      if (!(data instanceof Float32Array)) throw new Error(`output ${output} is not float32`);
      const classes = data.length / batch.size;
      for (let i = 0; i < batch.used; i++) logits.push(data.slice(i * classes, (i + 1) * classes));
    }
    return logits;
  } catch (error) {
    throw error instanceof EngineError ? error : ortFailure(error);
  } finally {
    await session?.release();
  }
}

interface Batch {
  readonly pixels: Float32Array;
  readonly size: number;
  /** Images of the list; the rest repeats the last one. */
  readonly used: number;
}

function batchesOf(images: readonly Float32Array[], size: number): readonly Batch[] {
  return Array.from({ length: Math.ceil(images.length / size) }, (_, at) => {
    const own = images.slice(at * size, (at + 1) * size);
    const last = own.at(-1) ?? new Float32Array();
    const pixels = new Float32Array(size * last.length);
    for (let i = 0; i < size; i++) pixels.set(own[i] ?? last, i * last.length);
    return { pixels, size, used: own.length };
  });
}
