import { DRIFT, FIRST, GAP, MapPlan, MASK, MOST, SECOND, SHIFT, THRESHOLDS, vectorOf } from './map-plan';

/**
 * Codes of log sqrt(2): two steps in each octave. Counted from a first step, the octaves passed are (bits - first) >> 23; with the
 * same for the second, their sum is the code. Rounding in the definition's logarithm moves the steps of later octaves by a few floats
 * (`drift`), so 16 elements of which one lies in such a gap, one in some hundred thousand, are held against the thresholds one by one.
 *
 * @param n multiple of 16
 */
export function stepBlock(plan: MapPlan, x: usize, codes: usize, n: usize): void {
  const first = vectorOf(plan, FIRST);
  const second = vectorOf(plan, SECOND);
  const drift = vectorOf(plan, DRIFT);
  const mantissa = vectorOf(plan, MASK);
  const zero = i32x4.splat(0);
  const shift = vectorOf(plan, SHIFT);
  const most = vectorOf(plan, MOST);
  const gap = vectorOf(plan, GAP);
  for (const end = x + (n << 2); x < end; x += 64) {
    const a = i32x4.max_s(v128.load(x), zero);
    const a1 = i32x4.sub(a, first);
    const a2 = i32x4.sub(a, second);
    const b = i32x4.max_s(v128.load(x, 16), zero);
    const b1 = i32x4.sub(b, first);
    const b2 = i32x4.sub(b, second);
    const behindA = i32x4.min_u(v128.and(a1, mantissa), v128.and(a2, mantissa));
    const behindB = i32x4.min_u(v128.and(b1, mantissa), v128.and(b2, mantissa));
    const octavesA = i32x4.add(i32x4.shr_s(a1, 23), i32x4.shr_s(a2, 23));
    const octavesB = i32x4.add(i32x4.shr_s(b1, 23), i32x4.shr_s(b2, 23));
    const ab = i16x8.narrow_i32x4_s(octavesA, octavesB);
    const behindAB = i32x4.min_u(behindA, behindB);
    const c = i32x4.max_s(v128.load(x, 32), zero);
    const c1 = i32x4.sub(c, first);
    const c2 = i32x4.sub(c, second);
    const d = i32x4.max_s(v128.load(x, 48), zero);
    const d1 = i32x4.sub(d, first);
    const d2 = i32x4.sub(d, second);
    const behindC = i32x4.min_u(v128.and(c1, mantissa), v128.and(c2, mantissa));
    const behindD = i32x4.min_u(v128.and(d1, mantissa), v128.and(d2, mantissa));
    const octavesC = i32x4.add(i32x4.shr_s(c1, 23), i32x4.shr_s(c2, 23));
    const octavesD = i32x4.add(i32x4.shr_s(d1, 23), i32x4.shr_s(d2, 23));
    const cd = i16x8.narrow_i32x4_s(octavesC, octavesD);
    if (v128.any_true(i32x4.lt_s(i32x4.min_u(behindAB, i32x4.min_u(behindC, behindD)), drift))) {
      v128.store(codes, compare(plan, x));
    } else {
      const steps = i8x16.narrow_i16x8_u(i16x8.min_s(i16x8.add(ab, shift), most), i16x8.min_s(i16x8.add(cd, shift), most));
      v128.store(codes, i8x16.add(steps, i8x16.gt_s(steps, gap)));
    }
    codes += 16;
  }
}

/** The definition: how many thresholds are not above. Rare, and kept out of the loop above, which needs all registers. */
function compare(plan: MapPlan, x: usize): v128 {
  const zero = i32x4.splat(0);
  const a = v128.load(x);
  const b = v128.load(x, 16);
  const c = v128.load(x, 32);
  const d = v128.load(x, 48);
  let countA = zero;
  let countB = zero;
  let countC = zero;
  let countD = zero;
  let at = changetype<usize>(plan) + THRESHOLDS;
  for (let code = 1; code < plan.levels; code++, at += 4) {
    const threshold = v128.load_splat<i32>(at);
    countA = i32x4.sub(countA, i32x4.ge_s(a, threshold));
    countB = i32x4.sub(countB, i32x4.ge_s(b, threshold));
    countC = i32x4.sub(countC, i32x4.ge_s(c, threshold));
    countD = i32x4.sub(countD, i32x4.ge_s(d, threshold));
  }
  return i8x16.narrow_i16x8_u(i16x8.narrow_i32x4_s(countA, countB), i16x8.narrow_i32x4_s(countC, countD));
}
