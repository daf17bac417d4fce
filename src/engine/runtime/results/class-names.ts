/** What the numbers in a run's predictions and labels are called. */
import { outputNames } from '../../core/gate/output-names';
import { imagenetTables } from '../datasets/imagenet-class-list';
import type { Store, StoredRun } from '../store/store-types';
import { storedRun } from './stored-run';

/** A name for each output of the run's model, null where nothing says one. From the store alone: neither model nor data set has to be there. Throws EngineError 'not-found'. */
export async function classNames(store: Store, runId: string): Promise<(string | null)[]> {
  return classNamesOf(store, await storedRun(store, runId));
}

export async function classNamesOf(store: Store, run: StoredRun): Promise<(string | null)[]> {
  const dataset = (await store.datasets()).find(({ id }) => id === run.datasetId);
  const model = (await store.models()).find(({ id }) => id === run.modelId);
  const classes = (dataset?.classes ?? []).map((listed) => ({ ...listed, wordNetId: null }));
  const outputs = model?.classes ?? Math.max(0, ...classes.map(({ label }) => label + 1));
  return outputNames(
    { labelSet: dataset?.labelSet === 'imagenet-1k' ? 'imagenet-1k' : 'own', classes, outputs, outputNames: model?.outputNames ?? null },
    run.settings.labelMap ?? null, dataset?.unconfirmed === true, imagenetTables,
  );
}
