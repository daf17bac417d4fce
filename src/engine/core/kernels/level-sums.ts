import { bitsOf } from './float-bits';
import type { LevelCells } from './level-table';

// Blocks and tables as constants of the module, for the reason given in level-codes.ts.
const BLOCK = 4096;
const LAST = new Int32Array(1024);
const VALUES = new Float32Array(2048);
const IN = new Float32Array(BLOCK);
const IN_BITS = bitsOf(IN);
const PRODUCTS = new Float64Array(3);
const ERROR = new Float64Array(1);

/**
 * Adds up what the best scale of fixed levels depends on, over x[from .. to).
 *
 * @param cells of a table whose values are the levels themselves
 * @param into [sum of x * level, sum of level^2, greatest x], continued in the order of the elements; the first is NaN or
 *   infinite when an element is
 */
export function addLevelProducts(
  x: Float32Array,
  from: number,
  to: number,
  cells: LevelCells,
  into: Float64Array,
): void {
  LAST.set(cells.last);
  VALUES.set(cells.values);
  PRODUCTS.set(into);
  for (let start = from; start < to; start += BLOCK) {
    const length = Math.min(BLOCK, to - start);
    IN.set(x.subarray(start, start + length));
    blockProducts(length);
  }
  into.set(PRODUCTS);
}

/** Sum of (x - value of x)^2 over x[from .. to), continued from `before` in the order of the elements. */
export function addLevelError(x: Float32Array, from: number, to: number, cells: LevelCells, before: number): number {
  LAST.set(cells.last);
  VALUES.set(cells.values);
  ERROR[0] = before;
  for (let start = from; start < to; start += BLOCK) {
    const length = Math.min(BLOCK, to - start);
    IN.set(x.subarray(start, start + length));
    blockError(length);
  }
  return ERROR[0];
}

function blockProducts(length: number): void {
  let products = PRODUCTS[0];
  let squares = PRODUCTS[1];
  let greatest = PRODUCTS[2];
  for (let i = 0; i < length; i++) {
    const bits = IN_BITS[i];
    const value = IN[i];
    const level = VALUES[((bits >>> 22) << 1) + ((LAST[bits >>> 22] - bits) >>> 31)];
    products += value * level;
    squares += level * level;
    if (value > greatest) greatest = value;
  }
  PRODUCTS[0] = products;
  PRODUCTS[1] = squares;
  PRODUCTS[2] = greatest;
}

function blockError(length: number): void {
  let sum = ERROR[0];
  for (let i = 0; i < length; i++) {
    const bits = IN_BITS[i];
    const error = IN[i] - VALUES[((bits >>> 22) << 1) + ((LAST[bits >>> 22] - bits) >>> 31)];
    sum += error * error;
  }
  ERROR[0] = sum;
}
