/** How an accuracy became certain: top-1 and its interval over the first images of a run, then over more and more of them. */
import { wilsonInterval } from '../../core/metrics/wilson-interval';
import type { Band } from '../../../shared/records';
import type { Store } from '../store/store-types';
import { batchOrder } from '../runs/batches';
import { percentInterval } from './run-record';
import { storedRun } from './stored-run';

const most = 100;

/** Orders of evaluation by the labels that the store keeps, and by the size of a batch: a live band is asked for again and again. */
const orders = new WeakMap<Int32Array, Map<number, readonly number[]>>();

/** Images counted in the order in which batches are evaluated, which is balanced over the classes from its beginning on. */
export async function runBand(store: Store, runId: string): Promise<Band> {
  const run = await storedRun(store, runId);
  const [{ index, top1Correct }, labels] = await Promise.all([store.outcomes(runId), store.listedLabels(run.listId)]);
  const places = bandPlaces(top1Correct.length);
  const points: Band['points'] = [];
  let correct = 0;
  let next = 0;
  let images = 0;
  for (const right of inOrder(index, top1Correct, knownOrder(labels, run.settings.batch), run.settings.batch)) {
    correct += right;
    images++;
    if (images !== places[next]) continue;
    next++;
    points.push({ images, top1: (100 * correct) / images, ci95: percentInterval(wilsonInterval(correct, images)) });
  }
  return { runId, total: run.total, points };
}

/** Whether each evaluated image is right, by batch in `order`; images of the list that are not evaluated are passed over. */
function* inOrder(index: Int32Array, correct: Uint8Array, order: readonly number[], size: number): Generator<number> {
  const missing = 2;
  const right = new Uint8Array(order.length * size).fill(missing);
  index.forEach((image, at) => { right[image] = correct[at] ?? missing; });
  for (const batch of order) {
    for (let image = batch * size; image < (batch + 1) * size; image++) {
      const one = right[image] ?? missing;
      if (one !== missing) yield one;
    }
  }
}

function knownOrder(labels: Int32Array, size: number): readonly number[] {
  const bySize = orders.get(labels) ?? new Map<number, readonly number[]>();
  const order = bySize.get(size) ?? batchOrder(labels, size);
  bySize.set(size, order);
  orders.set(labels, bySize);
  return order;
}

/** Numbers of images at which the band is drawn: even steps, the last is all of them. */
export function bandPlaces(images: number): number[] {
  const count = Math.min(images, most);
  return Array.from({ length: count }, (_, i) => Math.round(((i + 1) * images) / count));
}
