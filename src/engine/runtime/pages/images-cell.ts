/** The network of a run in reference arithmetic, where heads can be left alone, and batches of the run's list for it. */
import { fail } from '../../../shared/failure';
import type { NetworkParameters } from '../../core/graph/parameters';
import type { KnownModel } from '../library/model-library';
import { batchSpec, cellRequirement, type ImageList } from '../runs/evaluation-job';
import { cellKey, floatCell } from '../runs/keys';
import { isFloat } from '../runs/plan';
import type { StoredRun } from '../store/store-types';
import type { Requirement } from '../workers/pool';
import type { BatchSpec } from '../workers/protocol';
import type { RunSources } from './run-sources';

export interface ImagesCell {
  readonly run: StoredRun;
  readonly model: KnownModel;
  /** The run's own network, or for an integer run the same parameters in reference arithmetic: integer maps have no place for an unquantised head. */
  readonly cell: string;
  readonly float: string;
  readonly needs: readonly Requirement[];
}

/** Throws a failure for an FP32 run, and for one that is not calibrated. */
export async function imagesCell(sources: RunSources, run: StoredRun): Promise<ImagesCell> {
  const { settings } = run;
  if (isFloat(settings)) throw fail('settings', 'FP32 quantises no attention map', { place: run.id, next: 'Choose a quantised run' });
  const calibration = await sources.store.calibration(run.id);
  if (calibration === null) throw fail('not-found', 'This run is not calibrated yet', { place: run.id, next: 'Continue the run first' });
  const model = await sources.model(run);
  const { hash } = model.record;
  const cell = settings.arithmetic === 'integer' ? `${hash}/in-reference/${run.id}` : cellKey(hash, run.id, settings);
  const parameters = JSON.parse(calibration.state) as NetworkParameters;
  const float = floatCell(hash, settings.batch);
  return {
    run, model, cell, float,
    needs: [
      model.requirement,
      { key: float, task: { kind: 'load-cell', cell: float, model: hash, batch: settings.batch, network: { kind: 'float' } } },
      cellRequirement(model, cell, { ...settings, arithmetic: 'reference' }, parameters),
    ],
  };
}

/** Throws a 'not-found' failure for a head that the model does not have. */
export function requireHead({ model }: ImagesCell, block: number, head: number): void {
  const heads = model.shared.structure.blocks[block]?.heads ?? 0;
  if (head >= heads) throw fail('not-found', `Block ${block} head ${head} does not exist`, { file: model.record.name, expected: `a block below ${model.record.blocks.length}` });
}

/** Batch k of the run's list with absolute paths: every pass is one of the run's own batches. */
export async function runBatch(sources: RunSources, run: StoredRun, listed: ImageList, batch: number): Promise<BatchSpec> {
  const spec = batchSpec(listed, (file) => file, batch, run.settings.batch);
  return { ...spec, files: await Promise.all(spec.files.map((file) => sources.path(run, file))) };
}

/** Does `work` on every item, as many at a time as there are workers, two each. */
export async function feedAll<T>(items: readonly T[], workers: number, work: (item: T, index: number) => Promise<void>): Promise<void> {
  const waiting = [...items.entries()];
  const feed = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) await work(next[1], next[0]);
  };
  const ends = await Promise.allSettled(Array.from({ length: 2 * workers }, feed));
  for (const end of ends) if (end.status === 'rejected') throw end.reason;
}
