/** The images page asked of a real engine: flips, divergence, blame and who was flipped by a head agree with the run and with each other. */
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Engine } from '../../../../src/engine';
import { byMovement, typicalImages } from '../../../../src/engine/runtime/pages/images';
import { spread } from '../../../../src/engine/runtime/pages/images-flipped-by';
import type { EvaluationResult } from '../../../../src/shared/evaluation';
import type { Flips, FlipsQuestion, MovedHead } from '../../../../src/shared/images';
import { failureKind } from '../../../helpers/failure-of';
import { smallEngine } from '../../../helpers/small-engine';
import { smallProject, smallSpec, smallSwin, smallVit } from '../../../helpers/small-project';

vi.setConfig({ testTimeout: 240_000, hookTimeout: 240_000 });

const project = smallProject('images-page');
const images = 26;
let engine: Engine;
let dataset: string;

beforeAll(() => {
  dataset = project.pictures('data/val', images).replace(/\/val$/, '');
  project.pictures('data/train', 12, 9);
  engine = smallEngine(project.path('w.bitlog2'));
});
afterAll(async () => {
  await engine.close();
  project.remove();
});

describe.each([
  { family: 'ViT', graph: smallVit, batch: 1, arithmetic: 'reference', scheme: 'BitLog2_Single_16' },
  { family: 'Swin', graph: smallSwin, batch: 4, arithmetic: 'reference', scheme: 'Sqrt2_17' },
  { family: 'ViT', graph: smallVit, batch: 4, arithmetic: 'integer', scheme: 'BitLog2_Half_16' },
] as const)('$family at batch $batch under $scheme in $arithmetic arithmetic', ({ family, graph, batch, arithmetic, scheme }) => {
  let result: EvaluationResult;
  let runId: string;
  let baselineId: string;
  let blocks: readonly { readonly heads: number }[];

  beforeAll(async () => {
    // Random weights know nothing of the labels: two bits of weights flip enough images either way.
    const model = project.model(`${family}-${batch}.onnx`, graph());
    result = await engine.call('evaluation.run', smallSpec([model], dataset, { batch, schemes: [scheme], arithmetic, wBits: 2, aBits: 3 }));
    const id = (of: string): string => result.runs.find(({ run }) => run.settings.scheme === of)?.run.id ?? '';
    [runId, baselineId] = [id(scheme), id('none')];
    blocks = (await engine.call('model.add', { file: model })).blocks;
  });

  const flips = (change: Partial<FlipsQuestion> = {}): Promise<Flips> => engine.call('images.flips', { runId, baselineId, filter: 'all', sort: 'list', offset: 0, count: 1000, find: null, ...change });

  it('counts what the paired table of the board counts', async () => {
    const { counts, total, rows } = await flips();
    const paired = (await engine.call('run.paired', { runId })).find(({ b }) => b === baselineId);
    expect(counts).toEqual({ all: images, common: paired?.images, lost: paired?.lost, gained: paired?.gained, changed: paired?.changed });
    expect(total).toBe(images);
    const { predictions } = await engine.call('run.predictions', { runId, offset: 0, count: 1000 });
    expect(rows.map(({ index, file, label, run }) => [index, file, label, run.top5, run.margin, run.correct])).toEqual(predictions.map(({ index, file, label, top5, margin, correct }) => [index, file, label, top5, margin, correct]));
  });

  it('shows of an image what the attention page shows, and ranks heads by KL until their means are known', async () => {
    const view = await engine.call('attention.view', { runId, image: 7, block: 1, head: 1 });
    const seen = await engine.call('images.divergence', { runId, image: 7 });
    expect(seen.depth).toEqual(view.depthError);
    expect(seen.heads.filter(({ block }) => block === 1).map(({ damage }) => damage)).toEqual(view.damage);
    expect([seen.prediction, seen.fp32Prediction, seen.stored]).toEqual([view.prediction, view.fp32Prediction, view.stored]);
    expect([seen.heads.length, seen.moved.length, seen.typicalImages]).toEqual([blocks.reduce((sum, { heads }) => sum + heads, 0), 5, null]);
    const kl = seen.heads.map(({ damage }) => damage.kl);
    expect(seen.moved.map((place) => kl[place])).toEqual([...kl].sort((a, b) => b - a).slice(0, 5));
  });

  it('takes the mean KL over the sample, once, and ranks by what is beyond it', async () => {
    const steps: number[] = [];
    const typical = await engine.call('images.typical', { runId }, { onEvent: ({ done, total }) => steps.push(done / total) });
    expect(steps.at(-1)).toBe(1);
    expect(typical.images).toBeGreaterThanOrEqual(Math.min(images, typicalImages));
    const wanted = Math.ceil(typicalImages / batch);
    const batches = Math.ceil(images / batch);
    const sample = Array.from({ length: wanted }, (_, place) => Math.floor((place * batches) / wanted)).flatMap((each) => Array.from({ length: batch }, (_, position) => each * batch + position)).filter((index) => index < images);
    let sum = 0;
    for (const image of sample) sum += (await engine.call('images.divergence', { runId, image })).heads.find(({ block, head }) => block === 1 && head === 0)?.damage.kl ?? NaN;
    // An integer run's sample is computed in reference arithmetic.
    if (arithmetic === 'reference') expect(typical.kl[1]?.[0]).toBeCloseTo(sum / sample.length, 12);
    expect(typical.images).toBe(sample.length);
    const again: number[] = [];
    expect(await engine.call('images.typical', { runId }, { onEvent: ({ done }) => again.push(done) })).toEqual(typical);
    expect(again).toEqual([]);
    const seen = await engine.call('images.divergence', { runId, image: 3 });
    expect([seen.typicalImages, seen.heads[3]?.typicalKl]).toEqual([typical.images, typical.kl.flat()[3]]);
    expect(seen.moved).toEqual(byMovement(seen.heads).slice(0, 5));
  });

  it('finds who flipped an image, exactly as the run was computed in reference arithmetic', async () => {
    const { rows } = await flips();
    for (const { index, run, baseline } of rows.filter(({ flip }) => flip !== 'same').slice(0, 4)) {
      const steps: number[] = [];
      const blame = await engine.call('images.blame', { runId, image: index, heads: 3 }, { onEvent: ({ done, total }) => steps.push(done / total) });
      expect(steps.at(-1)).toBe(1);
      expect([blame.answer, blame.fp32Margin, blame.layers.length, blame.heads.length]).toEqual([baseline?.top5[0], baseline?.margin, blocks.length, 3]);
      expect(blame.exact).toBe(blame.base.margin === run.margin);
      if (arithmetic === 'reference') expect([blame.exact, blame.base.top5, blame.base.margin]).toEqual([true, run.top5, run.margin]);
      for (const outcome of [blame.base, blame.everyMap, ...blame.layers.map((layer) => layer.outcome), ...blame.heads.map((head) => head.outcome)]) {
        expect(outcome.answerMargin > 0).toBe(outcome.top5[0] === blame.answer);
      }
      const { heads, moved } = await engine.call('images.divergence', { runId, image: index });
      expect(blame.heads.map(({ block, head }) => [block, head])).toEqual(moved.slice(0, 3).map((place) => [heads[place]?.block, heads[place]?.head]));
    }
  });

  it('says which images a head flipped, as blame says of each, stores it, and keeps what there is when stopped', async () => {
    const flipped = (await flips()).rows.filter(({ flip }) => flip !== 'same');
    const steps: number[] = [];
    const question = { runId, baselineId, block: 1, head: 0, limit: 5 };
    const found = await engine.call('images.flippedBy', question, { onEvent: ({ done, total }) => steps.push(done / total) });
    expect([found.state, found.flipped, found.tested]).toEqual(['done', flipped.length, Math.min(5, flipped.length)]);
    expect(flipped.length).toBeGreaterThan(0);
    expect(found.images.map(({ row }) => row)).toEqual(spread(flipped, 5));
    expect(steps.at(-1)).toBe(1);
    for (const { row, base, outcome, restored } of found.images.slice(0, 2)) {
      const blame = await engine.call('images.blame', { runId, image: row.index, heads: 1000 });
      expect(base).toEqual(blame.base);
      expect(outcome).toEqual(blame.heads.find(({ block, head }) => block === 1 && head === 0)?.outcome);
      expect(restored).toBe(base.top5[0] !== row.baseline?.top5[0] && outcome.top5[0] === row.baseline?.top5[0]);
    }
    const again: number[] = [];
    expect(await engine.call('images.flippedBy', question, { onEvent: ({ done }) => again.push(done) })).toEqual(found);
    expect(again).toEqual([]);
    const controller = new AbortController();
    controller.abort();
    expect(await engine.call('images.flippedBy', { ...question, head: 1 }, { signal: controller.signal })).toMatchObject({ state: 'stopped', tested: 0, flipped: flipped.length });
  });

  it('refuses what is not there, and an FP32 run', async () => {
    expect(await failureKind(engine.call('images.flippedBy', { runId, baselineId, block: 99, head: 0, limit: 5 }))).toBe('not-found');
    expect(await failureKind(engine.call('images.flippedBy', { runId, baselineId, block: 0, head: 99, limit: 5 }))).toBe('not-found');
    expect(await failureKind(engine.call('images.blame', { runId: baselineId, image: 0, heads: 1 }))).toBe('settings');
    expect(await failureKind(engine.call('images.typical', { runId: baselineId }))).toBe('settings');
    expect(await failureKind(engine.call('images.blame', { runId, image: images, heads: 1 }))).toBe('not-found');
    expect(await failureKind(flips({ runId: 'nobody' }))).toBe('not-found');
  });
});

describe('parts', () => {
  it('spread evenly, all of few', () => {
    expect(spread([1, 2, 3], 5)).toEqual([1, 2, 3]);
    expect(spread([0, 1, 2, 3, 4, 5, 6, 7, 8, 9], 4)).toEqual([0, 2, 5, 7]);
    expect(spread([], 4)).toEqual([]);
  });

  it('rank a head that always moves below one that moved on this image', () => {
    const head = (kl: number, typicalKl: number | null): MovedHead => ({ block: 0, head: 0, typicalKl, damage: { head: 0, kl, topOverlap: 1, rowSumDrift: 0, massLost: 0, entropyShift: 0 } });
    expect(byMovement([head(0.5, 0.6), head(0.2, 0.05), head(0.4, 0.2)])).toEqual([2, 1, 0]);
    expect(byMovement([head(0.5, null), head(0.2, null), head(0.5, null)])).toEqual([0, 2, 1]);
  });
});
