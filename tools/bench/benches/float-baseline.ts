/** What everything is compared with: the model as one whole ONNX Runtime graph, all its optimisations on. */
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { writeModel } from '../../../src/engine/core/onnx/write-model';
import type { LoadedModel } from '../models';

export interface FloatBaseline {
  /** Runs batches one after another: [batch, channels, height, width] each. */
  run(batches: readonly Float32Array[]): Promise<void>;
  release(): Promise<void>;
}

/** ONNX Runtime as anybody would use it, with its own defaults: not the engine's sessions. `graph` must be at the batch size. */
export async function createFloatBaseline({ graph, structure }: LoadedModel, threads: number, batch = 1): Promise<FloatBaseline> {
  const session = await InferenceSession.create(writeModel(graph), { executionProviders: ['cpu'], graphOptimizationLevel: 'all', intraOpNumThreads: threads, interOpNumThreads: 1, logSeverityLevel: 3 });
  const { name, channels, height, width } = structure.input;
  return {
    async run(batches) {
      for (const data of batches) await session.run({ [name]: new Tensor('float32', data, [batch, channels, height, width]) });
    },
    release: () => session.release(),
  };
}
