/** All heads at once, and the way through all blocks, hold the same figures as the views of single heads. */
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Engine } from '../../../../src/engine';
import { EngineError } from '../../../../src/shared/failure';
import { smallEngine } from '../../../helpers/small-engine';
import { smallProject, smallSpec, smallSwin, smallVit } from '../../../helpers/small-project';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const project = smallProject('attention-heads');
let engine: Engine;
let dataset: string;

beforeAll(() => {
  dataset = project.pictures('data/val', 6).replace(/\/val$/, '');
  project.pictures('data/train', 6, 9);
  engine = smallEngine(project.path('heads.bitlog2'));
});
afterAll(async () => {
  await engine.close();
  project.remove();
});

/** Single floats are summed in double on both sides. */
const sumBound = 1e-6;

describe.each([{ family: 'ViT', graph: smallVit }, { family: 'Swin', graph: smallSwin }] as const)('$family', ({ family, graph }) => {
  let runId: string;
  let blocks: readonly { readonly heads: number }[];

  beforeAll(async () => {
    const model = project.model(`${family}.onnx`, graph());
    const result = await engine.call('evaluation.run', smallSpec([model], dataset, { schemes: ['BitLog2_Half_17'] }));
    runId = result.runs.find(({ run }) => run.settings.scheme === 'BitLog2_Half_17')?.run.id ?? '';
    ({ blocks } = await engine.call('model.add', { file: model }));
  });

  it('gives the maps and damage of every head as the views of single heads do', async () => {
    for (const [block, { heads }] of blocks.entries()) {
      const all = await engine.call('attention.heads', { runId, image: 1, block });
      expect(all.heads).toBe(heads);
      const size = all.tokens ** 2;
      for (let head = 0; head < heads; head++) {
        const view = await engine.call('attention.view', { runId, image: 1, block, head });
        expect(all.damage).toEqual(view.damage);
        for (let window = 0; window < all.windows; window++) {
          const from = (window * heads + head) * size;
          expect(all.fp32.subarray(from, from + size)).toEqual(view.fp32.subarray(window * size, (window + 1) * size));
          const after = Float32Array.from(view.codes.subarray(window * size, (window + 1) * size), (code) => view.levels[code] ?? NaN);
          expect(all.after.subarray(from, from + size)).toEqual(after);
        }
      }
    }
  });

  it('rolls attention out to shares that sum to one, and differ between the networks', async () => {
    for (const query of [{ kind: 'mean' }, { kind: 'patch', patch: 0 }] as const) {
      const view = await engine.call('attention.rollout', { runId, image: 1, block: blocks.length - 1, query });
      for (const { prefix, patches } of [view.fp32, view.before, view.after]) {
        expect(patches.length).toBe(view.grid[0] * view.grid[1]);
        expect(Math.abs([...prefix, ...patches].reduce((sum, share) => sum + share, 0) - 1)).toBeLessThan(sumBound);
      }
      expect(view.after.patches).not.toEqual(view.fp32.patches);
    }
  });

  it('names what does not exist', async () => {
    const refused = (work: Promise<unknown>): Promise<string> => work.then(() => 'answered', (error: unknown) => (error instanceof EngineError ? error.failure.kind : 'other'));
    expect(await refused(engine.call('attention.heads', { runId, image: 1, block: 99 }))).toBe('not-found');
    expect(await refused(engine.call('attention.rollout', { runId, image: 1, block: 0, query: { kind: 'patch', patch: 9999 } }))).toBe('not-found');
  });
});
