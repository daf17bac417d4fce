/** What everything is compared with: the model as one whole ONNX Runtime graph, all its optimisations on, one thread, batch 1. */
import { createSession } from '../../../src/engine/runtime/ort/session';
import type { LoadedModel } from '../models';

export interface FloatBaseline {
  /** Runs images one after another. */
  run(images: readonly Float32Array[]): Promise<void>;
  release(): Promise<void>;
}

export async function createFloatBaseline({ graph, structure }: LoadedModel, threads: number): Promise<FloatBaseline> {
  const session = await createSession(graph, threads);
  const { name, channels, height, width } = structure.input;
  return {
    async run(images) {
      for (const data of images) await session.run(new Map([[name, { data, dims: [1, channels, height, width] }]]));
    },
    release: () => session.release(),
  };
}
