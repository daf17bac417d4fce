import { HIGH, LOW, MapPlan, MASK, SCALE, vectorOf } from './map-plan';

/**
 * BitLog2 Single. With M a power of two x * M is exact, so a level begins where the exponent of x changes, and the multiplication, the
 * floor and the shifts fall away: clamp the bits, and what the exponent is above `low` is the code. The same bits as a float are
 * 2^(code - 127), or 0 for code 0: one product makes the value, exactly (a power of two times a float32).
 *
 * @param n multiple of 16
 * @param codes 0: none wanted
 */
export function octaveBlock(plan: MapPlan, x: usize, out: usize, codes: usize, n: usize): void {
  if (codes != 0) run(plan, x, out, codes, n, true);
  else run(plan, x, out, codes, n, false);
}

@inline
function run(plan: MapPlan, x: usize, out: usize, codes: usize, n: usize, withCodes: bool): void {
  const low = vectorOf(plan, LOW);
  const high = vectorOf(plan, HIGH);
  const mask = vectorOf(plan, MASK);
  const scale = vectorOf(plan, SCALE);
  for (const end = x + (n << 2); x < end; x += 64) {
    const a = above(x, low, high);
    const b = above(x + 16, low, high);
    const c = above(x + 32, low, high);
    const d = above(x + 48, low, high);
    v128.store(out, f32x4.mul(v128.and(a, mask), scale));
    v128.store(out, f32x4.mul(v128.and(b, mask), scale), 16);
    v128.store(out, f32x4.mul(v128.and(c, mask), scale), 32);
    v128.store(out, f32x4.mul(v128.and(d, mask), scale), 48);
    out += 64;
    if (withCodes) {
      const ab = i16x8.narrow_i32x4_s(i32x4.shr_u(a, 23), i32x4.shr_u(b, 23));
      const cd = i16x8.narrow_i32x4_s(i32x4.shr_u(c, 23), i32x4.shr_u(d, 23));
      v128.store(codes, i8x16.narrow_i16x8_u(ab, cd));
      codes += 16;
    }
  }
}

/** As integers: floats >= 0 are ordered as their bits are, negatives (NaN with a sign too) lie below, NaN above all. */
@inline
function above(x: usize, low: v128, high: v128): v128 {
  return i32x4.sub(i32x4.max_s(i32x4.min_s(v128.load(x), high), low), low);
}
