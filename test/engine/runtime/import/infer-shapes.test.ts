import { InferenceSession, Tensor } from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { buildSwin } from '../../../../src/engine/core/builder/build-swin';
import { graphInput } from '../../../../src/engine/core/graph/graph-ends';
import { inferShapes } from '../../../../src/engine/core/graph/infer-shapes';
import { rebatch } from '../../../../src/engine/core/graph/rebatch';
import type { Graph } from '../../../../src/engine/core/graph/types';
import { writeModel } from '../../../../src/engine/core/onnx/write-model';
import { importGraph, importModel } from '../../../../src/engine/runtime/ort/import-model';
import { swinMini, vitMini } from '../../../helpers/model-fixtures';

/** Shapes as ONNX Runtime has them when it runs: every tensor is made an output. */
async function runShapes(graph: Graph): Promise<ReadonlyMap<string, readonly number[]>> {
  const names = graph.nodes.flatMap((node) => node.outputs);
  const session = await InferenceSession.create(writeModel({ ...graph, outputs: names.map((name) => ({ name, type: 'float32', dims: (inferShapes(graph).get(name) ?? []).map(() => null) })) }), { graphOptimizationLevel: 'disabled', intraOpNumThreads: 1, logSeverityLevel: 3 });
  const { name, dims } = graphInput(graph);
  const results = await session.run({ [name]: new Tensor('float32', new Float32Array(dims.reduce((product, dim) => product * dim, 1)), dims) });
  await session.release();
  return new Map(names.map((output) => [output, results[output]?.dims ?? []]));
}

describe('inferShapes', () => {
  it.each([['vit_mini', () => importModel(vitMini)], ['swin_mini', () => importModel(swinMini)],
    ['a built Swin', () => importGraph(buildSwin({ image: 56, patch: 4, dim: 24, depths: [2, 2], heads: [2, 4], window: 7, mlpRatio: 4, classes: 10 }, 4))]])('gives the shapes that ONNX Runtime has: %s, batch 1 and 2', async (_name, load) => {
    const { graph } = await load();
    for (const batch of [1, 2]) {
      const resized = rebatch(graph, batch);
      const shapes = inferShapes(resized);
      const actual = await runShapes(resized);
      for (const [tensor, dims] of actual) expect([tensor, shapes.get(tensor)]).toEqual([tensor, dims]);
      for (const [tensor, dims] of actual) expect([tensor, resized.shapes.get(tensor)]).toEqual([tensor, dims]);
    }
  });
});
