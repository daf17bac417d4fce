/** A tensor that is only ever there in part, as one that comes from a file. */
import type { ChunkSource } from '../../src/engine/core/kernels/chunk-source';

/** The pieces in order, each in the same memory, which holds NaN as soon as the next one is asked for. */
export function streamed(pieces: readonly Float32Array[]): ChunkSource {
  const memory = new Float32Array(Math.max(0, ...pieces.map((piece) => piece.length)));
  return {
    elements: pieces.reduce((sum, piece) => sum + piece.length, 0),
    *[Symbol.iterator]() {
      for (const piece of pieces) {
        memory.fill(NaN);
        memory.set(piece);
        yield memory.subarray(0, piece.length);
      }
    },
  };
}

/** Cuts a tensor at whole rows; `ends` are any numbers. */
export function cutAt(x: Float32Array, ends: readonly number[], row = 1): Float32Array[] {
  const rows = x.length / row;
  const edges = [0, ...ends.map((end) => Math.abs(Math.trunc(end)) % (rows + 1)), rows].sort((a, b) => a - b);
  return edges.slice(1).map((end, index) => x.subarray((edges[index] ?? 0) * row, end * row));
}
