/**
 * The noise floor of a run: its network evaluated again under other realisations of float32 rounding, whose relative noise is 1e-7. The
 * parameters stay those of the run: what moves is what another order of summation (another machine, another number of threads) could have
 * moved in the run as it stands, and the control repeat without noise is exactly the run. Calibrating anew under noise would measure
 * something else, how far the parameters wander, which is what other draws show.
 */
import { bestNoise, noiseSpread, storedNoiseSchema, type NoiseEvent, type NoiseRepeat, type NoiseResult, type StoredNoise } from '../../../shared/noise';
import { EngineError, fail } from '../../../shared/failure';
import { roundingNoise } from '../../core/graph/perturb';
import type { NetworkParameters } from '../../core/graph/parameters';
import type { KnownModel } from '../library/model-library';
import { noiseKind } from '../results/cell-spread';
import { storedRun } from '../results/stored-run';
import { batchSpec, cellRequirement, type ImageList } from '../runs/evaluation-job';
import { isFloat } from '../runs/plan';
import type { StoredRun } from '../store/store-types';
import type { Requirement, WorkerPool } from '../workers/pool';
import type { BatchSpec } from '../workers/protocol';
import type { StopFlag } from '../workers/stop-flag';
import { answerOf, answersOf, compareRepeat, spreadBatches, top1Of, type Answer } from './noise-plan';
import type { RunSources } from './run-sources';

/** The realisation that is the network as it is. */
const controlSeed = 0;
/** Images of one task: a stop is noticed within it, and an evaluation gets its turn between two. */
const taskImages = 16;

export interface NoiseOptions {
  readonly repeats: number;
  /** Null: all images that the run has evaluated. */
  readonly images: number | null;
  readonly stop: StopFlag;
  readonly emit: (event: NoiseEvent) => void;
}

/** The stored answer on the most images; null when the question was never asked. */
export async function storedNoise(sources: Pick<RunSources, 'store'>, runId: string): Promise<NoiseResult | null> {
  await storedRun(sources.store, runId);
  const best = bestNoise(await sources.store.savedAnalyses(runId, noiseKind, storedNoiseSchema));
  return best === null ? null : toResult(runId, best, 'done');
}

/** Repeats that are stored are not measured again; each new one is stored when it is done. Stopped, it answers with what there is. */
export async function measureNoise(sources: RunSources, runId: string, { repeats, images, stop, emit }: NoiseOptions): Promise<NoiseResult> {
  const { store } = sources;
  const run = await storedRun(store, runId);
  const { batch } = run.settings;
  const committed = await store.committedBatches(runId);
  const batches = spreadBatches(committed, batch, images);
  const answers = answersOf((await store.predictions(runId, 0, run.total)).predictions, batches, batch);
  if (answers.size === 0) throw fail('not-found', 'This run has not evaluated any image yet', { place: runId, next: 'Continue the run first' });
  // A run that went on has other batches to choose from.
  const question = { images: answers.size, of: committed.length, noise: roundingNoise };
  let known: StoredNoise = (await store.savedAnalysis(runId, noiseKind, question, storedNoiseSchema)) ?? { images: answers.size, noise: roundingNoise, runTop1: top1Of(answers), control: null, repeats: [] };
  const seeds = Array.from({ length: repeats }, (_, index) => index + 1);
  const result = (state: NoiseResult['state']): NoiseResult => toResult(runId, { ...known, repeats: known.repeats.filter(({ seed }) => seeds.includes(seed)) }, state);
  const missing = [...(known.control === null ? [controlSeed] : []), ...seeds.filter((seed) => !known.repeats.some((repeat) => repeat.seed === seed))];
  if (missing.length === 0) return result('done');
  const measuring = await prepare(sources, run, batches);
  let finished = 0;
  const total = missing.length * answers.size;
  try {
    for (const [place, seed] of missing.entries()) {
      const seen = await measuring.evaluate(seed, stop, (count) => {
        finished = Math.min(total, finished + count);
        emit({ kind: 'progress', done: finished, total });
      });
      finished = (place + 1) * answers.size;
      known = withRepeat(known, compareRepeat(seed, answers, seen));
      await store.saveAnalysis(runId, noiseKind, question, known);
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

interface Measuring {
  /** One realisation over all batches; `onImages` is told how many more are done. */
  evaluate(seed: number, stop: StopFlag, onImages: (count: number) => void): Promise<Map<number, Answer>>;
}

async function prepare(sources: RunSources, run: StoredRun, batches: readonly number[]): Promise<Measuring> {
  const { store } = sources;
  const model = await sources.model(run);
  const pool = await sources.pool();
  const parameters = await parametersOf(sources, run);
  const listed = await store.listedImages(run.listId);
  const specs: BatchSpec[] = [];
  for (const batch of batches) specs.push(await absoluteSpec(sources, run, listed, batch));
  return {
    evaluate: async (seed, stop, onImages) => {
      const need = realisation(model, run, parameters, seed);
      try {
        return await evaluateAll({ pool, model, run, need, specs, stop, onImages });
      } finally {
        await pool.drop((key) => key === need.key);
      }
    },
  };
}

async function parametersOf({ store }: RunSources, run: StoredRun): Promise<NetworkParameters | null> {
  if (isFloat(run.settings)) return null;
  const calibration = await store.calibration(run.id);
  if (calibration === null) throw fail('not-found', 'This run is not calibrated yet', { place: run.id, next: 'Continue the run first' });
  return JSON.parse(calibration.state) as NetworkParameters;
}

async function absoluteSpec(sources: RunSources, run: StoredRun, listed: ImageList, batch: number): Promise<BatchSpec> {
  const spec = batchSpec(listed, (file) => file, batch, run.settings.batch);
  return { ...spec, files: await Promise.all(spec.files.map((file) => sources.path(run, file))) };
}

/** The run's network with every product's rounding another. */
function realisation(model: KnownModel, run: StoredRun, parameters: NetworkParameters | null, seed: number): Requirement {
  const key = `${model.record.hash}/noise/${run.id}/${seed}`;
  const { task } = cellRequirement(model, key, run.settings, parameters);
  if (task.kind !== 'load-cell') throw new Error('a cell is loaded by load-cell');
  return { key, task: seed === controlSeed ? task : { ...task, rounding: seed } };
}

interface Evaluation {
  readonly pool: WorkerPool;
  readonly model: KnownModel;
  readonly run: StoredRun;
  readonly need: Requirement;
  readonly specs: readonly BatchSpec[];
  readonly stop: StopFlag;
  readonly onImages: (count: number) => void;
}

/** Tasks are handed out two per worker, so that whatever else is asked of the workers comes in between. */
async function evaluateAll({ pool, model, run, need, specs, stop, onImages }: Evaluation): Promise<Map<number, Answer>> {
  const answers = new Map<number, Answer>();
  const size = Math.max(1, Math.floor(taskImages / run.settings.batch));
  const groups = Array.from({ length: Math.ceil(specs.length / size) }, (_, group) => specs.slice(group * size, (group + 1) * size));
  const feed = async (): Promise<void> => {
    for (let group = groups.shift(); group !== undefined; group = groups.shift()) {
      await pool.run<'evaluate'>({ kind: 'evaluate', cells: [need.key], batches: group, preprocess: run.settings.preprocess }, { needs: [model.requirement, need], stop, onEvent: (event) => {
        if (event.kind !== 'batch') return;
        const outcomes = event.outcome.cells.flatMap((cell) => cell.outcomes);
        for (const outcome of outcomes) answers.set(outcome.index, answerOf(outcome));
        onImages(outcomes.length);
      } });
    }
  };
  const ends = await Promise.allSettled(Array.from({ length: 2 * pool.size }, feed));
  for (const end of ends) if (end.status === 'rejected') throw end.reason;
  return answers;
}
