import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InferenceSession } from 'onnxruntime-node';
import type { Graph } from '../../src/engine/core/graph/types';
import { readModel } from '../../src/engine/core/onnx/read-model';
import { writeModel } from '../../src/engine/core/onnx/write-model';
import { sessionOptions } from '../../src/engine/runtime/ort/session';

/** The graph as ONNX Runtime executes it, all its optimisations done, under the options of every session of the engine. */
export async function optimisedGraph(graph: Graph): Promise<Graph> {
  const folder = mkdtempSync(join(tmpdir(), 'optimised-'));
  const optimizedModelFilePath = join(folder, 'optimised.onnx');
  try {
    // Severity 4: ONNX Runtime warns that the file fits this processor alone, which is what it is for.
    const session = await InferenceSession.create(writeModel(graph), { ...sessionOptions(1), optimizedModelFilePath, logSeverityLevel: 4 });
    await session.release();
    return readModel(readFileSync(optimizedModelFilePath));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
