import type { Chunks } from './chunk-source';
import { bitsOf, floatFromBits } from './float-bits';
import { forEachSlab, type Tick } from './slabs';
import { notFinite } from './unusable-tensor-error';

const BUCKETS = 1 << 16;
const EXPONENT = 0x7f80;

// Blocks and tables as constants of the module, for the reason given in level-codes.ts. Neighbours often share a bucket:
// two histograms in turn keep one increment from waiting for the one before it.
const BLOCK = 4096;
const IN = new Int32Array(BLOCK);
const UPPER = new Int32Array(2 * BUCKETS);
/** Slot of a bucket that is looked into, plus one; zero elsewhere, and everywhere between two slabs. */
const SLOT_OF = new Uint8Array(BUCKETS);

/** Elements after which the histogram's whole numbers of 32 bits are emptied into doubles. */
const DRAIN_EVERY = 2 ** 30;

/**
 * Order statistics of a tensor of any size in two passes, without sorting or copying it: a histogram over the upper
 * 16 bits of the floats finds the bucket of each wanted rank, a second one over the lower 16 bits, only inside
 * the few wanted buckets, finds the float itself. -0 counts as smaller than +0.
 *
 * @param ranks wanted positions in ascending order of value, 0-based, sorted ascending
 * @returns the value at each rank
 * @throws UnusableTensorError when an element is not finite
 */
export function selectRanks(chunks: Chunks, ranks: readonly number[], tick: Tick): Float64Array {
  const histogram = upperHistogram(chunks, tick);
  for (const sign of [0, 0x8000]) {
    for (let bucket = sign | EXPONENT; bucket < (sign | EXPONENT) + 0x80; bucket++) {
      if (histogram[bucket] > 0) throw notFinite(chunks);
    }
  }

  const wanted = locate(histogram, ranks, upperBucket);
  const buckets = [...new Set(wanted.map(({ bucket }) => bucket))];
  // One bucket can hold more elements than 32 bits count.
  const most = buckets.reduce((greatest, bucket) => Math.max(greatest, histogram[bucket]), 0);
  const lower = most < 2 ** 32 ? lowerCounts(buckets.length) : new Float64Array(BUCKETS * buckets.length);
  forEachSlab(chunks, tick, (chunk, from, to) => {
    // Set and cleared for each slab: `tick` and the source of the chunks may run other work.
    buckets.forEach((bucket, index) => (SLOT_OF[bucket] = index + 1));
    countLower(bitsOf(chunk), from, to, lower);
    for (const bucket of buckets) SLOT_OF[bucket] = 0;
  });

  return Float64Array.from(wanted, ({ bucket, rank }) => {
    const start = buckets.indexOf(bucket) * BUCKETS;
    const negative = bucket >= 0x8000;
    const [found] = locate(lower.subarray(start, start + BUCKETS), [rank], (step) =>
      negative ? BUCKETS - 1 - step : step,
    );
    return floatFromBits((bucket << 16) | found.bucket);
  });
}

/** Kept from one call to the next: megabytes that would otherwise wait for garbage collection, operand after operand. */
let lowerMemory = new Uint32Array(0);

function lowerCounts(slots: number): Uint32Array {
  if (lowerMemory.length < BUCKETS * slots) lowerMemory = new Uint32Array(BUCKETS * slots);
  return lowerMemory.subarray(0, BUCKETS * slots).fill(0);
}

/** How many elements have each upper half. */
function upperHistogram(chunks: Chunks, tick: Tick): Float64Array {
  const histogram = new Float64Array(BUCKETS);
  let since = 0;
  UPPER.fill(0);
  const drain = (): void => {
    for (let bucket = 0; bucket < BUCKETS; bucket++) histogram[bucket] += UPPER[bucket] + UPPER[BUCKETS + bucket];
    UPPER.fill(0);
    since = 0;
  };
  forEachSlab(chunks, tick, (chunk, from, to) => {
    if (since + (to - from) > DRAIN_EVERY) drain();
    since += to - from;
    countUpper(bitsOf(chunk), from, to);
  });
  drain();
  return histogram;
}

/** Bucket of the step-th smallest upper half: the negatives backwards, then the positives. */
function upperBucket(step: number): number {
  return step < 0x8000 ? 0xffff - step : step - 0x8000;
}

/** For each rank the bucket that holds it and the rank inside that bucket; `order` gives buckets by value. */
function locate(
  histogram: Uint32Array | Float64Array,
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

function countUpper(bits: Int32Array, from: number, to: number): void {
  for (let start = from; start < to; start += BLOCK) {
    const length = Math.min(BLOCK, to - start);
    IN.set(bits.subarray(start, start + length));
    countBlock(length);
  }
}

function countBlock(length: number): void {
  for (let i = 0; i < length; i++) {
    const place = ((i & 1) << 16) | (IN[i] >>> 16);
    UPPER[place] = (UPPER[place] + 1) | 0;
  }
}

function countLower(bits: Int32Array, from: number, to: number, lower: Uint32Array | Float64Array): void {
  for (let start = from; start < to; start += BLOCK) {
    const length = Math.min(BLOCK, to - start);
    IN.set(bits.subarray(start, start + length));
    countLowerBlock(length, lower);
  }
}

function countLowerBlock(length: number, lower: Uint32Array | Float64Array): void {
  for (let i = 0; i < length; i++) {
    const slot = SLOT_OF[IN[i] >>> 16];
    if (slot !== 0) lower[((slot - 1) << 16) | (IN[i] & 0xffff)]++;
  }
}
