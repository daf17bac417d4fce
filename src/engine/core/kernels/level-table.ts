import { floatFromBits } from './float-bits';

const CELL_SHIFT = 22;
const CELLS = 1 << (32 - CELL_SHIFT);
const INFINITY_BITS = 0x7f800000;

/**
 * A quantiser of numbers >= 0 whose code never falls as x grows, compiled for speed. Such a quantiser is nothing but
 * the list of floats at which its code steps up, so the formula (a logarithm, a division, a shift) is evaluated only
 * while the table is built and the result is exact by construction.
 */
export interface LevelTable {
  /** code -> value, ascending, code 0 is zero. */
  readonly levels: Float32Array;
  /** Bits of the least float of code 1, 2, ... */
  readonly thresholds: Int32Array;
  /** Present unless two steps fall into one cell (only for 8-bit logarithms, among denormals). */
  readonly cells: LevelCells | null;
}

/**
 * All floats by their upper 10 bits (sign, exponent, first mantissa bit: half an octave each), with at most one step
 * in each. A float of cell c lies in half 2 * c + (bits > last[c]), and a half has one code and one value.
 */
export interface LevelCells {
  /** [1024] bits of the last float of the cell before the step; of the cell's last float when there is none. */
  readonly last: Int32Array;
  /** [2048] code of each half. */
  readonly codes: Uint16Array;
  /** [2048] value of each half. */
  readonly values: Float32Array;
}

/**
 * @param codeOf the quantiser's definition for x >= 0: whole numbers from 0, never falling
 * @param levels the value of each code; its length is the number of codes
 */
export function buildLevelTable(codeOf: (x: number) => number, levels: Float32Array): LevelTable {
  const thresholds = new Int32Array(levels.length - 1);
  for (let code = 1; code < levels.length; code++) thresholds[code - 1] = leastBits(codeOf, code);
  return { levels, thresholds, cells: buildCells(thresholds, levels) };
}

/** Bits of the least float with at least this code, by bisection over the bits; past infinity when none has it. */
function leastBits(codeOf: (x: number) => number, code: number): number {
  let low = 0;
  let high = INFINITY_BITS + 1;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (codeOf(floatFromBits(middle)) >= code) high = middle;
    else low = middle + 1;
  }
  return low;
}

function buildCells(thresholds: Int32Array, levels: Float32Array): LevelCells | null {
  const codes = new Uint16Array(2 * CELLS);
  const last = new Int32Array(CELLS);
  let code = 0;
  for (let cell = 0; cell < CELLS; cell++) {
    const first = cell << CELL_SHIFT;
    const end = first | ((1 << CELL_SHIFT) - 1);
    last[cell] = end;
    // Negative numbers do not occur in a softmax; they get code 0, and so does -0.
    if (cell >= CELLS / 2) continue;
    while (code < thresholds.length && thresholds[code] <= first) code++;
    codes[2 * cell] = code;
    if (code < thresholds.length && thresholds[code] <= end) last[cell] = thresholds[code++] - 1;
    codes[2 * cell + 1] = code;
    if (code < thresholds.length && thresholds[code] <= end) return null;
  }
  return { last, codes, values: Float32Array.from(codes, (c) => levels[c]) };
}

/** How many steps lie at or below these bits: the code of that float. */
export function countSteps(thresholds: Int32Array, bits: number): number {
  let low = 0;
  let high = thresholds.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (thresholds[middle] <= bits) low = middle + 1;
    else high = middle;
  }
  return low;
}
