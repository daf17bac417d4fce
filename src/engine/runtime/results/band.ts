/** How an accuracy became certain: top-1 and its interval over the first images of a run, then over more and more of them. */
import { wilsonInterval } from '../../core/metrics/wilson-interval';
import type { Band } from '../../../shared/records';
import type { Store } from '../store/store-types';
import { percentInterval } from './run-record';
import { storedRun } from './stored-run';

const most = 100;

/** Images counted in the order of the list, which is balanced over the classes from its beginning on. */
export async function runBand(store: Store, runId: string): Promise<Band> {
  const run = await storedRun(store, runId);
  const { top1Correct } = await store.outcomes(runId);
  const places = bandPlaces(top1Correct.length);
  const points: Band['points'] = [];
  let correct = 0;
  let next = 0;
  for (const [at, right] of top1Correct.entries()) {
    correct += right;
    if (at + 1 !== places[next]) continue;
    next++;
    points.push({ images: at + 1, top1: (100 * correct) / (at + 1), ci95: percentInterval(wilsonInterval(correct, at + 1)) });
  }
  return { runId, total: run.total, points };
}

/** Numbers of images at which the band is drawn: even steps, the last is all of them. */
export function bandPlaces(images: number): number[] {
  const count = Math.min(images, most);
  return Array.from({ length: count }, (_, i) => Math.round(((i + 1) * images) / count));
}
