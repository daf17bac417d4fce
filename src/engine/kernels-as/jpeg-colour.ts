/** Samples of a JPEG to RGB rows, bit for bit as libjpeg: chroma in half width or height is interpolated ("fancy upsampling"), then YCbCr to RGB in 16 fractional bits. */

/** Eight samples to sixteen: 3/4 of the nearer and 1/4 of the other neighbour. */
function widen(source: usize, target: usize, samples: i32): void {
  const one = i16x8.splat(1), two = i16x8.splat(2);
  for (let x = 0; x < samples; x += 8) {
    const here = v128.load8x8_u(source);
    const thrice = i16x8.add(here, i16x8.add(here, here));
    const even = i16x8.shr_u(i16x8.add(i16x8.add(thrice, v128.load8x8_u(source - 1)), one), 2);
    const odd = i16x8.shr_u(i16x8.add(i16x8.add(thrice, v128.load8x8_u(source, 1)), two), 2);
    v128.store(target, v128.or(even, i16x8.shl(odd, 8)));
    source += 8;
    target += 16;
  }
}

// @ts-ignore: decorator
@inline
function mixed(near: usize, far: usize): v128 {
  const here = v128.load8x8_u(near);
  return i16x8.add(i16x8.add(here, i16x8.add(here, here)), v128.load8x8_u(far));
}

/** The same in both directions: `near` is the nearer row, `far` the other. */
function widenBoth(near: usize, far: usize, target: usize, samples: i32): void {
  const eight = i16x8.splat(8), seven = i16x8.splat(7);
  for (let x = 0; x < samples; x += 8) {
    const here = mixed(near, far);
    const thrice = i16x8.add(here, i16x8.add(here, here));
    const even = i16x8.shr_u(i16x8.add(i16x8.add(thrice, mixed(near - 1, far - 1)), eight), 4);
    const odd = i16x8.shr_u(i16x8.add(i16x8.add(thrice, mixed(near + 1, far + 1)), seven), 4);
    v128.store(target, v128.or(even, i16x8.shl(odd, 8)));
    near += 8;
    far += 8;
    target += 16;
  }
}

// @ts-ignore: decorator
@inline
function green(y: v128, cb: v128, cr: v128): v128 {
  const half = i32x4.splat(32768), weights = i32x4.splat((18734 << 16) | (-22554 & 0xffff));
  const low = i32x4.shr_s(i32x4.add(i32x4.dot_i16x8_s(v128.shuffle<i16>(cb, cr, 0, 8, 1, 9, 2, 10, 3, 11), weights), half), 16);
  const high = i32x4.shr_s(i32x4.add(i32x4.dot_i16x8_s(v128.shuffle<i16>(cb, cr, 4, 12, 5, 13, 6, 14, 7, 15), weights), half), 16);
  return i16x8.add(i16x8.sub(y, cr), i16x8.narrow_i32x4_s(low, high));
}

// 1.402 = 1 + 13173 / 32768 and 1.772 = 2 - 7471 / 32768: rounded like libjpeg's products for each of the 256 values.
// @ts-ignore: decorator
@inline
function red(y: v128, cr: v128): v128 {
  return i16x8.add(i16x8.add(y, cr), i16x8.q15mulr_sat_s(cr, i16x8.splat(13173)));
}

// @ts-ignore: decorator
@inline
function blue(y: v128, cb: v128): v128 {
  return i16x8.add(i16x8.add(y, i16x8.add(cb, cb)), i16x8.q15mulr_sat_s(cb, i16x8.splat(-7471)));
}

// @ts-ignore: decorator
@inline
function storeRgb(target: usize, r: v128, g: v128, b: v128): void {
  const rg0 = v128.shuffle<u8>(r, g, 0, 16, 0, 1, 17, 0, 2, 18, 0, 3, 19, 0, 4, 20, 0, 5);
  v128.store(target, v128.shuffle<u8>(rg0, b, 0, 1, 16, 3, 4, 17, 6, 7, 18, 9, 10, 19, 12, 13, 20, 15));
  const rg1 = v128.shuffle<u8>(r, g, 21, 0, 6, 22, 0, 7, 23, 0, 8, 24, 0, 9, 25, 0, 10, 26);
  v128.store(target, v128.shuffle<u8>(rg1, b, 0, 21, 2, 3, 22, 5, 6, 23, 8, 9, 24, 11, 12, 25, 14, 15), 16);
  const rg2 = v128.shuffle<u8>(r, g, 0, 11, 27, 0, 12, 28, 0, 13, 29, 0, 14, 30, 0, 15, 31, 0);
  v128.store(target, v128.shuffle<u8>(rg2, b, 26, 1, 2, 27, 4, 5, 28, 7, 8, 29, 10, 11, 30, 13, 14, 31), 32);
}

function convert(y: usize, cb: usize, cr: usize, target: usize, pixels: i32): void {
  const centre = i16x8.splat(128);
  for (let x = 0; x < pixels; x += 16) {
    const luma = v128.load(y), blues = v128.load(cb), reds = v128.load(cr);
    const y0 = i16x8.extend_low_i8x16_u(luma), y1 = i16x8.extend_high_i8x16_u(luma);
    const b0 = i16x8.sub(i16x8.extend_low_i8x16_u(blues), centre), b1 = i16x8.sub(i16x8.extend_high_i8x16_u(blues), centre);
    const r0 = i16x8.sub(i16x8.extend_low_i8x16_u(reds), centre), r1 = i16x8.sub(i16x8.extend_high_i8x16_u(reds), centre);
    storeRgb(target,
      i8x16.narrow_i16x8_u(red(y0, r0), red(y1, r1)),
      i8x16.narrow_i16x8_u(green(y0, b0, r0), green(y1, b1, r1)),
      i8x16.narrow_i16x8_u(blue(y0, b0), blue(y1, b1)));
    y += 16;
    cb += 16;
    cr += 16;
    target += 48;
  }
}

/** The sample before the first and the one behind the last are copies of them. */
// @ts-ignore: decorator
@inline
function pad(row: usize, samples: i32): void {
  store<u8>(row - 1, load<u8>(row));
  store<u8>(row + <usize>samples, load<u8>(row + <usize>samples - 1));
}

/**
 * Rows first..first+rows-1, columns left..left+pixels-1 (left a multiple of 16) as RGB to `target`. `job` as in decodeScan. `width` and `height`:
 * of the chroma planes, whose rows have room for a sample on both sides. `line`: room for two rows of 2 * chroma stride bytes.
 * Writes up to 48 bytes behind each row.
 */
export function colourRows(job: usize, first: i32, rows: i32, left: i32, pixels: i32, width: i32, height: i32, line: usize, target: usize, targetStride: usize): void {
  const components = load<i32>(job, 20), h = load<i32>(job, 24), v = load<i32>(job, 28);
  const luma = <usize>load<i32>(job, 52), lumaStride = <usize>load<i32>(job, 56);
  const from = <usize>left;
  for (let row = first; row < first + rows; row++) {
    const y = luma + <usize>row * lumaStride + from;
    if (components == 1) {
      for (let x = 0; x < pixels; x += 16) {
        const grey = v128.load(y + <usize>x);
        storeRgb(target + <usize>(3 * x), grey, grey, grey);
      }
    } else {
      const stride = <usize>load<i32>(job, 76);
      const cb = <usize>load<i32>(job, 72), cr = <usize>load<i32>(job, 92);
      if (h == 1) {
        const at = <usize>row * stride + from;
        convert(y, cb + at, cr + at, target, pixels);
      } else {
        const half = from >> 1;
        const samples = (pixels + 1) >> 1;
        const other = line + 2 * stride;
        const near = <usize>(v == 1 ? row : row >> 1) * stride;
        pad(cb + near, width);
        pad(cr + near, width);
        if (v == 1) {
          widen(cb + near + half, line, samples);
          widen(cr + near + half, other, samples);
        } else {
          const farRow = (row & 1) == 0 ? max((row >> 1) - 1, 0) : min((row >> 1) + 1, height - 1);
          const far = <usize>farRow * stride;
          pad(cb + far, width);
          pad(cr + far, width);
          widenBoth(cb + near + half, cb + far + half, line, samples);
          widenBoth(cr + near + half, cr + far + half, other, samples);
        }
        convert(y, line, other, target, pixels);
      }
    }
    target += targetStride;
  }
}
