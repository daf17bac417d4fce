import type { Tick } from './slabs';

/** Rows in one call of the loop (see forEachSlab for why they are few). */
const ROWS = 1 << 10;

/** Rows gathered channel by channel: their cache lines stay in the first cache meanwhile. */
const BAND = 128;

/**
 * Gathers channels first .. first + width of a row-major tensor [.., channels], so that each lies contiguous:
 * out[c * stride + row] = x[row, first + c].
 */
export function transposeChannels(
  chunks: readonly Float32Array[],
  channels: number,
  first: number,
  width: number,
  out: Float32Array,
  stride: number,
  tick: Tick,
): void {
  let before = 0;
  for (const chunk of chunks) {
    const rows = chunk.length / channels;
    for (let from = 0; from < rows; from += ROWS) {
      const to = Math.min(from + ROWS, rows);
      gather(chunk, channels, first, width, out, stride, before, from, to);
      tick((to - from) * width);
    }
    before += rows;
  }
}

function gather(
  x: Float32Array,
  channels: number,
  first: number,
  width: number,
  out: Float32Array,
  stride: number,
  before: number,
  from: number,
  to: number,
): void {
  for (let start = from; start < to; start += BAND) {
    const end = Math.min(start + BAND, to);
    for (let c = 0; c < width; c++) {
      let target = c * stride + before + start;
      for (let source = start * channels + first + c; source < end * channels; source += channels)
        out[target++] = x[source];
    }
  }
}
