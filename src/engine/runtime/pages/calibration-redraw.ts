/** What other draws of calibration pictures would have given: calibrated with the run's settings, not evaluated. */
import { storedRedrawSchema, type RedrawResult, type StoredRedraw } from '../../../shared/calibration';
import type { AnalysisProgress } from '../../../shared/analysis';
import { EngineError, fail } from '../../../shared/failure';
import type { RunSettings } from '../../../shared/settings';
import { drawSize } from '../results/draw-key';
import { storedRun } from '../results/stored-run';
import { calibrationTask, parametersFor, requireScratch, scratchFolder } from '../runs/calibration-task';
import { calibrationFiles } from '../runs/choose-images';
import { isFloat } from '../runs/plan';
import { answerKinds } from '../store/answer-kinds';
import type { StopFlag } from '../workers/stop-flag';
import { operandMiddles, parameterDigest } from './calibration-summary';
import { datasetOfRun } from './run-dataset';
import type { RunSources } from './run-sources';

export interface RedrawOptions {
  readonly seeds: readonly number[];
  readonly stop: StopFlag;
  /** Steps are sites of all draws; told from when their number is known. */
  readonly onProgress: (progress: AnalysisProgress) => void;
}

/** Each finished draw is stored with the run; draws that are stored already are not made again. Stopped, it keeps the finished ones. */
export async function redraw(sources: RunSources, runId: string, { seeds, stop, onProgress }: RedrawOptions): Promise<RedrawResult> {
  const { store } = sources;
  const run = await storedRun(store, runId);
  if (isFloat(run.settings)) throw fail('settings', 'An FP32 run has nothing to calibrate', { place: runId, next: 'Choose a quantised run' });
  const wanted = [...new Set(seeds)];
  const known = new Map<number, StoredRedraw>();
  for (const seed of wanted) {
    const stored = await store.savedAnalysis(runId, answerKinds.redraw, { seed }, storedRedrawSchema);
    if (stored !== null) known.set(seed, stored);
  }
  const missing = wanted.filter((seed) => !known.has(seed));
  const stopped = missing.length > 0 && (await drawAll(sources, runId, missing, known, stop, onProgress));
  const draws = wanted.flatMap((seed) => {
    const draw = known.get(seed);
    return draw === undefined ? [] : [{ seed, digest: draw.digest, skipped: draw.skipped }];
  });
  return { state: stopped ? 'stopped' : 'done', draws };
}

/** Fills `known`. True when it was stopped. */
async function drawAll(sources: RunSources, runId: string, seeds: readonly number[], known: Map<number, StoredRedraw>, stop: StopFlag, onProgress: RedrawOptions['onProgress']): Promise<boolean> {
  const { store } = sources;
  const run = await storedRun(store, runId);
  const size = drawSize(run.settings);
  const model = await sources.model(run);
  const pool = await sources.pool();
  const scratch = scratchFolder(store);
  requireScratch(model, seeds.map(() => ({ images: size, batch: run.settings.batch })), pool.size, scratch);
  const progress = new Map<number, number>();
  let held = '';
  const draw = async (seed: number, settings: RunSettings, files: readonly string[]): Promise<void> => {
    const { task, needs, key } = calibrationTask(model, settings, await Promise.all(files.map((file) => sources.path(run, file))), scratch);
    held = key;
    const outcome = await pool.run<'calibrate'>(task, { needs, stop, onEvent: (event) => {
      if (event.kind !== 'site') return;
      progress.set(seed, event.done);
      onProgress({ kind: 'progress', done: [...progress.values()].reduce((sum, done) => sum + done, 0), total: event.total * seeds.length });
    } });
    const { sites } = parametersFor(settings, outcome.parameters);
    const found: StoredRedraw = { seed, digest: parameterDigest(sites), skipped: outcome.skipped.length, operands: operandMiddles(sites) };
    await store.saveAnalysis(runId, answerKinds.redraw, { seed }, found);
    known.set(seed, found);
  };
  try {
    const { listing } = await datasetOfRun(store, run, () => stop.raised);
    const outcomes = await Promise.allSettled(seeds.map((seed) => {
      const settings: RunSettings = { ...run.settings, seed, calibrationList: null, calibrationImages: size };
      return draw(seed, settings, calibrationFiles(listing, settings));
    }));
    for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
    return false;
  } catch (error) {
    if (error instanceof EngineError && error.failure.kind === 'stopped') return true;
    throw error;
  } finally {
    await pool.drop((key) => key === held);
  }
}
