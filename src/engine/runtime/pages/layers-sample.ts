/** What the layers page's questions need of a run: its network taken apart on the workers, and the pieces that a sample is handed out in. */
import { fail } from '../../../shared/failure';
import type { NetworkParameters } from '../../core/graph/parameters';
import type { KnownModel } from '../library/model-library';
import { storedRun } from '../results/stored-run';
import { cellRequirement } from '../runs/evaluation-job';
import { isFloat } from '../runs/plan';
import type { StoredRun } from '../store/store-types';
import type { Requirement, WorkerPool } from '../workers/pool';
import type { BatchSpec } from '../workers/protocol';
import type { RunSources } from './run-sources';

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

/** In pieces of about `images` images, and no fewer than there are workers. */
export function chunksOf(specs: readonly BatchSpec[], batch: number, images: number, workers: number): BatchSpec[][] {
  const size = Math.max(1, Math.min(Math.ceil(images / batch), Math.ceil(specs.length / workers)));
  return Array.from({ length: Math.ceil(specs.length / size) }, (_, chunk) => specs.slice(chunk * size, (chunk + 1) * size));
}
