/** What the window shows of a map whose heads are not all quantised alike: nothing is made up for a head that stays in FP32. */
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Engine } from '../../../../src/engine';
import { openStore } from '../../../../src/engine/runtime/store/open-store';
import { smallEngine } from '../../../helpers/small-engine';
import { smallProject, smallSpec, smallSwin, smallVit } from '../../../helpers/small-project';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const project = smallProject('overridden-views');
const workspace = project.path('w.bitlog2');
const images = 7;
let engine: Engine;
let dataset: string;
beforeAll(() => {
  dataset = project.pictures('data', images);
  engine = smallEngine(workspace);
});
afterAll(async () => {
  await engine.close();
  project.remove();
});

describe.each([['ViT', smallVit, 1, 17], ['Swin', smallSwin, 4, 16]] as const)('%s', (name, graph, windows, tokens) => {
  let runId: string;
  beforeAll(async () => {
    const model = project.model(`${name}.onnx`, graph());
    const result = await engine.call('evaluation.run', smallSpec([model], dataset, {
      schemes: ['BitLog2_Half_17'], withFp32: false, batch: 2, overrides: { '*.matmul2#0': 'fp32', [name === 'ViT' ? 'blocks.1.*#1' : 'layers.0.blocks.1.*#1']: 'Sqrt2_16' },
    }));
    expect(result.failures).toEqual([]);
    runId = result.runs[0]?.run.id ?? '';
  });

  it('shows no codes of a head in FP32, and what it was', async () => {
    const view = await engine.call('attention.view', { runId, image: 3, block: 1, head: 0 });
    expect([view.codes.length, view.levels.length, view.levelNames]).toEqual([0, 0, []]);
    expect(view.occupancy).toMatchObject({ image: [], run: null });
    // Its quantiser is none, so all of its error is inherited.
    expect(view.mapError.scheme).toMatchObject({ relativeL2: 0 });
    expect(view.mapError.total).toEqual(view.mapError.inherited);
    expect(view.damage[0]).toMatchObject({ massLost: 0 });
    expect(view.stored.equal).toBe(true);
  });

  it('shows the levels of each head’s own scheme', async () => {
    for (const [block, levels] of [[0, 17], [1, 16]] as const) {
      const view = await engine.call('attention.view', { runId, image: 3, block, head: 1 });
      expect([view.codes.length, view.levels.length, view.levelNames.length]).toEqual([windows * tokens ** 2, levels, levels]);
      expect(view.occupancy.image.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1);
      expect(view.occupancy.run).toHaveLength(levels);
      expect((view.occupancy.run ?? []).reduce((sum, share) => sum + share, 0)).toBeCloseTo(1);
      expect(view.mapError.scheme.relativeL2).toBeGreaterThan(0);
      expect(view.stored.equal).toBe(true);
    }
  });

  it('counts nothing for a head in FP32, and every element of the others', async () => {
    await engine.call('workspace.open', { file: project.path('idle.bitlog2') });
    const store = await openStore(workspace);
    try {
      for (const { heads, codes, counts } of (await store.levelCounts(runId)).slice(0, 2)) {
        const sums = Array.from({ length: heads }, (_, head) => counts.subarray(head * codes, (head + 1) * codes).reduce((sum, count) => sum + count, 0));
        expect(sums[0]).toBe(0);
        expect(sums[1]).toBe(images * windows * tokens ** 2);
      }
    } finally {
      await store.close();
      await engine.call('workspace.open', { file: workspace });
    }
  });
});
