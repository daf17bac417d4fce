/** Elements that a uniform quantiser cannot reach. */
import { roundHalfEven } from '../kernels/round-half-even';
import { gridBounds, type UniformParameters } from '../kernels/uniform-parameters';

export interface Clipped {
  readonly low: number;
  readonly high: number;
}

const slab = 8192;

/** How many of the first `length` elements lie outside the grid: rne(x / delta) below its first or above its last value. NaN is outside of nothing. */
export function countClipped(x: Float32Array, { delta, zeroPoint }: UniformParameters, bits: number, length = x.length): Clipped {
  const bounds = gridBounds(zeroPoint, bits);
  // The least and the greatest float that are not clipped: found once, compared often.
  const counts = new Float64Array(2);
  const first = edge(bounds.low, delta, -1);
  const last = edge(bounds.high, delta, 1);
  for (let from = 0; from < length; from += slab) countSlab(x, from, Math.min(length, from + slab), first, last, counts);
  return { low: counts[0], high: counts[1] };
}

function countSlab(x: Float32Array, from: number, to: number, first: number, last: number, counts: Float64Array): void {
  let low = 0;
  let high = 0;
  for (let i = from; i < to; i++) {
    const value = x[i];
    if (value < first) low++;
    else if (value > last) high++;
  }
  counts[0] += low;
  counts[1] += high;
}

/** The outermost float on this side whose rne(f(x / delta)) is within `bound`: bisection between a value inside and one outside. */
function edge(bound: number, delta: number, side: -1 | 1): number {
  const inside = (x: number): boolean => {
    const q = roundHalfEven(Math.fround(x / delta));
    return side < 0 ? q >= bound : q <= bound;
  };
  let good = Math.fround(bound * delta);
  if (!inside(good)) good = Math.fround(Math.fround((bound - side) * delta));
  let bad = Math.fround((bound + side * 2) * delta);
  for (;;) {
    const middle = Math.fround((good + bad) / 2);
    if (middle === good || middle === bad) return good;
    if (inside(middle)) good = middle;
    else bad = middle;
  }
}
