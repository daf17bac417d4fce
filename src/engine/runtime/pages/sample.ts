/**
 * The sample that questions about "some images of a run" are answered on. A run's list is in the order of classes, so its beginning holds a
 * few classes only; and every pass must take whole batches of the run, since an image comes out as it did only beside the same neighbours.
 */
import { batchOrder } from '../runs/batches';
import type { StoredRun } from '../store/store-types';
import type { BatchSpec } from '../workers/protocol';
import { runBatch } from './images-cell';
import type { RunSources } from './run-sources';

/**
 * Batches of the run's list with `images` images at least, if it has so many: those that hold the first of a class-balanced choice, so that a
 * smaller sample is within every larger one. Null: all. Ascending.
 * @param labels class of each image of the list
 * @param batch images in each batch but the last
 */
export function sampleBatches(labels: ArrayLike<number>, batch: number, images: number | null): number[] {
  const count = Math.ceil(labels.length / batch);
  if (images === null || images >= labels.length) return Array.from({ length: count }, (_, index) => index);
  const chosen: number[] = [];
  let held = 0;
  for (const index of batchOrder(labels, batch)) {
    if (held >= images) break;
    chosen.push(index);
    held += Math.min(batch, labels.length - index * batch);
  }
  return chosen.sort((a, b) => a - b);
}

/** Those batches with absolute paths. */
export async function sampleSpecs(sources: RunSources, run: StoredRun, images: number | null): Promise<BatchSpec[]> {
  const listed = await sources.store.listedImages(run.listId);
  return Promise.all(sampleBatches(listed.labels, run.settings.batch, images).map((batch) => runBatch(sources, run, listed, batch)));
}

/** Images of some batches. */
export function imagesOf(specs: readonly BatchSpec[]): number {
  return specs.reduce((sum, { files }) => sum + files.length, 0);
}
