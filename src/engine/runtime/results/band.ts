/** How an accuracy became certain: top-1 and its interval over the first images of a run, then over more and more of them. */
import { wilsonInterval } from '../../core/metrics/wilson-interval';
import type { Band } from '../../../shared/records';
import type { Store } from '../store/store-types';
import { batchOrder } from '../runs/batches';
import { percentInterval } from './run-record';
import { storedRun } from './stored-run';

const most = 100;

/** Images counted in the order in which batches are evaluated, which is balanced over the classes from its beginning on. */
export async function runBand(store: Store, runId: string): Promise<Band> {
  const run = await storedRun(store, runId);
  const [{ index, top1Correct }, { labels }] = await Promise.all([store.outcomes(runId), store.listedImages(run.listId)]);
  const places = bandPlaces(top1Correct.length);
  const points: Band['points'] = [];
  let correct = 0;
  let next = 0;
  for (const [at, right] of inOrder(index, top1Correct, batchOrder(labels, run.settings.batch), run.settings.batch).entries()) {
    correct += right;
    if (at + 1 !== places[next]) continue;
    next++;
    points.push({ images: at + 1, top1: (100 * correct) / (at + 1), ci95: percentInterval(wilsonInterval(correct, at + 1)) });
  }
  return { runId, total: run.total, points };
}

/** Whether each evaluated image is right, by batch in `order`; images of the list that are not evaluated are passed over. */
function inOrder(index: Int32Array, correct: Uint8Array, order: readonly number[], size: number): number[] {
  const byImage = new Map(Array.from(index, (image, at) => [image, correct[at] ?? 0]));
  return order.flatMap((batch) => Array.from({ length: size }, (_, slot) => byImage.get(batch * size + slot))).filter((right) => right !== undefined);
}

/** Numbers of images at which the band is drawn: even steps, the last is all of them. */
export function bandPlaces(images: number): number[] {
  const count = Math.min(images, most);
  return Array.from({ length: count }, (_, i) => Math.round(((i + 1) * images) / count));
}
