/** What a model is said to reach beside what was measured on a few pictures. */
import { countOf } from './answers';
import { wilsonInterval } from '../metrics/wilson-interval';
import { binomialTail } from './compare';

/** A figure that is right is called wrong this often. */
const wrongly = 0.001;

/** `interval`: 95 %, in percent. `side`: where the measurement lies, when it disagrees beyond chance. */
export interface Expectation {
  readonly side: 'below' | 'above' | 'agrees';
  readonly interval: [number, number];
}

/** `expected` in percent. */
export function expectation(right: Uint8Array, expected: number): Expectation {
  const hits = countOf(right);
  const [low, high] = wilsonInterval(hits, right.length);
  const share = Math.min(1, Math.max(0, expected / 100));
  const above = binomialTail(hits, right.length, share);
  // P(at most as many hits): the misses' upper tail.
  const below = binomialTail(right.length - hits, right.length, 1 - share);
  return { side: below < wrongly ? 'below' : above < wrongly ? 'above' : 'agrees', interval: [100 * low, 100 * high] };
}
