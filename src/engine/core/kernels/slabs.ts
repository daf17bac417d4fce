const SLAB = 1 << 20;

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
    if (since >= SLAB) {
      since = 0;
      poll();
    }
  };
}

/** Visits a chunked tensor in order, in runs of at most 2^20 elements, ticking after each. */
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

/** Number of elements of a chunked tensor. */
export function countElements(chunks: readonly Float32Array[]): number {
  let count = 0;
  for (const chunk of chunks) count += chunk.length;
  return count;
}
