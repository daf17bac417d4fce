/** The data set that a run was made on. */
import { join } from 'node:path';
import { fail } from '../../../shared/failure';
import type { DatasetRecord } from '../../../shared/records';
import { loadDataset, type KnownDataset } from '../library/dataset-library';
import type { Store, StoredRun } from '../store/store-types';

/** Throws a 'not-found' failure for a data set that is not in the workspace. */
export async function storedDataset(store: Store, datasetId: string): Promise<DatasetRecord> {
  const dataset = (await store.datasets()).find(({ id }) => id === datasetId);
  if (dataset === undefined) throw fail('not-found', 'The data set is not in the workspace', { place: datasetId, next: 'Open its folder again' });
  return dataset;
}

/** The run's data set, listed anew. Throws a 'dataset-unreadable' failure when its pictures are not those of the run any more. */
export async function datasetOfRun(store: Store, run: StoredRun, shouldStop?: () => boolean): Promise<KnownDataset> {
  const { root, labels } = await storedDataset(store, run.datasetId);
  const dataset = await loadDataset(root, { labels, ...(shouldStop === undefined ? {} : { shouldStop }) });
  if (dataset.record.hash === run.datasetHash) return dataset;
  throw fail('dataset-unreadable', 'The data set has changed since this run', { file: root, expected: 'the pictures that were there then', next: 'Put the pictures back, or run again on those that are there now' });
}

/** The absolute path of a file of the run's data set; inside an archive or a parquet file, the text that says where. */
export async function pathOfRun(store: Store, run: StoredRun, file: string): Promise<string> {
  const { root, layout, labels } = await storedDataset(store, run.datasetId);
  return layout === 'archives' || layout === 'parquet' ? (await loadDataset(root, { labels })).path(file) : join(root, ...file.split('/'));
}
