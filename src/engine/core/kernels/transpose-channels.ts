import type { Tick } from './slabs';

/** Rows between two ticks. */
const ROWS = 1 << 15;

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
  for (let row = from; row < to; row++) {
    const source = row * channels + first;
    const target = before + row;
    for (let c = 0; c < width; c++) out[target + c * stride] = x[source + c];
  }
}
