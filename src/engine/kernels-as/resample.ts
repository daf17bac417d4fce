/**
 * Resampling of 8-bit RGB as src/engine/core/images/resample.ts defines it, bit for bit: sums of bytes times weights of 22 fractional bits,
 * rounded to bytes after each direction. A weight is split into a low part of 16 bits (signed) and a high part, so that exact 16-bit
 * dot products do the work: sum = low sums + (high sums << 16), modulo 2^32 like the definition's.
 *
 * Weights are laid out for two taps at a time: [low of tap 0, low of tap 1, high of tap 0, high of tap 1] as int16, 8 bytes per two taps.
 */
const FRACTION_BITS = 22;
const HALF = 1 << (FRACTION_BITS - 1);

// @ts-ignore: decorator
@inline
function finish(low: v128, high: v128): v128 {
  return i32x4.shr_s(i32x4.add(low, i32x4.shl(high, 16)), FRACTION_BITS);
}

// @ts-ignore: decorator
@inline
function storePixel(target: usize, low: v128, high: v128): void {
  const value = finish(low, high);
  const words = i16x8.narrow_i32x4_s(value, value);
  v128.store_lane<i32>(target, i8x16.narrow_i16x8_u(words, words), 0);
}

/** `two`: weights of pixels 0 and 1 of the 16 bytes, `nextTwo`: of 2 and 3. Both taps of a channel come side by side: [r r g g b b 0 0]; index 16 gives 0. */
// @ts-ignore: decorator
@inline
function addFour(sum: v128, pixels: v128, two: v128, nextTwo: v128): v128 {
  const first = v128.swizzle(pixels, i8x16(0, 16, 3, 16, 1, 16, 4, 16, 2, 16, 5, 16, 16, 16, 16, 16));
  const second = v128.swizzle(pixels, i8x16(6, 16, 9, 16, 7, 16, 10, 16, 8, 16, 11, 16, 16, 16, 16, 16));
  return i32x4.add(sum, i32x4.add(i32x4.dot_i16x8_s(first, two), i32x4.dot_i16x8_s(second, nextTwo)));
}

/**
 * Mixes `rows` rows of RGB along x into `columns` pixels each. `starts`: first pixel of each column's taps, int32; `left`: the pixel that
 * lies at `source`; `quads`: groups of four taps per column. Reads up to four bytes behind the last tap, writes one byte behind each row.
 * Four rows at once share the loads of their weights.
 */
export function resampleRows(source: usize, sourceStride: usize, rows: i32, target: usize, targetStride: usize, starts: usize, left: i32, weights: usize, columns: i32, quads: i32): void {
  const half = i32x4.splat(HALF);
  const none = i32x4.splat(0);
  let row = 0;
  for (; row + 4 <= rows; row += 4) {
    let weight = weights;
    let out = target;
    for (let column = 0; column < columns; column++) {
      let at = source + <usize>(3 * (load<i32>(starts + (<usize>column << 2)) - left));
      let low0 = half, low1 = half, low2 = half, low3 = half;
      let high0 = none, high1 = none, high2 = none, high3 = none;
      for (let quad = 0; quad < quads; quad++) {
        const low = v128.load32_splat(weight), high = v128.load32_splat(weight, 4);
        const nextLow = v128.load32_splat(weight, 8), nextHigh = v128.load32_splat(weight, 12);
        let pixels = v128.load(at);
        low0 = addFour(low0, pixels, low, nextLow);
        high0 = addFour(high0, pixels, high, nextHigh);
        pixels = v128.load(at + sourceStride);
        low1 = addFour(low1, pixels, low, nextLow);
        high1 = addFour(high1, pixels, high, nextHigh);
        pixels = v128.load(at + 2 * sourceStride);
        low2 = addFour(low2, pixels, low, nextLow);
        high2 = addFour(high2, pixels, high, nextHigh);
        pixels = v128.load(at + 3 * sourceStride);
        low3 = addFour(low3, pixels, low, nextLow);
        high3 = addFour(high3, pixels, high, nextHigh);
        at += 12;
        weight += 16;
      }
      storePixel(out, low0, high0);
      storePixel(out + targetStride, low1, high1);
      storePixel(out + 2 * targetStride, low2, high2);
      storePixel(out + 3 * targetStride, low3, high3);
      out += 3;
    }
    source += 4 * sourceStride;
    target += 4 * targetStride;
  }
  for (; row < rows; row++) {
    let weight = weights;
    let out = target;
    for (let column = 0; column < columns; column++) {
      let at = source + <usize>(3 * (load<i32>(starts + (<usize>column << 2)) - left));
      let low = half;
      let high = none;
      for (let quad = 0; quad < quads; quad++) {
        const pixels = v128.load(at);
        low = addFour(low, pixels, v128.load32_splat(weight), v128.load32_splat(weight, 8));
        high = addFour(high, pixels, v128.load32_splat(weight, 4), v128.load32_splat(weight, 12));
        at += 12;
        weight += 16;
      }
      storePixel(out, low, high);
      out += 3;
    }
    source += sourceStride;
    target += targetStride;
  }
}

/**
 * Mixes rows of bytes along y into `rows` rows of `targetStride` bytes, a multiple of 16. `starts`: first row of each row's taps, int32;
 * `top`: the row that lies at `source`; `pairs`: groups of two taps per row.
 */
export function resampleColumns(source: usize, stride: usize, target: usize, targetStride: usize, rows: i32, starts: usize, top: i32, weights: usize, pairs: i32): void {
  const half = i32x4.splat(HALF);
  const none = i32x4.splat(0);
  for (let row = 0; row < rows; row++) {
    const from = source + stride * <usize>(load<i32>(starts + (<usize>row << 2)) - top);
    for (let x: usize = 0; x < targetStride; x += 16) {
      let at = from + x;
      let weight = weights;
      let l0 = half, l1 = half, l2 = half, l3 = half, h0 = none, h1 = none, h2 = none, h3 = none;
      for (let pair = 0; pair < pairs; pair++) {
        const above = v128.load(at), below = v128.load(at + stride);
        const low = v128.load32_splat(weight), high = v128.load32_splat(weight, 4);
        const left = v128.shuffle<u8>(above, below, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
        const right = v128.shuffle<u8>(above, below, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
        let words = i16x8.extend_low_i8x16_u(left);
        l0 = i32x4.add(l0, i32x4.dot_i16x8_s(words, low));
        h0 = i32x4.add(h0, i32x4.dot_i16x8_s(words, high));
        words = i16x8.extend_high_i8x16_u(left);
        l1 = i32x4.add(l1, i32x4.dot_i16x8_s(words, low));
        h1 = i32x4.add(h1, i32x4.dot_i16x8_s(words, high));
        words = i16x8.extend_low_i8x16_u(right);
        l2 = i32x4.add(l2, i32x4.dot_i16x8_s(words, low));
        h2 = i32x4.add(h2, i32x4.dot_i16x8_s(words, high));
        words = i16x8.extend_high_i8x16_u(right);
        l3 = i32x4.add(l3, i32x4.dot_i16x8_s(words, low));
        h3 = i32x4.add(h3, i32x4.dot_i16x8_s(words, high));
        at += 2 * stride;
        weight += 8;
      }
      v128.store(target + x, i8x16.narrow_i16x8_u(i16x8.narrow_i32x4_s(finish(l0, h0), finish(l1, h1)), i16x8.narrow_i32x4_s(finish(l2, h2), finish(l3, h3))));
    }
    target += targetStride;
    weights += <usize>pairs << 3;
  }
}
