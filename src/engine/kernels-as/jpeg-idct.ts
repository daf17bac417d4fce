/**
 * The inverse DCT of libjpeg's "islow" method, bit for bit: 13 fractional bits, columns first with two extra bits, then rows.
 * Its products are linear until they are rounded, so that each output is written as one sum of 16-bit dot products; sums modulo 2^32 are
 * the same in any order. The caller sees to it that the 16 bits between the passes suffice.
 */

// @ts-ignore: decorator
@inline
function low(a: v128, b: v128): v128 {
  return v128.shuffle<i16>(a, b, 0, 8, 1, 9, 2, 10, 3, 11);
}

// @ts-ignore: decorator
@inline
function high(a: v128, b: v128): v128 {
  return v128.shuffle<i16>(a, b, 4, 12, 5, 13, 6, 14, 7, 15);
}

// @ts-ignore: decorator
@inline
function pair(a: i32, b: i32): v128 {
  return i32x4.splat((b << 16) | (a & 0xffff));
}

// @ts-ignore: decorator
@inline
function dots(a: v128, weights: v128, b: v128, otherWeights: v128): v128 {
  return i32x4.add(i32x4.dot_i16x8_s(a, weights), i32x4.dot_i16x8_s(b, otherWeights));
}

/** Both sums of a butterfly stand for one row each; lanes 0..3 in `l`, 4..7 in `h`. */
// @ts-ignore: decorator
@inline
function sum(l: v128, otherL: v128, h: v128, otherH: v128, shift: i32): v128 {
  return i16x8.narrow_i32x4_s(i32x4.shr_s(i32x4.add(l, otherL), shift), i32x4.shr_s(i32x4.add(h, otherH), shift));
}

// @ts-ignore: decorator
@inline
function difference(l: v128, otherL: v128, h: v128, otherH: v128, shift: i32): v128 {
  return i16x8.narrow_i32x4_s(i32x4.shr_s(i32x4.sub(l, otherL), shift), i32x4.shr_s(i32x4.sub(h, otherH), shift));
}

/** One dimension over the 8 rows of `block`, int16 [8, 8], rounded by `shift` bits; the result is stored transposed. */
// @ts-ignore: decorator
@inline
function pass(block: usize, shift: i32): void {
  const r0 = v128.load(block), r1 = v128.load(block, 16), r2 = v128.load(block, 32), r3 = v128.load(block, 48);
  const r4 = v128.load(block, 64), r5 = v128.load(block, 80), r6 = v128.load(block, 96), r7 = v128.load(block, 112);
  const half = i32x4.splat(1 << (shift - 1));

  let a = low(r0, r4), b = low(r2, r6);
  let outer = i32x4.add(i32x4.dot_i16x8_s(a, pair(8192, 8192)), half);
  let inner = i32x4.add(i32x4.dot_i16x8_s(a, pair(8192, -8192)), half);
  let outerTurn = i32x4.dot_i16x8_s(b, pair(10703, 4433));
  let innerTurn = i32x4.dot_i16x8_s(b, pair(4433, -10704));
  const e0l = i32x4.add(outer, outerTurn), e3l = i32x4.sub(outer, outerTurn), e1l = i32x4.add(inner, innerTurn), e2l = i32x4.sub(inner, innerTurn);
  a = high(r0, r4), b = high(r2, r6);
  outer = i32x4.add(i32x4.dot_i16x8_s(a, pair(8192, 8192)), half);
  inner = i32x4.add(i32x4.dot_i16x8_s(a, pair(8192, -8192)), half);
  outerTurn = i32x4.dot_i16x8_s(b, pair(10703, 4433));
  innerTurn = i32x4.dot_i16x8_s(b, pair(4433, -10704));
  const e0h = i32x4.add(outer, outerTurn), e3h = i32x4.sub(outer, outerTurn), e1h = i32x4.add(inner, innerTurn), e2h = i32x4.sub(inner, innerTurn);

  a = low(r1, r3), b = low(r5, r7);
  const o0l = dots(a, pair(11363, 9633), b, pair(6437, 2260));
  const o1l = dots(a, pair(9633, -2259), b, pair(-11362, -6436));
  const o2l = dots(a, pair(6437, -11362), b, pair(2261, 9633));
  const o3l = dots(a, pair(2260, -6436), b, pair(9633, -11363));
  a = high(r1, r3), b = high(r5, r7);
  const o0h = dots(a, pair(11363, 9633), b, pair(6437, 2260));
  const o1h = dots(a, pair(9633, -2259), b, pair(-11362, -6436));
  const o2h = dots(a, pair(6437, -11362), b, pair(2261, 9633));
  const o3h = dots(a, pair(2260, -6436), b, pair(9633, -11363));

  const s0 = sum(e0l, o0l, e0h, o0h, shift), s7 = difference(e0l, o0l, e0h, o0h, shift);
  const s1 = sum(e1l, o1l, e1h, o1h, shift), s6 = difference(e1l, o1l, e1h, o1h, shift);
  const s2 = sum(e2l, o2l, e2h, o2h, shift), s5 = difference(e2l, o2l, e2h, o2h, shift);
  const s3 = sum(e3l, o3l, e3h, o3h, shift), s4 = difference(e3l, o3l, e3h, o3h, shift);

  const a0 = low(s0, s1), a1 = low(s2, s3), a2 = low(s4, s5), a3 = low(s6, s7);
  const a4 = high(s0, s1), a5 = high(s2, s3), a6 = high(s4, s5), a7 = high(s6, s7);
  const b0 = v128.shuffle<i32>(a0, a1, 0, 4, 1, 5), b1 = v128.shuffle<i32>(a2, a3, 0, 4, 1, 5);
  const b2 = v128.shuffle<i32>(a0, a1, 2, 6, 3, 7), b3 = v128.shuffle<i32>(a2, a3, 2, 6, 3, 7);
  const b4 = v128.shuffle<i32>(a4, a5, 0, 4, 1, 5), b5 = v128.shuffle<i32>(a6, a7, 0, 4, 1, 5);
  const b6 = v128.shuffle<i32>(a4, a5, 2, 6, 3, 7), b7 = v128.shuffle<i32>(a6, a7, 2, 6, 3, 7);
  v128.store(block, v128.shuffle<i64>(b0, b1, 0, 2));
  v128.store(block, v128.shuffle<i64>(b0, b1, 1, 3), 16);
  v128.store(block, v128.shuffle<i64>(b2, b3, 0, 2), 32);
  v128.store(block, v128.shuffle<i64>(b2, b3, 1, 3), 48);
  v128.store(block, v128.shuffle<i64>(b4, b5, 0, 2), 64);
  v128.store(block, v128.shuffle<i64>(b4, b5, 1, 3), 80);
  v128.store(block, v128.shuffle<i64>(b6, b7, 0, 2), 96);
  v128.store(block, v128.shuffle<i64>(b6, b7, 1, 3), 112);
}

/** Samples are taken modulo 1024 around 128 and then clamped, as libjpeg's range table does. */
// @ts-ignore: decorator
@inline
function samples(row: v128): v128 {
  return i16x8.add(i16x8.shr_s(i16x8.shl(row, 6), 6), i16x8.splat(128));
}

/** Dequantised coefficients, int16 [8, 8], to 8 rows of 8 bytes at `target`. Overwrites `block`. */
export function inverseDct(block: usize, target: usize, stride: usize): void {
  pass(block, 11);
  pass(block, 18);
  for (let row = 0; row < 4; row++) {
    const bytes = i8x16.narrow_i16x8_u(samples(v128.load(block)), samples(v128.load(block, 16)));
    v128.store64_lane(target, bytes, 0);
    v128.store64_lane(target + stride, bytes, 1);
    target += 2 * stride;
    block += 32;
  }
}

/** A block whose only coefficient is the first. */
export function flatBlock(value: i32, target: usize, stride: usize): void {
  // Both passes at once: value * 4, then rounded by five bits.
  const bytes = i8x16.narrow_i16x8_u(samples(i16x8.splat(<i16>((4 * value + 16) >> 5))), i16x8.splat(0));
  for (let row = 0; row < 8; row++) {
    v128.store64_lane(target, bytes, 0);
    target += stride;
  }
}
