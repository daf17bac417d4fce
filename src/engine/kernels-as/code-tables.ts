import { MapPlan, ONES, vectorOf } from './map-plan';

/** Codes -> what they stand for, 16 at a time. Tables begin with code 1: an index outside a table gives 0, which is what code 0 stands for. */

/** @param tables offset in the plan of bytes 0 to 3 of the float32 values, 16 of each  @param n multiple of 16 */
export function floatsOfCodes(plan: MapPlan, tables: usize, codes: usize, out: usize, n: usize): void {
  const one = vectorOf(plan, ONES);
  const bytes0 = vectorOf(plan, tables);
  const bytes1 = vectorOf(plan, tables + 16);
  const bytes2 = vectorOf(plan, tables + 32);
  const bytes3 = vectorOf(plan, tables + 48);
  for (const end = codes + n; codes < end; codes += 16, out += 64) {
    const index = i8x16.sub(v128.load(codes), one);
    interleave(out, i8x16.swizzle(bytes0, index), i8x16.swizzle(bytes1, index), i8x16.swizzle(bytes2, index), i8x16.swizzle(bytes3, index));
  }
}

/** The same for values whose lower 16 bits are zero, as those of powers of two are. */
export function powersOfCodes(plan: MapPlan, tables: usize, codes: usize, out: usize, n: usize): void {
  const one = vectorOf(plan, ONES);
  const zero = i8x16.splat(0);
  const bytes2 = vectorOf(plan, tables + 32);
  const bytes3 = vectorOf(plan, tables + 48);
  for (const end = codes + n; codes < end; codes += 16, out += 64) {
    const index = i8x16.sub(v128.load(codes), one);
    interleave(out, zero, zero, i8x16.swizzle(bytes2, index), i8x16.swizzle(bytes3, index));
  }
}

export function bytesOfCodes(plan: MapPlan, tables: usize, codes: usize, out: usize, n: usize): void {
  const one = vectorOf(plan, ONES);
  const bytes = vectorOf(plan, tables);
  for (const end = codes + n; codes < end; codes += 16, out += 16) {
    v128.store(out, i8x16.swizzle(bytes, i8x16.sub(v128.load(codes), one)));
  }
}

@inline
function interleave(out: usize, bytes0: v128, bytes1: v128, bytes2: v128, bytes3: v128): void {
  const lower01 = i8x16.shuffle(bytes0, bytes1, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
  const upper01 = i8x16.shuffle(bytes0, bytes1, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
  const lower23 = i8x16.shuffle(bytes2, bytes3, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
  const upper23 = i8x16.shuffle(bytes2, bytes3, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
  v128.store(out, i8x16.shuffle(lower01, lower23, 0, 1, 16, 17, 2, 3, 18, 19, 4, 5, 20, 21, 6, 7, 22, 23));
  v128.store(out, i8x16.shuffle(lower01, lower23, 8, 9, 24, 25, 10, 11, 26, 27, 12, 13, 28, 29, 14, 15, 30, 31), 16);
  v128.store(out, i8x16.shuffle(upper01, upper23, 0, 1, 16, 17, 2, 3, 18, 19, 4, 5, 20, 21, 6, 7, 22, 23), 32);
  v128.store(out, i8x16.shuffle(upper01, upper23, 8, 9, 24, 25, 10, 11, 26, 27, 12, 13, 28, 29, 14, 15, 30, 31), 48);
}
