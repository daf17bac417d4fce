import { MapPlan } from './map-plan';

const HALVES_MASK: i32 = 0xffc00000;

/**
 * BitLog2 Half: the float32 bits of min(floor(x * M), M - 1) without all mantissa bits but the first are the level. Dividing is exact by
 * definition and, four at a time, cheaper than a product for each of the two kinds of level (measured: 0.35 against 0.45 ns per element).
 *
 * @param n multiple of 16
 * @param out 0: only codes wanted
 * @param codes 0: none wanted
 */
export function halfBlock(plan: MapPlan, x: usize, out: usize, codes: usize, n: usize): void {
  if (codes == 0) run(plan, x, out, codes, n, true, false);
  else if (out == 0) run(plan, x, out, codes, n, false, true);
  else run(plan, x, out, codes, n, true, true);
}

@inline
function run(plan: MapPlan, x: usize, out: usize, codes: usize, n: usize, withValues: bool, withCodes: bool): void {
  const range = f32x4.splat(plan.range);
  const top = f32x4.splat(plan.range - 1);
  const delta = f32x4.splat(plan.scale);
  for (const end = x + (n << 2); x < end; x += 64) {
    const a = level(x, range, top);
    const b = level(x + 16, range, top);
    const c = level(x + 32, range, top);
    const d = level(x + 48, range, top);
    if (withValues) {
      v128.store(out, f32x4.div(a, delta));
      v128.store(out, f32x4.div(b, delta), 16);
      v128.store(out, f32x4.div(c, delta), 32);
      v128.store(out, f32x4.div(d, delta), 48);
      out += 64;
    }
    if (withCodes) {
      v128.store(codes, codesOf(a, b, c, d));
      codes += 16;
    }
  }
}

@inline
function level(x: usize, range: v128, top: v128): v128 {
  // Negatives become 0 by their sign bit; pmin gives `top` for NaN.
  const scaled = f32x4.mul(i32x4.max_s(v128.load(x), i32x4.splat(0)), range);
  return v128.and(f32x4.floor(f32x4.pmin(top, scaled)), i32x4.splat(HALVES_MASK));
}

/** Exponent and first mantissa bit, counted from 1.0, give 0, 1, 3, 4, 5, ...: there is no 1.5, so what lies above 1 moves down by one. */
@inline
function codesOf(a: v128, b: v128, c: v128, d: v128): v128 {
  const one = i16x8.splat(253);
  const ab = i16x8.sub(i16x8.narrow_i32x4_s(i32x4.shr_u(a, 22), i32x4.shr_u(b, 22)), one);
  const cd = i16x8.sub(i16x8.narrow_i32x4_s(i32x4.shr_u(c, 22), i32x4.shr_u(d, 22)), one);
  const codes = i8x16.narrow_i16x8_u(ab, cd);
  return i8x16.add(codes, i8x16.gt_s(codes, i8x16.splat(1)));
}
