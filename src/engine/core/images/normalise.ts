/** Bytes to network input: (x / 255 - mean) / std, each step rounded to float32 as torch does. */
import type { Picture } from './picture';

export type Channels = readonly [number, number, number];

/** The 256 possible values of each channel, [3, 256]. */
export function normalisationTable(mean: Channels, std: Channels): Float32Array {
  const table = new Float32Array(3 * 256);
  for (let channel = 0; channel < 3; channel++) {
    const m = Math.fround(mean[channel]);
    const s = Math.fround(std[channel]);
    for (let byte = 0; byte < 256; byte++) {
      table[channel * 256 + byte] = Math.fround(Math.fround(byte / 255) - m) / s;
    }
  }
  return table;
}

/**
 * Writes the picture as [3, height, width] float32 into `out` from `offset` on.
 * The caller builds the table once per preprocessing with `normalisationTable`.
 */
export function normaliseWithTable(picture: Picture, table: Float32Array, out: Float32Array, offset: number): void {
  const { data } = picture;
  const area = picture.width * picture.height;
  if (offset + 3 * area > out.length) throw new RangeError(`tensor of ${out.length} has no room for ${3 * area} values at ${offset}`);
  let source = 0;
  let red = offset;
  let green = offset + area;
  let blue = offset + 2 * area;
  for (let pixel = 0; pixel < area; pixel++) {
    out[red++] = table[data[source]];
    out[green++] = table[256 + data[source + 1]];
    out[blue++] = table[512 + data[source + 2]];
    source += 3;
  }
}
