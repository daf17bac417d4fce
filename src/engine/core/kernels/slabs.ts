import type { Chunks } from './chunk-source';

const POLL_EVERY = 1 << 20;

/**
 * Elements per call of a kernel. Small on purpose: V8 compiles a function that is called often as a whole, but one that
 * is called once with a long loop only around that loop, and falls back to the interpreter at its end (measured: 6
 * against 28 ns per element). Loops over whole tensors go through `forEachSlab` or `forEachRange`.
 */
const SLAB = 8192;

/** Elements per run of whole rows: they stay in the second cache while each channel of them is looked at. */
const ROW_SLAB = 1 << 16;

/** Called with the number of elements just processed. */
export type Tick = (elements: number) => void;

/** Called at least every 2 million elements; may throw to stop the work. */
export type Poll = () => void;

/** Turns `poll` into a counter, so that many small tensors do not poll once each. */
export function createTick(poll: Poll | undefined): Tick {
  if (!poll) return () => undefined;
  let since = 0;
  return (elements) => {
    since += elements;
    if (since >= POLL_EVERY) {
      since = 0;
      poll();
    }
  };
}

/** Visits a chunked tensor in order, in short runs, ticking after each. */
export function forEachSlab(
  chunks: Chunks,
  tick: Tick,
  visit: (chunk: Float32Array, from: number, to: number) => void,
): void {
  for (const chunk of chunks) {
    for (let from = 0; from < chunk.length; from += SLAB) {
      const to = Math.min(from + SLAB, chunk.length);
      visit(chunk, from, to);
      tick(to - from);
    }
  }
}

/** As `forEachSlab` for a tensor [.., channels] in chunks of whole rows: every run is of whole rows too. */
export function forEachRowSlab(
  chunks: Chunks,
  channels: number,
  tick: Tick,
  visit: (chunk: Float32Array, from: number, to: number) => void,
): void {
  const step = Math.max(1, Math.floor(ROW_SLAB / channels)) * channels;
  for (const chunk of chunks) {
    if (chunk.length % channels !== 0) throw new Error(`a chunk is not made of whole rows of ${channels} channels`);
    for (let from = 0; from < chunk.length; from += step) {
      const to = Math.min(from + step, chunk.length);
      visit(chunk, from, to);
      tick(to - from);
    }
  }
}

/** Visits 0 .. length in short runs of whole groups of `group` elements. */
export function forEachRange(length: number, group: number, visit: (from: number, to: number) => void): void {
  const step = Math.max(1, Math.floor(SLAB / group)) * group;
  for (let from = 0; from < length; from += step) visit(from, Math.min(from + step, length));
}
