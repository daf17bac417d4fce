/** A run's network in other realisations of float32 rounding, over chosen batches of its images. */
import { fail } from '../../../shared/failure';
import type { NoiseScope } from '../../../shared/noise';
import type { NetworkParameters } from '../../core/graph/parameters';
import type { KnownModel } from '../library/model-library';
import { calibrationTask, parametersFor, requireScratch, scratchFolder } from '../runs/calibration-task';
import { batchSpec, cellRequirement, type ImageList } from '../runs/evaluation-job';
import { isFloat } from '../runs/plan';
import type { StoredRun } from '../store/store-types';
import type { Requirement, WorkerPool } from '../workers/pool';
import type { BatchSpec } from '../workers/protocol';
import type { StopFlag } from '../workers/stop-flag';
import { drawnFiles } from './calibration-pictures';
import { answerOf, type Answer } from './noise-plan';
import type { RunSources } from './run-sources';

/** The realisation that is the network as it is. */
export const controlSeed = 0;
/** Images of one task: a stop is noticed within it, and an evaluation gets its turn between two. */
const taskImages = 16;

/** Told how many of a realisation's images are done, those of its calibration first. */
type Report = (seed: number, done: number) => void;

export interface NoiseNetwork {
  /** Images of each realisation's calibration; 0 when the run's parameters are used. */
  readonly calibrationImages: number;
  /** What a realisation says of every image. `order`: all that will be asked for, so that calibrations of the next ones begin beside it. */
  answers(seed: number, order: readonly number[], stop: StopFlag, report: Report): Promise<Map<number, Answer>>;
}

export async function openNoiseNetwork(sources: RunSources, run: StoredRun, batches: readonly number[], scope: NoiseScope): Promise<NoiseNetwork> {
  const model = await sources.model(run);
  const pool = await sources.pool();
  const listed = await sources.store.listedImages(run.listId);
  const specs: BatchSpec[] = [];
  for (const batch of batches) specs.push(await absoluteSpec(sources, run, listed, batch));
  const calibrator = scope === 'calibration' ? await openCalibrator(sources, run, model, pool) : null;
  const stored = calibrator === null ? await storedParameters(sources, run) : null;
  const calibrationImages = calibrator?.images ?? 0;
  return {
    calibrationImages,
    answers: async (seed, order, stop, report) => {
      const parameters = calibrator === null ? stored : await calibrator.parameters(seed, order, stop, report);
      const need = realisation(model, run, parameters, seed);
      let done = calibrationImages;
      try {
        return await evaluateAll({ pool, model, run, need, specs, stop, onImages: (count) => report(seed, done += count) });
      } finally {
        await pool.drop((key) => key === need.key);
      }
    },
  };
}

async function storedParameters({ store }: RunSources, run: StoredRun): Promise<NetworkParameters | null> {
  if (isFloat(run.settings)) return null;
  const calibration = await store.calibration(run.id);
  if (calibration === null) throw fail('not-found', 'This run is not calibrated yet', { place: run.id, next: 'Continue the run first' });
  return JSON.parse(calibration.state) as NetworkParameters;
}

interface NoisyCalibrator {
  readonly images: number;
  parameters(seed: number, order: readonly number[], stop: StopFlag, report: Report): Promise<NetworkParameters>;
}

/** Calibrates on the run's own pictures, as many realisations at once as there are workers. */
async function openCalibrator(sources: RunSources, run: StoredRun, model: KnownModel, pool: WorkerPool): Promise<NoisyCalibrator> {
  const { files } = await drawnFiles(sources, run);
  const scratch = scratchFolder(sources.store);
  const paths = await Promise.all(files.map((file) => sources.path(run, file)));
  requireScratch(model, Array.from({ length: pool.size }, () => ({ images: files.length, batch: run.settings.batch })), pool.size, scratch);
  const known = new Map<number, NetworkParameters>();
  const calibrate = async (seed: number, stop: StopFlag, report: Report): Promise<void> => {
    const { task, needs } = calibrationTask(model, run.settings, paths, scratch);
    const calibrator = `${task.calibrator}/noise/${seed}`;
    const prepared = needs.map((need): Requirement => (need.task.kind === 'prepare-calibration' ? { key: calibrator, task: { ...need.task, calibrator, ...rounding(seed) } } : need));
    try {
      const outcome = await pool.run<'calibrate'>({ ...task, calibrator }, { needs: prepared, stop, onEvent: (event) => { if (event.kind === 'site') report(seed, (files.length * event.done) / event.total); } });
      known.set(seed, parametersFor(run.settings, outcome.parameters));
    } finally {
      await pool.drop((key) => key === calibrator);
    }
  };
  return {
    images: files.length,
    parameters: async (seed, order, stop, report) => {
      if (!known.has(seed)) {
        const next = order.slice(order.indexOf(seed)).slice(0, pool.size);
        for (const end of await Promise.allSettled(next.map((other) => calibrate(other, stop, report)))) if (end.status === 'rejected') throw end.reason;
      }
      const found = known.get(seed);
      if (found === undefined) throw new Error(`the realisation ${seed} was not calibrated`);
      known.delete(seed);
      return found;
    },
  };
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
  return { key, task: { ...task, ...rounding(seed) } };
}

function rounding(seed: number): { readonly rounding?: number } {
  return seed === controlSeed ? {} : { rounding: seed };
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
