import { beforeAll, describe, expect, it } from 'vitest';
import { buildVit } from '../../../../src/engine/core/builder/build-vit';
import { rewriteForCalibration } from '../../../../src/engine/core/graph/rewrite-calibration';
import { segmentGraph } from '../../../../src/engine/core/graph/segments';
import type { Graph, ImportedModel } from '../../../../src/engine/core/graph/types';
import { loadSegments } from '../../../../src/engine/runtime/evaluate/load-segments';
import { importGraph } from '../../../../src/engine/runtime/ort/import-model';

const nothing = (): void => undefined;
const bytes = (graph: Graph): Map<string, number> => new Map([...graph.initializers].map(([name, { data }]) => [name, data.byteLength]));

describe('loadSegments', () => {
  let model: ImportedModel;
  beforeAll(async () => { model = await importGraph(buildVit({ image: 16, patch: 8, dim: 192, depth: 1, heads: 3, mlpRatio: 2, classes: 10 }, 1)); });

  it('takes the weights that only the rewritten network has, and leaves the float network whole', async () => {
    const before = bytes(model.graph);
    const { graph: rewritten, cuts } = rewriteForCalibration(model.graph, model.structure, { wBits: 4 }, nothing);
    const whole = bytes(rewritten);
    const firsts: string[][] = [];
    const { segments, sessions } = await loadSegments({ graph: model.graph, rewritten, cuts, threads: 1 }, nothing, (first) => { firsts.push([...first.outputs]); });
    for (const session of sessions) await session.release();
    expect(firsts).toEqual([[...(segments[0]?.outputs ?? [])]]);
    expect(segments.map(({ graph }) => graph.initializers.size)).toEqual(segments.map(() => 0));
    expect(segments.map(({ inputs, outputs }) => [inputs, outputs])).toEqual(segmentGraph(rewritten, cuts).map(({ inputs, outputs }) => [inputs, outputs]));
    expect(bytes(model.graph)).toEqual(before);
    const taken = [...whole].filter(([name, size]) => size >= 65_536 && !before.has(name)).map(([name]) => name);
    expect(taken.length).toBeGreaterThan(0);
    expect([...bytes(rewritten)].filter(([name, size]) => size !== whole.get(name)).map(([name]) => name)).toEqual(taken);
    expect(taken.map((name) => rewritten.initializers.get(name)?.data.byteLength)).toEqual(taken.map(() => 0));
  });

  it('releases what was loaded when it is stopped', async () => {
    const { graph: rewritten, cuts } = rewriteForCalibration(model.graph, model.structure, { wBits: 4 }, nothing);
    let polls = 0;
    await expect(loadSegments({ graph: model.graph, rewritten, cuts, threads: 1 }, () => { if (++polls === 3) throw new Error('stopped by the test'); })).rejects.toThrow('stopped by the test');
  });
});
