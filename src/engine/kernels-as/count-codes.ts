/**
 * How often each code occurs. A code becomes a byte with one bit set (one table for codes 0 to 7, one for 8 to 15), and bits are counted
 * by position for many bytes at once: carry-save adders fold four vectors into one of four times the weight, again and again (Harley and
 * Seal). Measured per element: 0.08 ns; comparing with each code 0.26, tables of counters 0.32, a scalar histogram of eight lanes 0.58.
 * Folding 16 vectors in one round needs more registers than there are (0.14).
 */

/** What a place that holds no code is filled with: no table has it. */
export const NO_CODE: u8 = 0xff;

/** Codes are taken so many at a time. */
export const ROUND: usize = 64;

// In memory: see map-plan.ts.
const LOWER = memory.data<u8>([1, 2, 4, 8, 16, 32, 64, 128, 0, 0, 0, 0, 0, 0, 0, 0], 16);
const UPPER = memory.data<u8>([0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 4, 8, 16, 32, 64, 128], 16);

/**
 * @param n multiple of ROUND; fill with NO_CODE
 * @param spare n / 4 + 64 bytes
 * @param counts u32 [16]: those of codes 0 to 15 are added to. Code 16 is what they leave
 */
export function countCodes(codes: usize, n: usize, spare: usize, counts: usize): void {
  countBits(codes, n, LOWER, spare, counts);
  countBits(codes, n, UPPER, spare, counts + 32);
}

function countBits(codes: usize, n: usize, table: usize, spare: usize, counts: usize): void {
  foldCodes(codes, n, v128.load(table), spare, counts);
  let vectors = n >> 6;
  let weight = 2;
  for (; vectors > 8; weight += 2) {
    memory.fill(spare + (vectors << 4), 0, 48);
    vectors = (vectors + 3) >> 2;
    fold(spare, vectors, weight, counts);
  }
  for (const end = spare + (vectors << 4); spare < end; spare += 16) addBits(v128.load(spare), weight, counts);
}

/** One vector of weight 4 to `into` for every 64 codes; what is left over is counted. */
function foldCodes(codes: usize, n: usize, table: v128, into: usize, counts: usize): void {
  let ones = i8x16.splat(0);
  let twos = i8x16.splat(0);
  for (const end = codes + n; codes < end; codes += 64, into += 16) {
    const a = i8x16.swizzle(table, v128.load(codes));
    const b = i8x16.swizzle(table, v128.load(codes, 16));
    const first = carry(ones, a, b);
    ones = sum(ones, a, b);
    const c = i8x16.swizzle(table, v128.load(codes, 32));
    const d = i8x16.swizzle(table, v128.load(codes, 48));
    const second = carry(ones, c, d);
    ones = sum(ones, c, d);
    v128.store(into, carry(twos, first, second));
    twos = sum(twos, first, second);
  }
  addBits(ones, 0, counts);
  addBits(twos, 1, counts);
}

/** The same from four vectors each to one, in place. */
function fold(planes: usize, vectors: usize, weight: i32, counts: usize): void {
  let ones = i8x16.splat(0);
  let twos = i8x16.splat(0);
  let into = planes;
  for (const end = planes + (vectors << 4); into < end; planes += 64, into += 16) {
    const a = v128.load(planes);
    const b = v128.load(planes, 16);
    const first = carry(ones, a, b);
    ones = sum(ones, a, b);
    const c = v128.load(planes, 32);
    const d = v128.load(planes, 48);
    const second = carry(ones, c, d);
    ones = sum(ones, c, d);
    v128.store(into, carry(twos, first, second));
    twos = sum(twos, first, second);
  }
  addBits(ones, weight, counts);
  addBits(twos, weight + 1, counts);
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
function addBits(plane: v128, weight: i32, counts: usize): void {
  // The mask is of the uppermost bits; adding a vector to itself moves the next ones there.
  addTo(counts + 28, popcnt(i8x16.bitmask(plane)) << weight);
  plane = i8x16.add(plane, plane);
  addTo(counts + 24, popcnt(i8x16.bitmask(plane)) << weight);
  plane = i8x16.add(plane, plane);
  addTo(counts + 20, popcnt(i8x16.bitmask(plane)) << weight);
  plane = i8x16.add(plane, plane);
  addTo(counts + 16, popcnt(i8x16.bitmask(plane)) << weight);
  plane = i8x16.add(plane, plane);
  addTo(counts + 12, popcnt(i8x16.bitmask(plane)) << weight);
  plane = i8x16.add(plane, plane);
  addTo(counts + 8, popcnt(i8x16.bitmask(plane)) << weight);
  plane = i8x16.add(plane, plane);
  addTo(counts + 4, popcnt(i8x16.bitmask(plane)) << weight);
  plane = i8x16.add(plane, plane);
  addTo(counts, popcnt(i8x16.bitmask(plane)) << weight);
}

@inline
function addTo(place: usize, n: i32): void {
  store<i32>(place, load<i32>(place) + n);
}
