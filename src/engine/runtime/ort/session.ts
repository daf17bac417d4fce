/** ONNX Runtime sessions as the engine uses them: float32 tensors in, float32 tensors out, one thread budget for all. */
import * as ort from 'onnxruntime-node';
import { writeModel } from '../../core/onnx/write-model';
import type { Graph } from '../../core/graph/types';

export interface FloatTensor {
  readonly data: Float32Array;
  readonly dims: readonly number[];
}

export interface Session {
  /** Runs once. Only the outputs named at creation exist. The returned arrays are the caller's. */
  run(feeds: ReadonlyMap<string, FloatTensor>): Promise<Map<string, FloatTensor>>;
  release(): Promise<void>;
}

/** Loads a graph. `threads` is ONNX Runtime's intra-op count; nobody else starts threads. */
export async function createSession(graph: Graph, threads: number): Promise<Session> {
  const session = await ort.InferenceSession.create(writeModel(graph), {
    executionProviders: ['cpu'],
    graphOptimizationLevel: 'all',
    executionMode: 'sequential',
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    // One arena per session keeps what its session once needed; with a session per segment and cell that is a third of all memory, and no faster.
    enableCpuMemArena: false,
    logSeverityLevel: 3,
    // QuantizeLinear and DequantizeLinear stay what they are: fused with the products around them they would be integer arithmetic.
    extra: { session: { disable_quant_qdq: '1' } },
  });
  return {
    run: async (feeds) => {
      const input: Record<string, ort.Tensor> = {};
      for (const [name, tensor] of feeds) input[name] = new ort.Tensor('float32', tensor.data, tensor.dims);
      const output = await session.run(input);
      return new Map(Object.entries(output).map(([name, tensor]) => [name, floatTensor(name, tensor)]));
    },
    release: () => session.release(),
  };
}

function floatTensor(name: string, tensor: ort.Tensor): FloatTensor {
  const data: unknown = tensor.data;
  if (!(data instanceof Float32Array)) throw new Error(`the tensor ${name} is ${tensor.type}, float32 was expected`);
  return { data, dims: tensor.dims };
}

/** Version of the native library, for run records. */
export function onnxruntimeVersion(): string {
  return ort.env.versions.node ?? ort.env.versions.common;
}
