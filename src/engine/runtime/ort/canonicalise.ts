/**
 * Lets ONNX Runtime fold all shape arithmetic: the batch size is written into the graph input, the model is loaded at
 * optimisation level `basic`, and what ORT would run is read back. Exports that look very different come out alike.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InferenceSession } from 'onnxruntime-node';
import { readModel } from '../../core/onnx/read-model';
import { writeModel } from '../../core/onnx/write-model';
import type { Graph } from '../../core/graph/types';
import { putBackWeights, setAsideWeights } from '../../core/graph/set-aside-weights';
import { ortFailure } from './ort-failure';

/**
 * The graph with its one input fixed at `[batch, channels, height, width]`, constants folded and shapes inferred.
 * Runs in the calling thread. Writes the model without its large weights to a temporary folder, which is removed.
 * @throws EngineError model-unsupported or model-input, naming node and operator, when ONNX Runtime refuses the model
 */
export async function canonicalise(graph: Graph, inputDims: readonly number[]): Promise<Graph> {
  const folder = mkdtempSync(join(tmpdir(), 'bitlog2-import-'));
  const path = join(folder, 'canonical.onnx');
  const fixed: Graph = { ...graph, inputs: graph.inputs.map((input) => ({ ...input, dims: inputDims })) };
  // Hundreds of megabytes need not be copied into ONNX Runtime and back through a file for the sake of shape arithmetic.
  const { graph: light, weights } = setAsideWeights(fixed);
  try {
    const session = await createSession(writeModel(light), path);
    await session.release();
    const canonical = putBackWeights({ graph: readModel(readFileSync(path)), weights });
    return { ...canonical, metadata: graph.metadata };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function createSession(bytes: Uint8Array, optimizedModelFilePath: string): Promise<InferenceSession> {
  try {
    return await InferenceSession.create(bytes, {
      graphOptimizationLevel: 'basic', optimizedModelFilePath, intraOpNumThreads: 1, interOpNumThreads: 1, enableCpuMemArena: false, logSeverityLevel: 4,
    });
  } catch (error) {
    throw ortFailure(error);
  }
}
