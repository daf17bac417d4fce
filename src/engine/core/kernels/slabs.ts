const POLL_EVERY = 1 << 20;

/**
 * Elements per call of a kernel. Small on purpose: V8 compiles a function that is called often as a whole, but one that
 * is called once with a long loop only around that loop, and falls back to the interpreter at its end (measured: 6
 * against 28 ns per element). Loops over whole tensors go through `forEachSlab` or `forEachRange`.
 */
const SLAB = 8192;

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
  chunks: readonly Float32Array[],
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

/** Visits 0 .. length in short runs of whole groups of `group` elements. */
export function forEachRange(length: number, group: number, visit: (from: number, to: number) => void): void {
  const step = Math.max(1, Math.floor(SLAB / group)) * group;
  for (let from = 0; from < length; from += step) visit(from, Math.min(from + step, length));
}

/** Number of elements of a chunked tensor. */
export function countElements(chunks: readonly Float32Array[]): number {
  let count = 0;
  for (const chunk of chunks) count += chunk.length;
  return count;
}
