/**
 * Separable resampling of 8-bit RGB, equal to Pillow's `resize` bit for bit: horizontal pass, rounded to bytes, then vertical pass.
 * Only the rows and columns of a region of the result are computed, because the centre crop throws the rest away.
 */
import { createPicture, type Picture } from './picture';
import type { Interpolation } from './resample-filters';
import { fractionBits, tapsFor, type ResampleTaps } from './resample-taps';

const half = 1 << (fractionBits - 1);
const bandRows = 64;

export interface Region {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** A line of output bytes that share their taps: a column of one channel, or a whole row. */
interface Line {
  readonly input: Uint8Array;
  /** From sample to sample of the line, in bytes. */
  readonly stride: number;
  /** From tap to tap, in bytes. */
  readonly reach: number;
  readonly output: Uint8Array;
  readonly outputStride: number;
  /** Working space, one per byte of the line. */
  readonly sums: Int32Array;
}

/** The last eight taps, and the bytes: weights in registers. The usual reduction of photographs has five to eight taps and needs no more. */
function finishEight({ input, stride, reach, output, outputStride, sums }: Line, from: number, to: number, weights: Int32Array, slot: number): void {
  const w0 = weights[slot];
  const w1 = weights[slot + 1];
  const w2 = weights[slot + 2];
  const w3 = weights[slot + 3];
  const w4 = weights[slot + 4];
  const w5 = weights[slot + 5];
  const w6 = weights[slot + 6];
  const w7 = weights[slot + 7];
  const r2 = 2 * reach;
  const r3 = 3 * reach;
  const r4 = 4 * reach;
  const r5 = 5 * reach;
  const r6 = 6 * reach;
  const r7 = 7 * reach;
  const { length } = sums;
  for (let i = 0, a = from, b = to; i < length; i++, a += stride, b += outputStride) {
    const value = (sums[i] + Math.imul(input[a], w0) + Math.imul(input[a + reach], w1) + Math.imul(input[a + r2], w2) + Math.imul(input[a + r3], w3)
      + Math.imul(input[a + r4], w4) + Math.imul(input[a + r5], w5) + Math.imul(input[a + r6], w6) + Math.imul(input[a + r7], w7)) >> fractionBits;
    output[b] = value < 0 ? 0 : value > 255 ? 255 : value;
  }
}

function addFour({ input, stride, reach, sums }: Line, from: number, weights: Int32Array, slot: number): void {
  const w0 = weights[slot];
  const w1 = weights[slot + 1];
  const w2 = weights[slot + 2];
  const w3 = weights[slot + 3];
  const r2 = 2 * reach;
  const r3 = 3 * reach;
  const { length } = sums;
  for (let i = 0, a = from; i < length; i++, a += stride) {
    sums[i] += Math.imul(input[a], w0) + Math.imul(input[a + reach], w1) + Math.imul(input[a + r2], w2) + Math.imul(input[a + r3], w3);
  }
}

function addOne({ input, stride, sums }: Line, from: number, w0: number): void {
  const { length } = sums;
  for (let i = 0, a = from; i < length; i++, a += stride) sums[i] += Math.imul(input[a], w0);
}

function writeSums({ sums, output, outputStride }: Line, to: number): void {
  const { length } = sums;
  for (let i = 0, b = to; i < length; i++, b += outputStride) {
    const value = sums[i] >> fractionBits;
    output[b] = value < 0 ? 0 : value > 255 ? 255 : value;
  }
}

/** Writes a line whose first tap is at byte `from` to byte `to` on, with the taps of output sample `index`. */
function mix(line: Line, from: number, to: number, { step, counts, weights, width }: ResampleTaps, index: number): void {
  const count = counts[index];
  const first = index * width;
  line.sums.fill(half);
  let tap = 0;
  if (step === 4) {
    for (; tap < count && count - tap !== 8; tap += 4) addFour(line, from + tap * line.reach, weights, first + tap);
    if (tap < count) {
      finishEight(line, from + tap * line.reach, to, weights, first + tap);
      return;
    }
  }
  for (; tap < count; tap++) addOne(line, from + tap * line.reach, weights[first + tap]);
  writeSums(line, to);
}

/**
 * [rows, region columns, 3]: input rows firstRow.. mixed along x, one column and channel at a time. Rows are taken in bands that
 * stay in the cache while all columns pass over them.
 */
function horizontalPass(input: Picture, taps: ResampleTaps, region: Region, firstRow: number, rows: number, output: Uint8Array): void {
  const stride = input.width * 3;
  const outputStride = region.width * 3;
  for (let band = 0; band < rows; band += bandRows) {
    const sums = new Int32Array(Math.min(bandRows, rows - band));
    const line: Line = { input: input.data, stride, reach: 3, output, outputStride, sums };
    const source = (firstRow + band) * stride;
    for (let column = 0; column < region.width; column++) {
      const from = source + taps.starts[column] * 3;
      const to = band * outputStride + column * 3;
      for (let channel = 0; channel < 3; channel++) mix(line, from + channel, to + channel, taps, column);
    }
  }
}

/** [region rows, stride]: rows of `input` (its row 0 is `firstRow` of the picture) mixed along y. */
function verticalPass(input: Uint8Array, stride: number, taps: ResampleTaps, region: Region, firstRow: number, output: Uint8Array): void {
  const line: Line = { input, stride: 1, reach: stride, output, outputStride: 1, sums: new Int32Array(stride) };
  for (let row = 0; row < region.height; row++) mix(line, (taps.starts[row] - firstRow) * stride, row * stride, taps, row);
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
  const firstRow = taps.starts[0];
  let rows = 0;
  for (let row = 0; row < region.height; row++) rows = Math.max(rows, taps.starts[row] + taps.counts[row] - firstRow);
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
