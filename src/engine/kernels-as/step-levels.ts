import { MapPlan, thresholdsOf } from './map-plan';

const MANTISSA: i32 = 0x007fffff;

/**
 * Codes of log sqrt(2): two steps in each octave. Counted from a first step, the octaves passed are (bits - first) >> 23; with the
 * same for the second, their sum is the code. Rounding in the definition's logarithm moves the steps of later octaves by a few floats
 * (`drift`), so 16 elements of which one lies in such a gap, one in some hundred thousand, are held against the thresholds one by one.
 *
 * @param n multiple of 16
 */
export function stepBlock(plan: MapPlan, x: usize, codes: usize, n: usize): void {
  const first = i32x4.splat(plan.first);
  const second = i32x4.splat(plan.second);
  const drift = i32x4.splat(plan.drift);
  const mantissa = i32x4.splat(MANTISSA);
  const zero = i32x4.splat(0);
  const two = i16x8.splat(2);
  const gap = i8x16.splat(<i8>plan.gap);
  const top = i16x8.splat(<i16>(plan.gap == 127 ? plan.levels - 1 : plan.levels));
  for (const end = x + (n << 2); x < end; x += 64) {
    const a = i32x4.max_s(v128.load(x), zero);
    const b = i32x4.max_s(v128.load(x, 16), zero);
    const c = i32x4.max_s(v128.load(x, 32), zero);
    const d = i32x4.max_s(v128.load(x, 48), zero);
    const a1 = i32x4.sub(a, first);
    const a2 = i32x4.sub(a, second);
    const b1 = i32x4.sub(b, first);
    const b2 = i32x4.sub(b, second);
    const c1 = i32x4.sub(c, first);
    const c2 = i32x4.sub(c, second);
    const d1 = i32x4.sub(d, first);
    const d2 = i32x4.sub(d, second);
    const behindA = i32x4.min_u(v128.and(a1, mantissa), v128.and(a2, mantissa));
    const behindB = i32x4.min_u(v128.and(b1, mantissa), v128.and(b2, mantissa));
    const behindC = i32x4.min_u(v128.and(c1, mantissa), v128.and(c2, mantissa));
    const behindD = i32x4.min_u(v128.and(d1, mantissa), v128.and(d2, mantissa));
    const behind = i32x4.min_u(i32x4.min_u(behindA, behindB), i32x4.min_u(behindC, behindD));
    if (v128.any_true(i32x4.lt_s(behind, drift))) {
      v128.store(codes, compare(plan, a, b, c, d));
    } else {
      const octavesA = i32x4.add(i32x4.shr_s(a1, 23), i32x4.shr_s(a2, 23));
      const octavesB = i32x4.add(i32x4.shr_s(b1, 23), i32x4.shr_s(b2, 23));
      const octavesC = i32x4.add(i32x4.shr_s(c1, 23), i32x4.shr_s(c2, 23));
      const octavesD = i32x4.add(i32x4.shr_s(d1, 23), i32x4.shr_s(d2, 23));
      const ab = i16x8.min_s(i16x8.add(i16x8.narrow_i32x4_s(octavesA, octavesB), two), top);
      const cd = i16x8.min_s(i16x8.add(i16x8.narrow_i32x4_s(octavesC, octavesD), two), top);
      const steps = i8x16.narrow_i16x8_u(ab, cd);
      v128.store(codes, i8x16.add(steps, i8x16.gt_s(steps, gap)));
    }
    codes += 16;
  }
}

/** The definition: how many thresholds are not above. */
function compare(plan: MapPlan, a: v128, b: v128, c: v128, d: v128): v128 {
  let countA = i32x4.splat(0);
  let countB = i32x4.splat(0);
  let countC = i32x4.splat(0);
  let countD = i32x4.splat(0);
  let at = thresholdsOf(plan);
  for (let code = 1; code < plan.levels; code++, at += 4) {
    const threshold = v128.load_splat<i32>(at);
    countA = i32x4.sub(countA, i32x4.ge_s(a, threshold));
    countB = i32x4.sub(countB, i32x4.ge_s(b, threshold));
    countC = i32x4.sub(countC, i32x4.ge_s(c, threshold));
    countD = i32x4.sub(countD, i32x4.ge_s(d, threshold));
  }
  return i8x16.narrow_i16x8_u(i16x8.narrow_i32x4_s(countA, countB), i16x8.narrow_i32x4_s(countC, countD));
}
