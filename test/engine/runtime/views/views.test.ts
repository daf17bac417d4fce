/** What the window shows of an image is what the run measured: prediction, margin, codes and picture, recomputed from the stored run. */
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Engine } from '../../../../src/engine';
import { normalisationTable, normaliseWithTable } from '../../../../src/engine/core/images/normalise';
import { openStore } from '../../../../src/engine/runtime/store/open-store';
import type { LevelCounts } from '../../../../src/engine/runtime/store/store-types';
import type { EvaluationResult } from '../../../../src/shared/evaluation';
import type { Prediction } from '../../../../src/shared/records';
import { failureKind } from '../../../helpers/failure-of';
import { smallEngine } from '../../../helpers/small-engine';
import { picture, smallProject, smallSpec, smallSwin, smallVit } from '../../../helpers/small-project';

vi.setConfig({ testTimeout: 240_000, hookTimeout: 240_000 });

const project = smallProject('views');
const workspace = project.path('views.bitlog2');
/** Batches of 4 end with a short one. */
const images = 14;
const brokenImage = 5;
let engine: Engine;
let dataset: string;

beforeAll(() => {
  dataset = project.pictures('data/val', images).replace(/\/val$/, '');
  project.pictures('data/train', 12, 9);
  // Six classes take the pictures in turn: anvil 3, basket 3, so basket/0002 is image 5, in the middle of a batch of 4.
  project.file('data/val/basket/0002.png', picture(3).slice(0, 300));
  engine = smallEngine(workspace);
});
afterAll(async () => {
  await engine.close();
  project.remove();
});

/** The stored predictions of a run, by image. */
async function storedPredictions(runId: string): Promise<Map<number, Prediction>> {
  const { predictions } = await engine.call('run.predictions', { runId, offset: 0, count: 1000 });
  return new Map(predictions.map((prediction) => [prediction.index, prediction]));
}

function emptyCounts(blocks: readonly { readonly heads: number }[], codes: number): LevelCounts[] {
  return blocks.map(({ heads }, block) => ({ block, heads, codes, counts: new Float64Array(heads * codes) }));
}

describe.each([
  { family: 'ViT', graph: smallVit, batch: 1, scheme: 'BitLog2_Half_17', arithmetic: 'reference' },
  { family: 'ViT', graph: smallVit, batch: 4, scheme: 'Sqrt2_17', arithmetic: 'reference' },
  { family: 'Swin', graph: smallSwin, batch: 1, scheme: 'Sqrt2_17', arithmetic: 'reference' },
  { family: 'Swin', graph: smallSwin, batch: 4, scheme: 'BitLog2_Half_17', arithmetic: 'reference' },
  { family: 'ViT', graph: smallVit, batch: 4, scheme: 'Sqrt2_16', arithmetic: 'integer' },
  { family: 'Swin', graph: smallSwin, batch: 4, scheme: 'BitLog2_Half_16', arithmetic: 'integer' },
] as const)('$family at batch $batch under $scheme in $arithmetic arithmetic', ({ family, graph, batch, scheme, arithmetic }) => {
  let result: EvaluationResult;
  let blocks: readonly { readonly heads: number }[];
  const runOf = (scheme: string): string => result.runs.find(({ run }) => run.settings.scheme === scheme)?.run.id ?? '';

  beforeAll(async () => {
    const model = project.model(`${family}-${batch}.onnx`, graph());
    result = await engine.call('evaluation.run', smallSpec([model], dataset, { batch, schemes: [scheme], arithmetic }));
    expect(result.runs.map(({ run }) => [run.settings.scheme, run.state, run.images])).toEqual([['none', 'done', images - 1], [scheme, 'done', images - 1]]);
    blocks = (await engine.call('model.add', { file: model })).blocks;
  });

  it('shows the stored prediction, margin and codes of every image', async () => {
    const runId = runOf(scheme);
    const stored = await storedPredictions(runId);
    const float = await storedPredictions(runOf('none'));
    let counts: LevelCounts[] = [];
    for (const image of stored.keys()) {
      for (const [block, { heads }] of blocks.entries()) {
        for (let head = 0; head < heads; head++) {
          const view = await engine.call('attention.view', { runId, image, block, head });
          expect(view.prediction).toEqual(stored.get(image));
          expect(view.fp32Prediction).toEqual(float.get(image));
          expect(view.stored).toEqual({ prediction: stored.get(image), equal: true });
          expect(view.codes.length).toBe(view.windows * view.tokens * view.tokens);
          if (counts.length === 0) counts = emptyCounts(blocks, view.levels.length);
          for (const code of view.codes) {
            const at = head * view.levels.length + code;
            const target = counts[block]?.counts;
            if (target !== undefined) target[at] = (target[at] ?? 0) + 1;
          }
        }
      }
    }
    expect(stored.size).toBe(images - 1);
    await engine.call('workspace.open', { file: project.path('other.bitlog2') });
    const store = await openStore(workspace);
    const kept = await store.levelCounts(runId);
    await store.close();
    await engine.call('workspace.open', { file: workspace });
    expect(counts).toEqual(kept);
    // A wrong order of heads or blocks must not go unseen because they all look alike.
    expect(new Set(kept.map(({ counts: each }) => each.join())).size).toBe(blocks.length);
  });

  it('shows the share of each code over the stored run', async () => {
    const view = await engine.call('attention.view', { runId: runOf(scheme), image: 0, block: 1, head: 1 });
    expect(view.occupancy.runImages).toBe(images - 1);
    expect(view.occupancy.run?.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 12);
    expect(view.occupancy.image).toEqual(view.occupancy.image.map((_, code) => view.codes.filter((one) => one === code).length / view.codes.length));
  });

  it('shows an FP32 run too: its map without codes, equal to the baseline', async () => {
    const runId = runOf('none');
    const stored = await storedPredictions(runId);
    for (const image of [0, 4, images - 1]) {
      const view = await engine.call('attention.view', { runId, image, block: 1, head: 0 });
      expect(view.prediction).toEqual(stored.get(image));
      expect(view.stored.equal).toBe(true);
      expect([view.codes.length, view.levels.length, view.levelNames]).toEqual([0, 0, []]);
      expect(view.before).toEqual(view.fp32);
      expect(view.mapError.total.relativeL2).toBe(0);
    }
  });

  it('refuses an image that was skipped, and places that do not exist', async () => {
    const runId = runOf(scheme);
    expect(await failureKind(engine.call('attention.view', { runId, image: brokenImage, block: 0, head: 0 }))).toBe('image-skipped');
    expect(await failureKind(engine.call('attention.view', { runId, image: images, block: 0, head: 0 }))).toBe('not-found');
    expect(await failureKind(engine.call('attention.view', { runId, image: 0, block: blocks.length, head: 0 }))).toBe('not-found');
    expect(await failureKind(engine.call('attention.view', { runId, image: 0, block: 0, head: blocks[0]?.heads ?? 0 }))).toBe('not-found');
    expect(await failureKind(engine.call('attention.view', { runId: 'nobody', image: 0, block: 0, head: 0 }))).toBe('not-found');
    expect(await failureKind(engine.call('image.picture', { runId, image: brokenImage }))).toBe('image-skipped');
  });

  // engine.logits runs at batch 1, where a run at batch 1 must give the very same floats.
  if (batch === 1) it('shows the picture that the network saw: its pixels give the stored logits', async () => {
    const runId = runOf('none');
    const stored = await storedPredictions(runId);
    const settings = result.runs.find(({ run }) => run.id === runId)?.run.settings;
    const table = normalisationTable(settings?.preprocess.mean ?? [0, 0, 0], settings?.preprocess.std ?? [1, 1, 1]);
    for (const image of [...stored.keys()].filter((index) => index % 3 === 0)) {
      const shown = await engine.call('image.picture', { runId, image });
      expect([shown.width, shown.height]).toEqual([32, 32]);
      const pixels = new Float32Array(3 * 32 * 32);
      normaliseWithTable(shown, table, pixels, 0);
      const logits = (await engine.logits(project.path(`${family}-${batch}.onnx`), pixels))[0] ?? [];
      const sorted = [...logits].sort((a, b) => b - a);
      expect((sorted[0] ?? 0) - (sorted[1] ?? 0)).toBe(stored.get(image)?.margin);
      expect(logits.indexOf(sorted[0] ?? NaN)).toBe(stored.get(image)?.top5[0]);
    }
  });
});

describe('a short last batch and a broken image', () => {
  it('change nothing for the other images: FP32 at batch 4 is FP32 at batch 1', async () => {
    const { runs } = await engine.call('workspace.summary', null);
    for (const family of ['ViT', 'Swin']) {
      const [one, four] = [1, 4].map((batch) => runs.find((run) => run.modelName.startsWith(family) && run.settings.batch === batch && run.settings.arithmetic === 'fp32')?.id ?? '');
      const single = await storedPredictions(one ?? '');
      const batched = await storedPredictions(four ?? '');
      expect([...batched.keys()]).toEqual([...single.keys()]);
      for (const [index, prediction] of single) {
        expect(batched.get(index)).toMatchObject({ file: prediction.file, label: prediction.label, top5: prediction.top5 });
        expect(batched.get(index)?.margin).toBeCloseTo(prediction.margin, 4);
      }
    }
  });
});
