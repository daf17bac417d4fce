/**
 * Of each row the sum before, the sum after, the squared and the absolute error, in float64. Four lanes take the elements in turn and are
 * joined as (0 + 2) + (1 + 3): the order is part of the result, and ../core/kernels/row-statistics.ts has the same.
 *
 * @param into float64 [rows, 4]
 */
export function addRows(before: usize, after: usize, rows: usize, cols: usize, into: usize): void {
  const whole = (cols & ~3) << 2;
  for (let row: usize = 0; row < rows; row++, into += 32) {
    let sumLower = f64x2.splat(0);
    let sumUpper = f64x2.splat(0);
    let outLower = f64x2.splat(0);
    let outUpper = f64x2.splat(0);
    let squareLower = f64x2.splat(0);
    let squareUpper = f64x2.splat(0);
    let sizeLower = f64x2.splat(0);
    let sizeUpper = f64x2.splat(0);
    const end = before + (cols << 2);
    const wholeEnd = before + whole;
    while (before < end) {
      let a: v128;
      let b: v128;
      if (before < wholeEnd) {
        a = v128.load(before);
        b = v128.load(after);
        before += 16;
        after += 16;
      } else {
        a = part(before, (end - before) >> 2);
        b = part(after, (end - before) >> 2);
        after += end - before;
        before = end;
      }
      const aLower = f64x2.promote_low_f32x4(a);
      const aUpper = f64x2.promote_low_f32x4(i8x16.shuffle(a, a, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7));
      const bLower = f64x2.promote_low_f32x4(b);
      const bUpper = f64x2.promote_low_f32x4(i8x16.shuffle(b, b, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7));
      const eLower = f64x2.sub(aLower, bLower);
      const eUpper = f64x2.sub(aUpper, bUpper);
      sumLower = f64x2.add(sumLower, aLower);
      sumUpper = f64x2.add(sumUpper, aUpper);
      outLower = f64x2.add(outLower, bLower);
      outUpper = f64x2.add(outUpper, bUpper);
      squareLower = f64x2.add(squareLower, f64x2.mul(eLower, eLower));
      squareUpper = f64x2.add(squareUpper, f64x2.mul(eUpper, eUpper));
      sizeLower = f64x2.add(sizeLower, f64x2.abs(eLower));
      sizeUpper = f64x2.add(sizeUpper, f64x2.abs(eUpper));
    }
    store<f64>(into, joined(sumLower, sumUpper));
    store<f64>(into, joined(outLower, outUpper), 8);
    store<f64>(into, joined(squareLower, squareUpper), 16);
    store<f64>(into, joined(sizeLower, sizeUpper), 24);
  }
}

/** The first 1 to 3 elements, zeros behind. */
@inline
function part(at: usize, n: usize): v128 {
  let v = v128.load_zero<f32>(at);
  if (n > 1) v = v128.load_lane<f32>(at + 4, v, 1);
  if (n > 2) v = v128.load_lane<f32>(at + 8, v, 2);
  return v;
}

@inline
function joined(lower: v128, upper: v128): f64 {
  const both = f64x2.add(lower, upper);
  return f64x2.extract_lane(both, 0) + f64x2.extract_lane(both, 1);
}
