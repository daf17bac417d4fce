/** The system's clock is set while an evaluation runs: forward by a day, back by a year, again and again. Nothing that is measured or ordered depends on it. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as v from 'valibot';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { openStore } from '../../../../src/engine/runtime/store/open-store';
import type { EvaluationEvent } from '../../../../src/shared/evaluation';
import { root } from '../../../../tools/lib/targets.mjs';
import { smallEngine, workspaceContent } from '../../../helpers/small-engine';
import { smallProject, smallSpec, smallVit } from '../../../helpers/small-project';

vi.setConfig({ testTimeout: 240_000, hookTimeout: 240_000 });

const project = smallProject('clock');
const day = 86_400_000;
const start = Date.parse('2026-03-01T12:00:00.000Z');
const jumps = [0, day, -365 * day, 3 * day, -day];
let model: string;

beforeAll(() => {
  project.pictures('data/train', 12, 9);
  project.pictures('data/val', 60, 8);
  model = project.model('vit.onnx', smallVit());
});
beforeEach(() => { vi.useFakeTimers({ toFake: ['Date'], now: start }); });
afterEach(() => { vi.useRealTimers(); });
afterAll(() => project.remove());

/** Evaluates with a clock that is set at every event, if it is; every rate, rest and duration told on the way makes sense. */
async function evaluate(workspace: string, moved: boolean): Promise<void> {
  const engine = smallEngine(workspace, 2);
  let events = 0;
  const onEvent = (event: EvaluationEvent): void => {
    if (moved) vi.setSystemTime(start + (jumps[events++ % jumps.length] ?? 0));
    if (event.kind === 'progress') {
      const { rate, secondsLeft } = event.progress;
      expect(rate === null || (rate > 0 && rate < 1e6)).toBe(true);
      expect(secondsLeft === null || (secondsLeft >= 0 && secondsLeft < 3600)).toBe(true);
    }
    if (event.kind === 'run') for (const seconds of Object.values(event.run.seconds)) expect(seconds >= 0 && seconds < 3600).toBe(true);
  };
  const result = await engine.call('evaluation.run', smallSpec([model], project.path('data'), { workers: 2 }), { onEvent });
  expect(result.state).toBe('done');
  await engine.close();
}

it('gives the figures of an undisturbed run, with durations and times left that make sense', async () => {
  await evaluate(project.path('still.bitlog2'), false);
  await evaluate(project.path('moved.bitlog2'), true);
  expect(await workspaceContent(project.path('moved.bitlog2'))).toEqual(await workspaceContent(project.path('still.bitlog2')));
});

it('a run that was stopped is found and continued a year earlier, and a later run stands in the cell though its date is older', async () => {
  const workspace = project.path('back.bitlog2');
  const spec = smallSpec([model], project.path('data'), { workers: 2 });
  const engine = smallEngine(workspace, 2);
  const controller = new AbortController();
  const stopped = await engine.call('evaluation.run', spec, { signal: controller.signal, onEvent: (event) => { if (event.kind === 'progress' && event.progress.stage === 'evaluating' && event.progress.done > 40) controller.abort(); } });
  expect(stopped.state).toBe('stopped');
  vi.setSystemTime(start - 365 * day);
  const resumed = await engine.call('evaluation.run', { ...spec, resume: true });
  expect(resumed.runs.map(({ run }) => [run.id, run.state])).toEqual(stopped.runs.map(({ run }) => [run.id, 'done']));
  const again = await engine.call('evaluation.run', { ...spec, resume: false });
  const { cells } = await engine.call('board.get', { datasetId: null });
  await engine.close();
  const shown = cells.flatMap(({ run }) => (run === null ? [] : [run.id]));
  expect(new Set(shown)).toEqual(new Set(again.runs.map(({ run }) => run.id)));
  expect(again.runs.every(({ run }) => run.created < (stopped.runs[0]?.run.created ?? ''))).toBe(true);
});

it('the newest answer to a question stays the first one', async () => {
  const store = await openStore(project.path('back.bitlog2'));
  const [run] = await store.runs();
  if (run === undefined) throw new Error('no run');
  const answer = v.object({ answer: v.number() });
  await store.saveAnalysis(run.id, 'clock', 'first', { answer: 1 });
  vi.setSystemTime(start - 365 * day);
  await store.saveAnalysis(run.id, 'clock', 'second', { answer: 2 });
  await store.saveAnalysis(run.id, 'clock', 'third', { answer: 3 });
  expect(await store.savedAnalyses(run.id, 'clock', answer)).toEqual([{ answer: 3 }, { answer: 2 }, { answer: 1 }]);
  // Asked again, it is the newest.
  vi.setSystemTime(start - 900 * day);
  await store.saveAnalysis(run.id, 'clock', 'first', { answer: 4 });
  expect((await store.savedAnalysesOf('clock', answer)).get(run.id)).toEqual([{ answer: 4 }, { answer: 3 }, { answer: 2 }]);
  await store.close();
});

it('the clock is read where a date is written down or compared with those of files, and nowhere else', () => {
  const files = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' }).map((file) => file.replaceAll('\\', '/')).filter((file) => /\.(ts|vue)$/.test(file));
  const reading = files.filter((file) => /\bDate\.now\b|\bnew Date\(\)/.test(readFileSync(join(root, 'src', file), 'utf8')));
  expect(reading.sort()).toEqual([
    // Of a report.
    'engine/runtime/handlers/workspace-handlers.ts',
    // Against the times of files, which are of the same clock (witnesses.ts).
    'engine/runtime/library/dataset-library.ts',
    // When a run began, and when an answer was stored: shown, never subtracted.
    'engine/runtime/service.ts', 'engine/runtime/store/analyses.ts',
    // Of an entry of the log.
    'main/index.ts',
  ]);
});
