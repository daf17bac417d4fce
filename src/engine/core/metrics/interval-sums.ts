/**
 * One look at each element for any number of step functions. Whatever is counted of attention values here (bins of the density, codes of
 * several schemes) steps up at fixed floats; between two neighbours of all these floats nothing changes. So elements are summed
 * by interval, and every bin and every code is a union of intervals: exact, and in one pass instead of one for each scheme.
 */
import { bitsOf, floatFromBits } from '../kernels/float-bits';

const CELL_SHIFT = 16;
const CELLS = 1 << (32 - CELL_SHIFT);
const MOST = 4096;
const LAST_BITS = 0x7fffffff;

export interface Partition {
  /** Bits of the floats where something steps up, ascending, each once: interval i begins at the (i - 1)-th of them. */
  readonly thresholds: Int32Array;
  readonly intervals: number;
  /** [65536] by the upper 16 bits of a float: the least interval that it can lie in. */
  readonly first: Uint16Array;
  /** By interval: what sums are taken from. */
  readonly origins: Float64Array;
}

/** [groups, intervals] each: elements, sum of x - origin, sum of its square. */
export interface IntervalSums {
  readonly counts: Float64Array;
  readonly sums: Float64Array;
  readonly squares: Float64Array;
}

// Constants of the module, for the reason given in kernels/level-codes.ts.
const BLOCK = 4096;
const IN = new Float32Array(BLOCK);
const IN_BITS = bitsOf(IN);
const FIRST = new Uint16Array(CELLS);
const STEPS = new Int32Array(MOST);
const ORIGINS = new Float64Array(MOST);
const COUNTS = new Float64Array(MOST);
const SUMS = new Float64Array(MOST);
const SQUARES = new Float64Array(MOST);

/**
 * @param lists bits of the least float behind each step, ascending in each list, as in `LevelTable.thresholds`
 * @throws {Error} when there are more than 4095 different ones
 */
export function createPartition(lists: readonly Int32Array[]): Partition {
  const thresholds = Int32Array.from(new Set(lists.flatMap((list) => [...list]))).sort();
  const intervals = thresholds.length + 1;
  if (intervals > MOST) throw new Error(`${intervals} intervals, ${MOST} are the most`);
  const first = new Uint16Array(CELLS);
  let interval = 0;
  for (let cell = 0; cell < CELLS / 2; cell++) {
    while (interval < thresholds.length && thresholds[interval] <= cell << CELL_SHIFT) interval++;
    first[cell] = interval;
  }
  // Sums of small differences lose nothing where sums of the values would.
  const origins = new Float64Array(intervals);
  for (let i = 1; i < intervals; i++) origins[i] = thresholds[i - 1] < 0x7f800000 ? floatFromBits(thresholds[i - 1]) : 0;
  return { thresholds, intervals, first, origins };
}

export function emptySums({ intervals }: Pick<Partition, 'intervals'>, groups: number): IntervalSums {
  return { counts: new Float64Array(groups * intervals), sums: new Float64Array(groups * intervals), squares: new Float64Array(groups * intervals) };
}

/**
 * Adds consecutive maps of `mapSize` elements >= 0; map m belongs to group m % groups. NaN and infinities make the sums of their group
 * NaN or infinite.
 */
export function addIntervals(partition: Partition, x: Float32Array, mapSize: number, groups: number, into: IntervalSums): void {
  const { thresholds, intervals, first, origins } = partition;
  FIRST.set(first);
  STEPS.fill(LAST_BITS);
  STEPS.set(thresholds);
  ORIGINS.set(origins);
  for (let map = 0; map * mapSize < x.length; map++) {
    const from = (map % groups) * intervals;
    COUNTS.set(into.counts.subarray(from, from + intervals));
    SUMS.set(into.sums.subarray(from, from + intervals));
    SQUARES.set(into.squares.subarray(from, from + intervals));
    for (let start = map * mapSize; start < (map + 1) * mapSize; start += BLOCK) {
      const length = Math.min(BLOCK, (map + 1) * mapSize - start);
      IN.set(x.subarray(start, start + length));
      addBlock(length);
    }
    into.counts.set(COUNTS.subarray(0, intervals), from);
    into.sums.set(SUMS.subarray(0, intervals), from);
    into.squares.set(SQUARES.subarray(0, intervals), from);
  }
}

function addBlock(length: number): void {
  for (let i = 0; i < length; i++) {
    const bits = IN_BITS[i];
    let at = FIRST[bits >>> CELL_SHIFT];
    while (bits >= STEPS[at]) at++;
    const distance = IN[i] - ORIGINS[at];
    COUNTS[at]++;
    SUMS[at] += distance;
    SQUARES[at] += distance * distance;
  }
}

/** Adds `more` to `into`, element by element. */
export function mergeSums(into: IntervalSums, more: IntervalSums): void {
  for (const key of ['counts', 'sums', 'squares'] as const) for (let i = 0; i < into[key].length; i++) into[key][i] += more[key][i];
}

/** Which step of one of the lists each interval lies behind: its code, or its bin. */
export function stepsOf({ thresholds, intervals }: Partition, list: Int32Array): Uint16Array {
  const steps = new Uint16Array(intervals);
  let step = 0;
  for (let i = 1; i < intervals; i++) {
    while (step < list.length && list[step] <= thresholds[i - 1]) step++;
    steps[i] = step;
  }
  return steps;
}
