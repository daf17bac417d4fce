/** The noise floor: without noise a run comes out as it did, with noise always the same way, and what is finished is kept. */
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Engine } from '../../../../src/engine';
import type { NoiseEvent } from '../../../../src/shared/noise';
import { EngineError } from '../../../../src/shared/failure';
import type { RunRecord } from '../../../../src/shared/records';
import { smallEngine } from '../../../helpers/small-engine';
import { picture, smallProject, smallSpec, smallVit } from '../../../helpers/small-project';

vi.setConfig({ testTimeout: 240_000, hookTimeout: 240_000 });

const project = smallProject('noise');
let engine: Engine;
let dataset: string;
let model: string;
let runs: RunRecord[];

beforeAll(async () => {
  dataset = project.pictures('data/val', 46).replace(/\/val$/, '');
  project.pictures('data/train', 12, 9);
  // In the middle of a batch of 4: who follows moves up, and must do so here too.
  project.file('data/val/basket/0001.png', picture(3).slice(0, 300));
  model = project.model('vit.onnx', smallVit());
  engine = smallEngine(project.path('noise.bitlog2'));
  const reference = await engine.call('evaluation.run', smallSpec([model], dataset, { batch: 4 }));
  const integer = await engine.call('evaluation.run', smallSpec([model], dataset, { batch: 4, schemes: ['BitLog2_Half_17'], withFp32: false, arithmetic: 'integer' }));
  runs = [...reference.runs, ...integer.runs].map(({ run }) => run);
});
afterAll(async () => {
  await engine.close();
  project.remove();
});

const runOf = (scheme: string, arithmetic: string): RunRecord => {
  const run = runs.find(({ settings }) => settings.scheme === scheme && settings.arithmetic === arithmetic);
  if (run === undefined) throw new Error(`no run of ${scheme}`);
  return run;
};

describe('noise.run', () => {
  it.each([['none', 'fp32'], ['Sqrt2_17', 'reference'], ['BitLog2_Half_17', 'reference'], ['BitLog2_Half_17', 'integer']])('moves nothing without noise: %s in %s', async (scheme, arithmetic) => {
    const run = runOf(scheme, arithmetic);
    const { control, runTop1, images } = await engine.call('noise.run', { runId: run.id, repeats: 1, scope: 'evaluation', images: null });
    expect(images).toBe(45);
    expect(control).toEqual({ seed: 0, images: 45, top1: run.top1, flips: 0, lost: 0, gained: 0, changed: 0, moved: 0 });
    expect(runTop1).toBe(run.top1);
  });

  it('counts flips as they follow from top-1, and spreads over the repeats', async () => {
    const run = runOf('Sqrt2_17', 'reference');
    const events: NoiseEvent[] = [];
    const result = await engine.call('noise.run', { runId: run.id, repeats: 4, scope: 'evaluation', images: null }, { onEvent: (event) => { events.push(event); } });
    expect([result.state, result.noise, result.repeats.map(({ seed }) => seed)]).toEqual(['done', 1e-7, [1, 2, 3, 4]]);
    for (const { top1, flips, lost, gained, changed, images } of result.repeats) {
      expect(flips).toBe(lost + gained + changed);
      expect(top1).toBeCloseTo(result.runTop1 + (100 * (gained - lost)) / images, 10);
    }
    const values = result.repeats.map(({ top1 }) => top1);
    const mean = values.reduce((sum, value) => sum + value, 0) / 4;
    expect(result.spread?.min).toBe(Math.min(...values));
    expect(result.spread?.max).toBe(Math.max(...values));
    expect(result.spread?.mean).toBeCloseTo(mean, 10);
    expect(result.spread?.deviation).toBeCloseTo(Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / 3), 10);
    // Few answers flip; but if no margin moved, nothing was perturbed.
    for (const { moved, images } of result.repeats) expect(moved).toBeGreaterThan(images / 2);
    expect(result.control?.moved).toBe(0);
    const progress = events.filter((event) => event.kind === 'progress');
    expect(progress.at(-1)).toMatchObject({ done: progress.at(-1)?.total });
    expect(await engine.call('noise.get', { runId: run.id })).toEqual({ evaluation: result, calibration: null });
  });

  it('measures nothing twice, and goes on where it ended', async () => {
    const runId = runOf('BitLog2_Half_17', 'reference').id;
    const two = await engine.call('noise.run', { runId, repeats: 2, scope: 'evaluation', images: 16 });
    const events: NoiseEvent[] = [];
    const four = await engine.call('noise.run', { runId, repeats: 4, scope: 'evaluation', images: 16 }, { onEvent: (event) => { events.push(event); } });
    expect(four.repeats.slice(0, 2)).toEqual(two.repeats);
    expect(events.filter((event) => event.kind === 'repeat').map((event) => event.result.repeats.length)).toEqual([3, 4]);
    const again: NoiseEvent[] = [];
    expect(await engine.call('noise.run', { runId, repeats: 3, scope: 'evaluation', images: 16 }, { onEvent: (event) => { again.push(event); } })).toMatchObject({ repeats: four.repeats.slice(0, 3) });
    expect(again).toEqual([]);
  });

  it('takes whole batches, spread over the list', async () => {
    const { images, control } = await engine.call('noise.run', { runId: runOf('Sqrt2_17', 'reference').id, repeats: 1, scope: 'evaluation', images: 10 });
    // Three batches of four: 0 to 3, 16 to 19, 32 to 35.
    expect(images).toBe(12);
    expect(control?.flips).toBe(0);
  });

  it.each(['reference', 'integer'])('calibrates anew under the noise when asked, and without noise finds the run again: %s', async (arithmetic) => {
    const run = runOf('BitLog2_Half_17', arithmetic);
    const { control, repeats, scope } = await engine.call('noise.run', { runId: run.id, repeats: 2, scope: 'calibration', images: null });
    expect(scope).toBe('calibration');
    expect(control).toEqual({ seed: 0, images: 45, top1: run.top1, flips: 0, lost: 0, gained: 0, changed: 0, moved: 0 });
    const evaluated = await engine.call('noise.run', { runId: run.id, repeats: 2, scope: 'evaluation', images: null });
    // Parameters wander with the noise: what comes out is not what the same noise does to the run's own parameters.
    expect(repeats).not.toEqual(evaluated.repeats);
    expect((await engine.call('noise.get', { runId: run.id })).calibration?.repeats).toEqual(repeats);
  });

  it('does not depend on the number of workers', async () => {
    const runId = runOf('Sqrt2_17', 'reference').id;
    const one = await engine.call('noise.run', { runId, repeats: 4, scope: 'evaluation', images: null });
    const second = smallEngine(project.path('two.bitlog2'), 2);
    try {
      const again = await second.call('evaluation.run', smallSpec([model], dataset, { batch: 4, schemes: ['Sqrt2_17'], withFp32: false, workers: 2 }));
      const two = await second.call('noise.run', { runId: again.runs[0]?.run.id ?? '', repeats: 4, scope: 'evaluation', images: null });
      expect({ ...two, runId }).toEqual(one);
      const anew = await Promise.all([[engine, runId] as const, [second, again.runs[0]?.run.id ?? ''] as const].map(([each, id]) => each.call('noise.run', { runId: id, repeats: 3, scope: 'calibration', images: null })));
      expect(anew[1]).toEqual({ ...anew[0], runId: anew[1]?.runId });
    } finally {
      await second.close();
    }
  });

  it('keeps finished repeats when it is stopped, and the board knows them', async () => {
    const { id: runId, scheme } = { id: runOf('BitLog2_Half_17', 'integer').id, scheme: 'BitLog2_Half_17' };
    const controller = new AbortController();
    const result = await engine.call('noise.run', { runId, repeats: 40, scope: 'evaluation', images: null }, { signal: controller.signal, onEvent: (event) => { if (event.kind === 'repeat' && event.result.repeats.length === 3) controller.abort(); } });
    expect(result.state).toBe('stopped');
    expect(result.repeats.length).toBeGreaterThanOrEqual(3);
    expect(result.repeats.length).toBeLessThan(40);
    expect((await engine.call('noise.get', { runId })).evaluation?.repeats).toEqual(result.repeats);
    const { cells } = await engine.call('board.get', { datasetId: null });
    const cell = cells.find((other) => other.scheme === scheme && other.arithmetic === 'integer');
    expect(cell?.noise).toEqual({ repeats: result.repeats.length, images: 45, spread: (result.spread?.max ?? 0) - (result.spread?.min ?? 0) });
    expect(cells.find((other) => other.scheme === 'Sqrt2_16')?.noise).toBeNull();
  });

  it('is stopped, and kept, when another workspace is opened under it', async () => {
    const runId = runOf('none', 'fp32').id;
    let opened: Promise<unknown> = Promise.resolve();
    const result = await engine.call('noise.run', { runId, repeats: 50, scope: 'evaluation', images: 44 }, {
      onEvent: (event) => { if (event.kind === 'repeat' && event.result.repeats.length === 2) opened = engine.call('workspace.open', { file: project.path('elsewhere.bitlog2') }); },
    });
    await opened;
    expect(result.state).toBe('stopped');
    await engine.call('workspace.open', { file: project.path('noise.bitlog2') });
    const again = await engine.call('noise.run', { runId, repeats: 2, scope: 'evaluation', images: 44 });
    expect(again).toMatchObject({ state: 'done', repeats: result.repeats.slice(0, 2) });
  });

  it('refuses a run that is not there, and to calibrate FP32', async () => {
    const float = engine.call('noise.run', { runId: runOf('none', 'fp32').id, repeats: 1, scope: 'calibration', images: null });
    expect(await float.catch((error: unknown) => (error instanceof EngineError ? error.failure.kind : error))).toBe('settings');
    const work = engine.call('noise.run', { runId: 'nobody', repeats: 1, scope: 'evaluation', images: null });
    expect(await work.catch((error: unknown) => (error instanceof EngineError ? error.failure.kind : error))).toBe('not-found');
  });
});
