/**
 * Separable resampling of 8-bit RGB, equal to Pillow's `resize` bit for bit: horizontal pass, rounded to bytes, then vertical pass.
 * Only the rows and columns of a region of the result are computed, because the centre crop throws the rest away.
 */
import { createPicture, type Picture } from './picture';
import type { Interpolation } from './resample-filters';
import { fractionBits, tapsFor, type ResampleTaps } from './resample-taps';

export interface Region {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

const half = 1 << (fractionBits - 1);

function clampByte(value: number): number {
  return value < 0 ? 0 : value > 255 ? 255 : value;
}

/** [rows, region columns, 3]: input rows firstRow.. mixed along x. */
function horizontalPass(input: Picture, taps: ResampleTaps, region: Region, firstRow: number, rows: number, output: Uint8Array): void {
  const { starts, counts, weights, width: slots } = taps;
  const { data } = input;
  const stride = input.width * 3;
  const columns = region.width;
  for (let row = 0; row < rows; row++) {
    const rowBase = (firstRow + row) * stride;
    let at = row * columns * 3;
    for (let column = 0; column < columns; column++) {
      const first = column * slots;
      const last = first + counts[column];
      let source = rowBase + starts[column] * 3;
      let red = half;
      let green = half;
      let blue = half;
      for (let tap = first; tap < last; tap++) {
        const weight = weights[tap];
        red = (red + Math.imul(data[source], weight)) | 0;
        green = (green + Math.imul(data[source + 1], weight)) | 0;
        blue = (blue + Math.imul(data[source + 2], weight)) | 0;
        source += 3;
      }
      output[at] = clampByte(red >> fractionBits);
      output[at + 1] = clampByte(green >> fractionBits);
      output[at + 2] = clampByte(blue >> fractionBits);
      at += 3;
    }
  }
}

/** [region rows, stride]: rows of `input` (its row 0 is `firstRow` of the picture) mixed along y. */
function verticalPass(input: Uint8Array, stride: number, taps: ResampleTaps, region: Region, firstRow: number, output: Uint8Array): void {
  const { starts, counts, weights, width: slots } = taps;
  // One row of sums at a time: the inner loop then runs along memory.
  const sums = new Int32Array(stride);
  for (let row = 0; row < region.height; row++) {
    const count = counts[row];
    sums.fill(half);
    for (let tap = 0; tap < count; tap++) {
      const weight = weights[row * slots + tap];
      const base = (starts[row] + tap - firstRow) * stride;
      for (let i = 0; i < stride; i++) sums[i] = (sums[i] + Math.imul(input[base + i], weight)) | 0;
    }
    const at = row * stride;
    for (let i = 0; i < stride; i++) output[at + i] = clampByte(sums[i] >> fractionBits);
  }
}

// Grown to the largest picture seen and reused: one picture is resampled at a time per thread.
let between = new Uint8Array(0);

function scratch(bytes: number): Uint8Array {
  if (between.length < bytes) between = new Uint8Array(bytes);
  return between;
}

function copyRegion(picture: Picture, region: Region): Picture {
  const output = createPicture(region.width, region.height);
  for (let row = 0; row < region.height; row++) {
    const from = ((region.top + row) * picture.width + region.left) * 3;
    output.data.set(picture.data.subarray(from, from + region.width * 3), row * region.width * 3);
  }
  return output;
}

/**
 * The part `region` of `picture` resized to `width` x `height`. The region must lie inside the resized picture.
 * A direction whose size does not change is copied, as in Pillow.
 */
export function resampleRegion(picture: Picture, width: number, height: number, interpolation: Interpolation, region: Region): Picture {
  const tapsX = width === picture.width ? null : tapsFor(picture.width, width, interpolation, region.left, region.width);
  if (height === picture.height) {
    if (tapsX === null) return copyRegion(picture, region);
    const output = createPicture(region.width, region.height);
    horizontalPass(picture, tapsX, region, region.top, region.height, output.data);
    return output;
  }
  const taps = tapsFor(picture.height, height, interpolation, region.top, region.height);
  const last = region.height - 1;
  const firstRow = taps.starts[0];
  const rows = taps.starts[last] + taps.counts[last] - firstRow;
  const stride = region.width * 3;
  let middle: Uint8Array;
  if (tapsX !== null) {
    middle = scratch(rows * stride);
    horizontalPass(picture, tapsX, region, firstRow, rows, middle);
  } else {
    middle = copyRegion(picture, { left: region.left, top: firstRow, width: region.width, height: rows }).data;
  }
  const output = createPicture(region.width, region.height);
  verticalPass(middle, stride, taps, region, firstRow, output.data);
  return output;
}

/** The whole picture resized to `width` x `height`. */
export function resample(picture: Picture, width: number, height: number, interpolation: Interpolation): Picture {
  return resampleRegion(picture, width, height, interpolation, { left: 0, top: 0, width, height });
}
