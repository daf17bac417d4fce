/** ONNX Runtime sessions as the engine uses them: float32 tensors in, float32 tensors out, one thread budget for all. */
import './no-telemetry';
import * as ort from 'onnxruntime-node';
import { writeModel } from '../../core/onnx/write-model';
import { discard } from './discard';
import type { Graph } from '../../core/graph/types';

export interface FloatTensor {
  readonly data: Float32Array;
  readonly dims: readonly number[];
}

/** What passes between segments: floats, or the codes of an operand. */
export interface EngineTensor {
  readonly data: Float32Array | Uint8Array | Int8Array;
  readonly dims: readonly number[];
}

export interface Session {
  /** Runs once. Only the outputs named at creation exist. The returned arrays are the caller's. */
  run(feeds: ReadonlyMap<string, FloatTensor>): Promise<Map<string, FloatTensor>>;
  /** Runs once and writes every output into the array given for it, which may lie in WebAssembly memory; inputs are read where they lie. */
  runInto(feeds: ReadonlyMap<string, EngineTensor>, outputs: ReadonlyMap<string, EngineTensor>): Promise<void>;
  release(): Promise<void>;
}

/** How every session is made. `threads` is ONNX Runtime's intra-op count; nobody else starts threads. */
export function sessionOptions(threads: number): ort.InferenceSession.SessionOptions {
  return {
    executionProviders: ['cpu'],
    graphOptimizationLevel: 'all',
    executionMode: 'sequential',
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    // One arena per session keeps what its session once needed; with a session per segment and cell that is a third of all memory, and no faster.
    enableCpuMemArena: false,
    logSeverityLevel: 3,
    extra: {
      // QuantizeLinear and DequantizeLinear stay what they are: fused with the products around them they would be integer arithmetic.
      session: { disable_quant_qdq: '1' },
      // A scale behind a product stays one multiplication at its end: as the product's alpha it would round every partial sum of a long row.
      optimization: { disable_specified_optimizers: 'MatMulScaleFusion' },
    },
  };
}

/** Loads a graph. */
export async function createSession(graph: Graph, threads: number): Promise<Session> {
  const bytes = writeModel(graph);
  const session = await ort.InferenceSession.create(bytes, sessionOptions(threads));
  // ONNX Runtime has made its own of it.
  discard(bytes.buffer);
  return {
    run: async (feeds) => {
      const input: Record<string, ort.Tensor> = {};
      for (const [name, tensor] of feeds) input[name] = new ort.Tensor('float32', tensor.data, tensor.dims);
      const output = await session.run(input);
      return new Map(Object.entries(output).map(([name, tensor]) => [name, floatTensor(name, tensor)]));
    },
    runInto: async (feeds, outputs) => {
      const results = await session.run(nativeTensors(feeds), nativeTensors(outputs));
      for (const [name, { data }] of outputs) discardCopy(results[name], data.buffer);
    },
    release: () => session.release(),
  };
}

function nativeTensors(tensors: ReadonlyMap<string, EngineTensor>): Record<string, ort.Tensor> {
  const native: Record<string, ort.Tensor> = {};
  for (const [name, { data, dims }] of tensors) {
    native[name] = data instanceof Float32Array ? new ort.Tensor('float32', data, dims) : data instanceof Uint8Array ? new ort.Tensor('uint8', data, dims) : new ort.Tensor('int8', data, dims);
  }
  return native;
}

/** Version 1.30 of the binding fills the given tensors and returns copies as well. */
function discardCopy(result: ort.Tensor | undefined, given: ArrayBufferLike): void {
  const data: unknown = result?.data;
  if (ArrayBuffer.isView(data) && data.buffer !== given && data.buffer instanceof ArrayBuffer) discard(data.buffer);
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
