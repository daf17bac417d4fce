import { bitsOf, floatFromBits } from './float-bits';
import { forEachSlab, type Tick } from './slabs';
import { notFinite } from './unusable-tensor-error';

const BUCKETS = 1 << 16;
const EXPONENT = 0x7f80;

/**
 * Order statistics of a tensor of any size in two passes, without sorting or copying it: a histogram over the upper
 * 16 bits of the floats finds the bucket of each wanted rank, a second one over the lower 16 bits, only inside
 * the few wanted buckets, finds the float itself. -0 counts as smaller than +0.
 *
 * @param ranks wanted positions in ascending order of value, 0-based, sorted ascending
 * @returns the value at each rank
 * @throws UnusableTensorError when an element is not finite
 */
export function selectRanks(chunks: readonly Float32Array[], ranks: readonly number[], tick: Tick): Float64Array {
  const histogram = new Uint32Array(BUCKETS);
  forEachSlab(chunks, tick, (chunk, from, to) => countUpper(bitsOf(chunk), from, to, histogram));
  for (const sign of [0, 0x8000]) {
    for (let bucket = sign | EXPONENT; bucket < (sign | EXPONENT) + 0x80; bucket++) {
      if (histogram[bucket] > 0) throw notFinite(chunks);
    }
  }

  const wanted = locate(histogram, ranks, upperBucket);
  const slotOf = new Uint8Array(BUCKETS);
  const buckets = [...new Set(wanted.map(({ bucket }) => bucket))];
  buckets.forEach((bucket, index) => (slotOf[bucket] = index + 1));
  const flat = new Uint32Array(BUCKETS * buckets.length);
  forEachSlab(chunks, tick, (chunk, from, to) => countLower(bitsOf(chunk), from, to, slotOf, flat));

  return Float64Array.from(wanted, ({ bucket, rank }) => {
    const start = (slotOf[bucket] - 1) * BUCKETS;
    const negative = bucket >= 0x8000;
    const [found] = locate(flat.subarray(start, start + BUCKETS), [rank], (step) =>
      negative ? BUCKETS - 1 - step : step,
    );
    return floatFromBits((bucket << 16) | found.bucket);
  });
}

/** Bucket of the step-th smallest upper half: the negatives backwards, then the positives. */
function upperBucket(step: number): number {
  return step < 0x8000 ? 0xffff - step : step - 0x8000;
}

/** For each rank the bucket that holds it and the rank inside that bucket; `order` gives buckets by value. */
function locate(
  histogram: Uint32Array,
  ranks: readonly number[],
  order: (step: number) => number,
): { bucket: number; rank: number }[] {
  const found: { bucket: number; rank: number }[] = [];
  let before = 0;
  for (let step = 0; step < BUCKETS && found.length < ranks.length; step++) {
    const bucket = order(step);
    const after = before + histogram[bucket];
    while (found.length < ranks.length && ranks[found.length] < after) {
      found.push({ bucket, rank: ranks[found.length] - before });
    }
    before = after;
  }
  if (found.length < ranks.length) throw new Error(`rank ${ranks[found.length]} of ${before} elements`);
  return found;
}

function countUpper(bits: Int32Array, from: number, to: number, histogram: Uint32Array): void {
  for (let i = from; i < to; i++) histogram[bits[i] >>> 16]++;
}

function countLower(bits: Int32Array, from: number, to: number, slotOf: Uint8Array, flat: Uint32Array): void {
  for (let i = from; i < to; i++) {
    const slot = slotOf[bits[i] >>> 16];
    if (slot !== 0) flat[((slot - 1) << 16) | (bits[i] & 0xffff)]++;
  }
}
