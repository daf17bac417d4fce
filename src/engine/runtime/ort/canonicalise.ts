/**
 * Lets ONNX Runtime fold all shape arithmetic: the batch size is written into the graph input, the model is loaded at
 * optimisation level `basic`, and what ORT would run is read back. Exports that look very different come out alike.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import './no-telemetry';
import { InferenceSession } from 'onnxruntime-node';
import { fail, type EngineError } from '../../../shared/failure';
import { readModel } from '../../core/onnx/read-model';
import { writeModel } from '../../core/onnx/write-model';
import type { Graph } from '../../core/graph/types';
import { putBackWeights, setAsideWeights } from '../../core/graph/set-aside-weights';
import { ortFailure } from './ort-failure';

/**
 * The graph with its one input fixed at `[batch, channels, height, width]`, constants folded and shapes inferred.
 * Runs in the calling thread. Writes the model without its large weights to a temporary folder, which is removed.
 * @throws EngineError model-unsupported or model-input, naming node and operator, when ONNX Runtime refuses the model;
 *   disk-full or model-unreadable, naming the temporary folder, when nothing can be written there
 */
export async function canonicalise(graph: Graph, inputDims: readonly number[]): Promise<Graph> {
  const folder = temporaryFolder();
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

function temporaryFolder(): string {
  try {
    return mkdtempSync(join(tmpdir(), 'bitlog2-import-'));
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    if (code === 'ENOSPC' || code === 'EDQUOT') throw noSpace();
    throw fail('model-unreadable', `The model cannot be imported: nothing can be written to the temporary folder (${code})`, {
      file: tmpdir(), expected: 'a folder that exists and can be written', next: 'Set TMPDIR (on Windows: TEMP) to such a folder',
    });
  }
}

function noSpace(): EngineError {
  return fail('disk-full', 'There is no space left in the temporary folder, through which models are imported', {
    file: tmpdir(), expected: 'a few megabytes of free space', next: 'Free some space there, or set TMPDIR (on Windows: TEMP) to another folder',
  });
}

async function createSession(bytes: Uint8Array, optimizedModelFilePath: string): Promise<InferenceSession> {
  try {
    return await InferenceSession.create(bytes, {
      graphOptimizationLevel: 'basic', optimizedModelFilePath, intraOpNumThreads: 1, interOpNumThreads: 1, enableCpuMemArena: false, logSeverityLevel: 4,
    });
  } catch (error) {
    // What ONNX Runtime says when it cannot write the file to its end.
    if (error instanceof Error && /Protobuf serialization failed|No space left/.test(error.message)) throw noSpace();
    throw ortFailure(error);
  }
}
