/**
 * The noise floor of a run: its network evaluated again under other realisations of float32 rounding, whose relative noise is 1e-7. As a rule
 * the parameters stay those of the run: what moves is what another order of summation (another machine, another number of threads) could have
 * moved in the run as it stands. On request the noise acts in the calibration too. On the sample the first flips 0 to 2 of 1,000 predictions, the
 * second 2 to 22 (docs/decisions/0004). Either way the control repeat without noise is exactly the run.
 */
import { bestNoise, noiseSpread, storedNoiseSchema, type NoiseAnswers, type NoiseEvent, type NoiseRepeat, type NoiseResult, type NoiseScope, type StoredNoise } from '../../../shared/noise';
import { EngineError, fail } from '../../../shared/failure';
import { roundingNoise } from '../../core/graph/perturb';
import { storedRun } from '../results/stored-run';
import { isFloat } from '../runs/plan';
import { answerKinds } from '../store/answer-kinds';
import type { StopFlag } from '../workers/stop-flag';
import { controlSeed, openNoiseNetwork } from './noise-network';
import { answersOf, compareRepeat, spreadBatches, top1Of } from './noise-plan';
import type { RunSources } from './run-sources';

export interface NoiseOptions {
  readonly repeats: number;
  readonly scope: NoiseScope;
  /** Null: all images that the run has evaluated. */
  readonly images: number | null;
  readonly stop: StopFlag;
  readonly emit: (event: NoiseEvent) => void;
}

/** Of each scope the stored answer on the most images. */
export async function storedNoise({ store }: Pick<RunSources, 'store'>, runId: string): Promise<NoiseAnswers> {
  await storedRun(store, runId);
  const answers = await store.savedAnalyses(runId, answerKinds.noise, storedNoiseSchema);
  const best = (scope: NoiseScope): NoiseResult | null => {
    const found = bestNoise(answers.filter((answer) => answer.scope === scope));
    return found === null ? null : toResult(runId, found, 'done');
  };
  return { evaluation: best('evaluation'), calibration: best('calibration') };
}

/** Repeats that are stored are not measured again; each new one is stored when it is done. Stopped, it answers with what there is. */
export async function measureNoise(sources: RunSources, runId: string, { repeats, scope, images, stop, emit }: NoiseOptions): Promise<NoiseResult> {
  const { store } = sources;
  const run = await storedRun(store, runId);
  if (scope === 'calibration' && isFloat(run.settings)) throw fail('settings', 'An FP32 run has nothing to calibrate', { place: runId, next: 'Measure rounding in its evaluation' });
  const { batch } = run.settings;
  const committed = await store.committedBatches(runId);
  const batches = spreadBatches(committed, batch, images);
  const answers = answersOf((await store.predictions(runId, 0, run.total)).predictions, batches, batch);
  if (answers.size === 0) throw fail('not-found', 'This run has not evaluated any image yet', { place: runId, next: 'Continue the run first' });
  // A run that went on has other batches to choose from.
  const question = { scope, images: answers.size, of: committed.length, noise: roundingNoise };
  let known: StoredNoise = (await store.savedAnalysis(runId, answerKinds.noise, question, storedNoiseSchema)) ?? { scope, images: answers.size, noise: roundingNoise, runTop1: top1Of(answers), control: null, repeats: [] };
  const seeds = Array.from({ length: repeats }, (_, index) => index + 1);
  const result = (state: NoiseResult['state']): NoiseResult => toResult(runId, { ...known, repeats: known.repeats.filter(({ seed }) => seeds.includes(seed)) }, state);
  const missing = [...(known.control === null ? [controlSeed] : []), ...seeds.filter((seed) => !known.repeats.some((repeat) => repeat.seed === seed))];
  if (missing.length === 0) return result('done');
  const network = await openNoiseNetwork(sources, run, batches, scope);
  const each = answers.size + network.calibrationImages;
  const progress = new Map<number, number>();
  const report = (seed: number, done: number): void => {
    progress.set(seed, Math.max(progress.get(seed) ?? 0, Math.min(each, done)));
    emit({ kind: 'progress', done: Math.round([...progress.values()].reduce((sum, value) => sum + value, 0)), total: missing.length * each });
  };
  try {
    for (const seed of missing) {
      const seen = await network.answers(seed, missing, stop, report);
      report(seed, each);
      known = withRepeat(known, compareRepeat(seed, answers, seen));
      await store.saveAnalysis(runId, answerKinds.noise, question, known);
      emit({ kind: 'repeat', result: result('done') });
    }
    return result('done');
  } catch (error) {
    if (error instanceof EngineError && error.failure.kind === 'stopped') return result('stopped');
    throw error;
  }
}

function withRepeat(known: StoredNoise, repeat: NoiseRepeat): StoredNoise {
  if (repeat.seed === controlSeed) return { ...known, control: repeat };
  return { ...known, repeats: [...known.repeats, repeat].sort((a, b) => a.seed - b.seed) };
}

function toResult(runId: string, stored: StoredNoise, state: NoiseResult['state']): NoiseResult {
  return { ...stored, runId, state, spread: noiseSpread(stored.repeats) };
}
