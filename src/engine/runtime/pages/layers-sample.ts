/** What the layers page's questions need of a run: its network taken apart on the workers, and batches of its list. */
import { fail } from '../../../shared/failure';
import { balancedSubset } from '../../core/random/balanced-subset';
import type { NetworkParameters } from '../../core/graph/parameters';
import type { KnownModel } from '../library/model-library';
import { storedRun } from '../results/stored-run';
import { cellRequirement } from '../runs/evaluation-job';
import { isFloat } from '../runs/plan';
import type { StoredRun } from '../store/store-types';
import type { Requirement, WorkerPool } from '../workers/pool';
import type { BatchSpec } from '../workers/protocol';
import { runBatch } from './images-cell';
import type { RunSources } from './run-sources';

/** Seed of the sample: fixed, so that the same images serve every run and every question. */
const sampleSeed = 0;

export interface StudiedRun {
  readonly run: StoredRun;
  readonly model: KnownModel;
  readonly pool: WorkerPool;
  /** Key of the loaded study. */
  readonly study: string;
  readonly needs: readonly Requirement[];
}

/** Throws a failure for an FP32 run, and for one that is not calibrated. Studies of other runs are dropped. */
export async function studiedRun(sources: RunSources, runId: string): Promise<StudiedRun> {
  const run = await storedRun(sources.store, runId);
  const { settings } = run;
  if (isFloat(settings)) throw fail('settings', 'FP32 has no quantisers whose error could be shown', { place: runId, next: 'Choose a quantised run' });
  const calibration = await sources.store.calibration(runId);
  if (calibration === null) throw fail('not-found', 'This run is not calibrated yet', { place: runId, next: 'Continue the run first' });
  const model = await sources.model(run);
  const { hash } = model.record;
  const study = studyKey(hash, runId);
  const { task } = cellRequirement(model, study, settings, JSON.parse(calibration.state) as NetworkParameters);
  if (task.kind !== 'load-cell') throw new Error('a cell is loaded by load-cell');
  const pool = await sources.pool();
  await dropOthers(pool, study);
  return { run, model, pool, study, needs: [model.requirement, { key: study, task: { kind: 'load-study', study, model: hash, batch: settings.batch, network: task.network } }] };
}

const studySuffix = '/layers';

/** Asked for last, by pool. */
const lastStudy = new WeakMap<WorkerPool, string>();

/** A drop waits until every worker is between two tasks: only when there may be something to drop. */
async function dropOthers(pool: WorkerPool, study: string): Promise<void> {
  const last = lastStudy.get(pool);
  lastStudy.set(pool, study);
  if (last !== undefined && last !== study) await pool.drop((key) => key.endsWith(studySuffix) && key !== study);
}

/** Belongs to a run: an evaluation drops it with the run's cell. */
const studyKey = (modelHash: string, runId: string): string => `${modelHash}/run/${runId}${studySuffix}`;

/**
 * Batches of the run's list with `images` images at least, if it has so many: a class-balanced choice (the list itself is in the order of
 * classes), a smaller one within every larger one, in whole batches of the run. Null: all. Ascending.
 */
export function sampleBatches(labels: ArrayLike<number>, batch: number, images: number | null): number[] {
  const count = Math.ceil(labels.length / batch);
  if (images === null || images >= labels.length) return Array.from({ length: count }, (_, index) => index);
  const wanted = Math.ceil(images / batch);
  const chosen = new Set<number>();
  for (const image of balancedSubset(Array.from(labels), labels.length, sampleSeed)) {
    chosen.add(Math.floor(image / batch));
    if (chosen.size === wanted) break;
  }
  return [...chosen].sort((a, b) => a - b);
}

/** Those batches with absolute paths. */
export async function sampleSpecs(sources: RunSources, run: StoredRun, images: number | null): Promise<BatchSpec[]> {
  const listed = await sources.store.listedImages(run.listId);
  return Promise.all(sampleBatches(listed.labels, run.settings.batch, images).map((batch) => runBatch(sources, run, listed, batch)));
}

/** In pieces of about `images` images, and no fewer than there are workers. */
export function chunksOf(specs: readonly BatchSpec[], batch: number, images: number, workers: number): BatchSpec[][] {
  const size = Math.max(1, Math.min(Math.ceil(images / batch), Math.ceil(specs.length / workers)));
  return Array.from({ length: Math.ceil(specs.length / size) }, (_, chunk) => specs.slice(chunk * size, (chunk + 1) * size));
}
