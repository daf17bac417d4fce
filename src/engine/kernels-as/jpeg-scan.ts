/** The entropy-coded part of a baseline JPEG: bytes to coefficients to samples. Whatever is not in perfect order is refused, and left to the complete decoder. */
import { flatBlock, inverseDct } from './jpeg-idct';

/** Blocks whose coefficients add up to more could leave 16 bits inside the inverse DCT; no picture of bytes has them. */
const MOST = 5850;

/**
 * Takes a scan apart: stuffed zeros left out, cut at its restart markers, in words of 32 bits whose first bit is the highest.
 * Writes {address, bytes} of each piece to `pieces`. Reads up to 16 bytes behind `end`; each piece is followed by 16 zero bytes.
 * @returns the number of pieces; or -1 when the scan does not end in the end-of-image marker, or has more than `most` pieces
 */
export function splitScan(source: usize, end: usize, target: usize, pieces: usize, most: i32): i32 {
  const full = i8x16.splat(-1);
  let count = 0;
  while (count < most) {
    const start = target;
    let marker: i32 = 0;
    while (source < end) {
      const bytes = v128.load(source);
      v128.store(target, bytes);
      const hits = i8x16.bitmask(i8x16.eq(bytes, full));
      if (hits == 0) {
        source += 16;
        target += 16;
        continue;
      }
      const at = <usize>ctz(hits);
      source += at + 2;
      target += at;
      if (source > end) return -1;
      marker = load<u8>(source - 1);
      if (marker != 0) break;
      target += 1;
    }
    if (marker == 0) return -1;
    const bytes = target - start;
    v128.store(target, i8x16.splat(0));
    v128.store(target, i8x16.splat(0), 16);
    target = (target + 31) & ~15;
    for (let at = start; at < target; at += 16) v128.store(at, v128.swizzle(v128.load(at), i8x16(3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8, 15, 14, 13, 12)));
    store<i32>(pieces, <i32>start);
    store<i32>(pieces, <i32>bytes, 4);
    pieces += 8;
    if (marker == 0xd9) return count + 1;
    if (marker != 0xd0 + (count & 7)) return -1;
    count += 1;
  }
  return -1;
}

/** A code longer than the 10 bits of the look-up. Returns (symbol << 8) | length, or 0 when there is no such code. */
function longCode(table: usize, bits: i32): i32 {
  for (let length = 11; length <= 16; length++) {
    const code = bits >> (16 - length);
    if (code <= load<i32>(table + 2048 + (<usize>length << 2))) {
      return (<i32>load<u8>(table + 2192 + <usize>(code + load<i32>(table + 2120 + (<usize>length << 2)))) << 8) | length;
    }
  }
  return 0;
}

/**
 * Decodes the pieces of a scan into planes of samples. `job` (int32): 0 pieces, 4 number of pieces, 8 MCUs per piece, 12 MCUs across,
 * 16 MCUs down, 20 components, 24 and 28 luma blocks per MCU across and down, 32..44 first and last + 1 MCU column and row that are wanted
 * (the samples of others are left out), 48 space for one block; then for each component 20 bytes from 52 on: plane, stride, code tables of
 * DC and AC, steps.
 * A code table: uint16 [1024] (symbol << 8) | length by the next ten bits, 0 for longer codes; int32 [18] last code of each length;
 * int32 [18] what to add to a code to find its symbol; uint8 [256] symbols. Steps: uint32 [64] in the order of the file: quantiser step << 16 | place in the block in bytes.
 * @returns 0, or -1 when the data is not in perfect order
 */
export function decodeScan(job: usize): i32 {
  let piece = <usize>load<i32>(job);
  const pieces = load<i32>(job, 4), perPiece = load<i32>(job, 8), across = load<i32>(job, 12), down = load<i32>(job, 16), components = load<i32>(job, 20);
  const left = load<i32>(job, 32), right = load<i32>(job, 36), top = load<i32>(job, 40), bottom = load<i32>(job, 44);
  const block = <usize>load<i32>(job, 48);
  const none = i32x4.splat(0);
  let dc0 = 0, dc1 = 0, dc2 = 0;
  let buffer: u64 = 0;
  let count = 0;
  let next: usize = 0;
  let limit: usize = 0;
  let mcusLeft = 0;
  let taken = 0;
  for (let mcuRow = 0; mcuRow < down; mcuRow++) {
    for (let mcu = 0; mcu < across; mcu++) {
      if (mcusLeft == 0) {
        if (taken > 0) {
          if (<i32>(next - <usize>load<i32>(piece)) * 8 - count > load<i32>(piece, 4) * 8) return -1;
          piece += 8;
        }
        if (taken == pieces) return -1;
        taken += 1;
        next = <usize>load<i32>(piece);
        limit = next + <usize>load<i32>(piece, 4) + 16;
        buffer = 0;
        count = 0;
        mcusLeft = perPiece;
        dc0 = dc1 = dc2 = 0;
      }
      mcusLeft -= 1;
      // What one MCU can read beyond is less than the caller's slack.
      if (next > limit) return -1;
      const wanted = mcu >= left && mcu < right && mcuRow >= top && mcuRow < bottom;
      let part = job + 52;
      for (let component = 0; component < components; component++) {
        const h = component == 0 ? load<i32>(job, 24) : 1, v = component == 0 ? load<i32>(job, 28) : 1;
        const plane = <usize>load<i32>(part), stride = <usize>load<i32>(part, 4);
        const dcTable = <usize>load<i32>(part, 8), acTable = <usize>load<i32>(part, 12), steps = <usize>load<i32>(part, 16);
        part += 20;
        for (let y = 0; y < v; y++) {
          for (let x = 0; x < h; x++) {
            v128.store(block, none);
            v128.store(block, none, 16);
            v128.store(block, none, 32);
            v128.store(block, none, 48);
            v128.store(block, none, 64);
            v128.store(block, none, 80);
            v128.store(block, none, 96);
            v128.store(block, none, 112);
            if (count < 32) {
              buffer |= <u64>load<u32>(next) << (32 - count);
              next += 4;
              count += 32;
            }
            let entry: i32 = load<u16>(dcTable + (<usize>(buffer >> 54) << 1));
            if (entry == 0) {
              entry = longCode(dcTable, <i32>(buffer >> 48));
              if (entry == 0) return -1;
            }
            let length = entry & 31;
            buffer <<= length;
            count -= length;
            let size = entry >> 8;
            if (size > 11) return -1;
            let value = 0;
            if (size > 0) {
              value = <i32>(buffer >> (64 - size)) - (((1 << size) - 1) & ~<i32>(<i64>buffer >> 63));
              buffer <<= size;
              count -= size;
            }
            if (component == 0) value = dc0 += value;
            else if (component == 1) value = dc1 += value;
            else value = dc2 += value;
            if (abs(value) > 32767) return -1;
            value *= load<u16>(steps, 2);
            const first = value;
            store<i16>(block, value);
            let total = abs(value);
            let last = 0;
            for (let k = 1; k < 64; k++) {
              if (count < 32) {
                buffer |= <u64>load<u32>(next) << (32 - count);
                next += 4;
                count += 32;
              }
              entry = load<u16>(acTable + (<usize>(buffer >> 54) << 1));
              if (entry == 0) {
                entry = longCode(acTable, <i32>(buffer >> 48));
                if (entry == 0) return -1;
              }
              length = entry & 31;
              buffer <<= length;
              count -= length;
              size = (entry >> 8) & 15;
              const run = entry >> 12;
              if (size == 0) {
                if (run != 15) break;
                k += 15;
                continue;
              }
              k += run;
              if (k > 63) return -1;
              value = <i32>(buffer >> (64 - size)) - (((1 << size) - 1) & ~<i32>(<i64>buffer >> 63));
              buffer <<= size;
              count -= size;
              const step = load<u32>(steps + (<usize>k << 2));
              value *= <i32>(step >> 16);
              store<i16>(block + <usize>(step & 0xffff), value);
              total += abs(value);
              last = k;
            }
            if (total > MOST) return -1;
            if (wanted) {
              const target = plane + <usize>((mcuRow * v + y) * 8) * stride + <usize>((mcu * h + x) * 8);
              if (last == 0) flatBlock(first, target, stride);
              else inverseDct(block, target, stride);
            }
          }
        }
      }
    }
  }
  if (taken != pieces) return -1;
  return <i32>(next - <usize>load<i32>(piece)) * 8 - count > load<i32>(piece, 4) * 8 ? -1 : 0;
}
