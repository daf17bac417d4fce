/** Stopping: the flag is looked at between any two runs of ONNX Runtime, and what was finished before it went up is kept. */
import { InferenceSession } from 'onnxruntime-node';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { ImportedModel } from '../../../../src/engine/core/graph/types';
import { createRandom } from '../../../../src/engine/core/random/random';
import { loadCell } from '../../../../src/engine/runtime/evaluate/cell';
import { Calibrator, type PixelBatch } from '../../../../src/engine/runtime/evaluate/calibrator';
import { importGraph } from '../../../../src/engine/runtime/ort/import-model';
import type { EvaluationEvent } from '../../../../src/shared/evaluation';
import { fail } from '../../../../src/shared/failure';
import { failureKind } from '../../../helpers/failure-of';
import { smallEngine, workspaceContent } from '../../../helpers/small-engine';
import { smallProject, smallSpec, smallSwin, smallVit } from '../../../helpers/small-project';

vi.setConfig({ testTimeout: 240_000, hookTimeout: 240_000 });

const project = smallProject('stop');
/** Enough that a stop at the first batch behind the first look comes long before the end, however quick the machine is. */
const pictures = 400;
/** FP32's share of the first look. */
const firstLook = 32;
let dataset: string;

beforeAll(() => {
  dataset = project.pictures('data/val', pictures).replace(/\/val$/, '');
  project.pictures('data/train', 12, 9);
});
afterAll(() => project.remove());

/** The class behind the factory that onnxruntime's types show. */
const sessionClass = InferenceSession as typeof InferenceSession & { readonly prototype: InferenceSession };

/** What happens in order: 'poll', and 'run' or 'load' for ONNX Runtime. `poll` throws at the call number `stopAt`. */
function traced(stopAt = Infinity): { readonly steps: string[]; readonly poll: () => void; polls(): number; end(): void } {
  const steps: string[] = [];
  const { run } = sessionClass.prototype;
  const create = InferenceSession.create;
  const runs = vi.spyOn(sessionClass.prototype, 'run').mockImplementation(function (this: InferenceSession, ...args: unknown[]) {
    steps.push('run');
    return Reflect.apply(run, this, args);
  });
  const loads = vi.spyOn(InferenceSession, 'create').mockImplementation((...args: unknown[]) => {
    steps.push('load');
    return Reflect.apply(create, InferenceSession, args);
  });
  const polls = (): number => steps.filter((step) => step === 'poll').length;
  return {
    steps,
    polls,
    poll: () => {
      steps.push('poll');
      if (polls() >= stopAt) throw fail('stopped', 'stopped by the test');
    },
    end: () => {
      runs.mockRestore();
      loads.mockRestore();
    },
  };
}

/** The longest stretch of ONNX Runtime's steps without a look at the flag. */
function longestStretch(steps: readonly string[]): number {
  return Math.max(...steps.join(' ').split('poll').map((stretch) => stretch.split(' ').filter((step) => step !== '').length));
}

describe.each([['ViT', smallVit], ['Swin', smallSwin]])('calibration of a small %s', (_name, graph) => {
  let model: ImportedModel;
  let batches: PixelBatch[];
  const settings = { scheme: 'BitLog2_Half_17', wBits: 4, aBits: 4 } as const;

  beforeAll(async () => {
    model = await importGraph(graph());
    const random = createRandom(1);
    batches = Array.from({ length: 4 }, () => ({ pixels: Float32Array.from({ length: 3 * 32 * 32 }, () => random.normal()), valid: 1 }));
  });

  it('polls between any two steps of ONNX Runtime, and stops at whichever poll sees the flag', async () => {
    const whole = traced();
    const calibrator = await Calibrator.create(model.graph, model.structure, { wBits: 4, batch: 1, threads: 1, rounding: null }, whole.poll);
    const loading = whole.polls();
    await calibrator.calibrate(settings, batches, { poll: whole.poll, onSite: () => undefined });
    whole.end();
    expect(longestStretch(whole.steps)).toBe(1);
    const total = whole.polls() - loading;
    for (const stopAt of [1, 2, Math.floor(total / 3), Math.floor(total / 2), total]) {
      const stopped = traced(stopAt);
      const work = calibrator.calibrate(settings, batches, { poll: stopped.poll, onSite: () => undefined });
      expect(await failureKind(work)).toBe('stopped');
      stopped.end();
      expect([stopped.polls(), stopped.steps.at(-1)]).toEqual([stopAt, 'poll']);
    }
    // A stop leaves the calibrator as it was: the next calibration finds the same parameters.
    const again = await calibrator.calibrate(settings, batches, { poll: () => undefined, onSite: () => undefined });
    const fresh = await Calibrator.create(model.graph, model.structure, { wBits: 4, batch: 1, threads: 1, rounding: null }, () => undefined);
    expect(again).toEqual(await fresh.calibrate(settings, batches, { poll: () => undefined, onSite: () => undefined }));
    await calibrator.release();
    await fresh.release();
  });

  it('polls while it loads, and stops there too', async () => {
    for (const stopAt of [1, 5, 20]) {
      const stopped = traced(stopAt);
      expect(await failureKind(Calibrator.create(model.graph, model.structure, { wBits: 4, batch: 1, threads: 1, rounding: null }, stopped.poll))).toBe('stopped');
      stopped.end();
      expect([stopped.polls(), stopped.steps.at(-1)]).toEqual([stopAt, 'poll']);
    }
  });

  it('a calibrated network polls at every site while it loads', async () => {
    const quiet = { poll: () => undefined, onSite: () => undefined };
    const calibrator = await Calibrator.create(model.graph, model.structure, { wBits: 4, batch: 1, threads: 1, rounding: null }, quiet.poll);
    const parameters = await calibrator.calibrate(settings, batches, quiet);
    await calibrator.release();
    const whole = traced();
    const cell = await loadCell({ ...model, batch: 1, threads: 1, rounding: null, machine: { saturates: false } }, { kind: 'reference', settings, parameters }, whole.poll);
    await cell.network.release();
    whole.end();
    expect(longestStretch(whole.steps)).toBe(1);
    expect(whole.steps.indexOf('load')).toBeGreaterThan(model.structure.sites.length);
    const stopped = traced(3);
    expect(await failureKind(loadCell({ ...model, batch: 1, threads: 1, rounding: null, machine: { saturates: false } }, { kind: 'reference', settings, parameters }, stopped.poll))).toBe('stopped');
    stopped.end();
    expect(stopped.steps).toEqual(['poll', 'poll', 'poll']);
  });

  it('import polls between any two steps of ONNX Runtime', async () => {
    const whole = traced();
    await importGraph(graph(), whole.poll);
    whole.end();
    expect(longestStretch(whole.steps)).toBe(1);
    const stopped = traced(Math.floor(whole.polls() / 2));
    expect(await failureKind(importGraph(graph(), stopped.poll))).toBe('stopped');
    stopped.end();
    expect(stopped.steps.at(-1)).toBe('poll');
  });
});

describe('an evaluation that is stopped', () => {
  /** Stops at the first event that `due` accepts; gives the result, and the events that came after the stop. */
  async function stopAt(workspace: string, workers: number, due: (event: EvaluationEvent) => boolean): Promise<{ state: string; runs: number; after: EvaluationEvent[]; resumed: string }> {
    const model = project.model('stopped.onnx', smallVit());
    const engine = smallEngine(workspace, workers);
    const controller = new AbortController();
    const after: EvaluationEvent[] = [];
    const { state, runs } = await engine.call('evaluation.run', smallSpec([model], dataset, { workers }), {
      signal: controller.signal,
      onEvent: (event) => {
        if (controller.signal.aborted) after.push(event);
        else if (due(event)) controller.abort();
      },
    });
    await engine.call('workspace.open', { file: project.path('elsewhere.bitlog2') });
    const left = await workspaceContent(workspace);
    if (left.length > 0) expect(left.map((content) => content.state)).toContain('stopped');
    for (const content of left) {
      expect(content.state).toBe(content.batches.length === pictures ? 'done' : 'stopped');
      expect(content.predictions.map(({ index }) => index)).toEqual(content.batches);
      expect(content.levelCounts.reduce((sum, { counts }) => sum + counts.reduce((a, b) => a + b, 0), 0)).toBe(content.scheme === 'none' ? 0 : content.batches.length * 3 * 2 * 17 * 17);
    }
    // The stopped engine is as good as new.
    await engine.call('workspace.open', { file: workspace });
    const resumed = await engine.call('evaluation.run', smallSpec([model], dataset, { workers, resume: true }));
    await engine.close();
    return { state, runs: runs.length, after, resumed: resumed.state };
  }

  const undisturbed = async (): Promise<unknown> => {
    const engine = smallEngine(project.path('undisturbed.bitlog2'));
    await engine.call('evaluation.run', smallSpec([project.path('stopped.onnx')], dataset));
    await engine.close();
    return workspaceContent(project.path('undisturbed.bitlog2'));
  };

  it('during import ends as stopped with nothing stored, and can be started again at once', async () => {
    const result = await stopAt(project.path('import.bitlog2'), 1, (event) => event.kind === 'progress' && event.progress.stage === 'importing');
    expect(result).toMatchObject({ state: 'stopped', runs: 0, resumed: 'done' });
  });

  it('during calibration ends as stopped without evaluating; resumed, it gives what an undisturbed one gives', async () => {
    const workspace = project.path('calibration.bitlog2');
    const result = await stopAt(workspace, 2, (event) => event.kind === 'progress' && event.progress.stage === 'calibrating' && event.progress.done >= 3);
    expect([result.state, result.resumed]).toEqual(['stopped', 'done']);
    expect(result.after.filter((event) => event.kind === 'progress' && event.progress.stage === 'evaluating')).toEqual([]);
    expect(await workspaceContent(workspace)).toEqual(await undisturbed());
  });

  it('during evaluation keeps the batches that were finished', async () => {
    const workspace = project.path('evaluation.bitlog2');
    const result = await stopAt(workspace, 2, (event) => event.kind === 'progress' && event.progress.stage === 'evaluating' && event.progress.done > firstLook);
    expect([result.state, result.resumed]).toEqual(['stopped', 'done']);
    const content = await workspaceContent(workspace);
    expect(content.map(({ images }) => images)).toEqual([pictures, pictures, pictures]);
    expect(content).toEqual(await workspaceContent(project.path('undisturbed.bitlog2')));
  });
});
