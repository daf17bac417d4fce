import { MapPlan, MASK, ONES, RANGE, SCALE, SHIFT, TOP, vectorOf } from './map-plan';

/**
 * BitLog2 Half: the float32 bits of min(floor(x * M), M - 1) without all mantissa bits but the first are the level. The value is
 * level / delta; where the product with float32(1 / delta) is the same for every level (three deltas of four) it is taken, because a
 * quotient takes the processor longer than all the rest.
 *
 * @param n multiple of 16
 * @param out 0: only codes wanted
 * @param codes 0: none wanted
 */
export function halfBlock(plan: MapPlan, x: usize, out: usize, codes: usize, n: usize): void {
  if (out == 0) return run(plan, x, out, codes, n, false, false, true);
  if (plan.byFactor) {
    if (codes == 0) run(plan, x, out, codes, n, true, true, false);
    else run(plan, x, out, codes, n, true, true, true);
  } else {
    if (codes == 0) run(plan, x, out, codes, n, true, false, false);
    else run(plan, x, out, codes, n, true, false, true);
  }
}

@inline
function run(plan: MapPlan, x: usize, out: usize, codes: usize, n: usize, withValues: bool, byFactor: bool, withCodes: bool): void {
  const range = vectorOf(plan, RANGE);
  const top = vectorOf(plan, TOP);
  const mask = vectorOf(plan, MASK);
  const scale = vectorOf(plan, SCALE);
  const shift = vectorOf(plan, SHIFT);
  const one = vectorOf(plan, ONES);
  for (const end = x + (n << 2); x < end; x += 64) {
    const a = level(x, range, top, mask);
    const b = level(x + 16, range, top, mask);
    const c = level(x + 32, range, top, mask);
    const d = level(x + 48, range, top, mask);
    if (withValues) {
      v128.store(out, byFactor ? f32x4.mul(a, scale) : f32x4.div(a, scale));
      v128.store(out, byFactor ? f32x4.mul(b, scale) : f32x4.div(b, scale), 16);
      v128.store(out, byFactor ? f32x4.mul(c, scale) : f32x4.div(c, scale), 32);
      v128.store(out, byFactor ? f32x4.mul(d, scale) : f32x4.div(d, scale), 48);
      out += 64;
    }
    if (withCodes) {
      v128.store(codes, codesOf(a, b, c, d, shift, one));
      codes += 16;
    }
  }
}

@inline
function level(x: usize, range: v128, top: v128, mask: v128): v128 {
  // Negatives become 0 by their sign bit; pmin gives `top` for NaN.
  const scaled = f32x4.mul(i32x4.max_s(v128.load(x), i32x4.splat(0)), range);
  return v128.and(f32x4.floor(f32x4.pmin(top, scaled)), mask);
}

/** Exponent and first mantissa bit, counted from 1.0, give 0, 1, 3, 4, 5, ...: there is no 1.5, so what lies above 1 moves down by one. */
@inline
function codesOf(a: v128, b: v128, c: v128, d: v128, shift: v128, one: v128): v128 {
  const ab = i16x8.add(i16x8.narrow_i32x4_s(i32x4.shr_u(a, 22), i32x4.shr_u(b, 22)), shift);
  const cd = i16x8.add(i16x8.narrow_i32x4_s(i32x4.shr_u(c, 22), i32x4.shr_u(d, 22)), shift);
  const codes = i8x16.narrow_i16x8_u(ab, cd);
  return i8x16.add(codes, i8x16.gt_s(codes, one));
}
