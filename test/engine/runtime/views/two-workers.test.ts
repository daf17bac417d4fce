/** Both passes of a view at the same time, on two workers, many views at once: still what the run stored. */
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import type { Engine } from '../../../../src/engine';
import type { EvaluationResult } from '../../../../src/shared/evaluation';
import { smallEngine } from '../../../helpers/small-engine';
import { smallProject, smallSpec, smallVit } from '../../../helpers/small-project';

vi.setConfig({ testTimeout: 240_000, hookTimeout: 240_000 });

const project = smallProject('two-workers');
const images = 6;
let engine: Engine;
let result: EvaluationResult;

beforeAll(async () => {
  const dataset = project.pictures('data/val', images).replace(/\/val$/, '');
  project.pictures('data/train', 8, 9);
  engine = smallEngine(project.path('two.bitlog2'), 2);
  const model = project.model('vit.onnx', smallVit());
  result = await engine.call('evaluation.run', smallSpec([model], dataset, { batch: 1, schemes: ['BitLog2_Half_17', 'Sqrt2_17'], arithmetic: 'reference' }));
});
afterAll(async () => {
  await engine.close();
  project.remove();
});

it('gives every image of every run as it was stored, whoever asks first', async () => {
  const asked = result.runs.flatMap(({ run }) => Array.from({ length: images }, (_, image) => ({ runId: run.id, image, block: 1, head: 1 })));
  const views = await Promise.all(asked.map((key) => engine.call('attention.view', key)));
  expect(views.map(({ runId, image, stored }) => ({ runId, image, equal: stored.equal }))).toEqual(asked.map(({ runId, image }) => ({ runId, image, equal: true })));
  // One FP32 network, whatever it is compared with.
  for (const view of views) expect(view.fp32).toEqual(views.find(({ image }) => image === view.image)?.fp32);
  // Asked again, when all but the last are forgotten.
  const again = await Promise.all(asked.map((key) => engine.call('attention.view', key)));
  expect(again).toEqual(views);
});

it('gives a picture in the middle of views', async () => {
  const runId = result.runs.find(({ run }) => run.settings.scheme === 'Sqrt2_17')?.run.id ?? '';
  const [view, picture, next] = await Promise.all([
    engine.call('attention.view', { runId, image: 0, block: 0, head: 0 }),
    engine.call('image.picture', { runId, image: 0 }),
    engine.call('attention.view', { runId, image: 3, block: 0, head: 0 }),
  ]);
  expect([view.stored.equal, picture.width, next.stored.equal]).toEqual([true, 32, true]);
});
