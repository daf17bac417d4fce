/**
 * A tensor in pieces that need not all be in memory. It can be read as often as one likes, always in the same order; a
 * piece is good only until the next one is asked for, because its memory may be used again.
 */
export interface ChunkSource extends Iterable<Float32Array> {
  /** Number of elements in all pieces together. */
  readonly elements: number;
}

/** A tensor as statistics take it: pieces that are there anyway, or a source that fetches them. */
export type Chunks = readonly Float32Array[] | ChunkSource;

/** Number of elements of a chunked tensor. */
export function countElements(chunks: Chunks): number {
  if ('elements' in chunks) return chunks.elements;
  let count = 0;
  for (const chunk of chunks) count += chunk.length;
  return count;
}
