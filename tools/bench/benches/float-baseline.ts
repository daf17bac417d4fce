/** What everything is compared with: the model as one whole ONNX Runtime graph, all its optimisations on, one thread, batch 1. */
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { writeModel } from '../../../src/engine/core/onnx/write-model';
import type { LoadedModel } from '../models';

export interface FloatBaseline {
  /** Runs images one after another. */
  run(images: readonly Float32Array[]): Promise<void>;
  release(): Promise<void>;
}

/** ONNX Runtime as anybody would use it, with its own defaults: not the engine's sessions. */
export async function createFloatBaseline({ graph, structure }: LoadedModel, threads: number): Promise<FloatBaseline> {
  const session = await InferenceSession.create(writeModel(graph), { executionProviders: ['cpu'], graphOptimizationLevel: 'all', intraOpNumThreads: threads, interOpNumThreads: 1, logSeverityLevel: 3 });
  const { name, channels, height, width } = structure.input;
  return {
    async run(images) {
      for (const data of images) await session.run({ [name]: new Tensor('float32', data, [1, channels, height, width]) });
    },
    release: () => session.release(),
  };
}
