import type { Chunks } from './chunk-source';
import { forEachRowSlab, type Tick } from './slabs';
import { addUniformErrors, type ThreeGrids } from './uniform-error';

/** Channels gathered at once: one cache line of a row. */
const WIDTH = 16;

/** Rows gathered at once: they stay in the first cache with their copies. */
const ROWS = 256;

/** Between channels not a power of two, or sixteen parallel streams fall on the same few cache sets. */
const STRIDE = ROWS + WIDTH;

/**
 * Squared error of each channel, the last axis, under its three candidate grids, in one pass. Every channel is summed in
 * the order of its rows, as if it were a tensor of its own.
 *
 * @param bounds for each channel as `addUniformErrors` takes them, or null: nothing is summed
 * @returns for each channel the three sums
 */
export function channelErrors(chunks: Chunks, bounds: readonly (ThreeGrids | null)[], tick: Tick): Float64Array[] {
  const channels = bounds.length;
  const sums = bounds.map(() => new Float64Array(3));
  const gathered = new Float32Array(WIDTH * STRIDE);
  forEachRowSlab(chunks, channels, tick, (chunk, from, to) => {
    for (let start = from; start < to; start += ROWS * channels) {
      const rows = Math.min(ROWS, (to - start) / channels);
      for (let first = 0; first < channels; first += WIDTH) {
        const width = Math.min(WIDTH, channels - first);
        gather(chunk, start + first, rows, channels, width, gathered);
        for (let c = 0; c < width; c++) {
          const grids = bounds[first + c];
          if (grids !== null) addUniformErrors(gathered, c * STRIDE, c * STRIDE + rows, grids, sums[first + c]);
        }
      }
    }
  });
  return sums;
}

/** out[c * STRIDE + row] = x[start + row * channels + c] */
function gather(x: Float32Array, start: number, rows: number, channels: number, width: number, out: Float32Array): void {
  for (let c = 0; c < width; c++) {
    let source = start + c;
    for (let target = c * STRIDE; target < c * STRIDE + rows; target++) {
      out[target] = x[source];
      source += channels;
    }
  }
}
