/** A data set as a choice of labels makes it, with pictures to look at. */
import { resolve } from 'node:path';
import type { DatasetPreview, DatasetPreviewQuestion, DatasetSample } from '../../../shared/dataset-preview';
import { EngineError } from '../../../shared/failure';
import { loadDataset, type ListingOptions } from '../library/dataset-library';
import type { WorkerPool } from '../workers/pool';

/** Side of a thumbnail, in pixels. */
const side = 112;

/** Nothing is stored. @throws EngineError what listing throws */
export async function previewDataset(pool: () => Promise<WorkerPool>, { root, labels, pictures }: DatasetPreviewQuestion, options: Omit<ListingOptions, 'labels'>): Promise<DatasetPreview> {
  const { record, listing, path } = await loadDataset(resolve(root), { ...options, labels });
  const { val, classes } = listing;
  const count = Math.min(pictures, val.count);
  // Pictures lie in the order of their classes: even steps go through all of them.
  const indices = Array.from({ length: count }, (_, step) => Math.floor(((step + 0.5) * val.count) / count));
  const byLabel = new Map(classes.map((known) => [known.label, known]));
  const workers = count === 0 ? null : await pool();
  const samples = await Promise.all(indices.map(async (index): Promise<DatasetSample> => {
    const { file, label } = val.ref(index);
    const known = byLabel.get(label);
    return { file, label, name: known?.name ?? String(label), folder: known?.folder ?? '', picture: workers === null ? null : await thumbnail(workers, path(file)) };
  }));
  return { record, samples };
}

async function thumbnail(pool: WorkerPool, file: string): Promise<DatasetSample['picture']> {
  try {
    const { width, height, data } = await pool.run<'thumbnail'>({ kind: 'thumbnail', file, side }, { urgent: true });
    return { width, height, data };
  } catch (error) {
    // One picture that cannot be read is shown as such; anything else is told.
    if (error instanceof EngineError && error.failure.kind === 'image-skipped') return null;
    throw error;
  }
}
