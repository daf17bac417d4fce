import { bitsOf } from './float-bits';
import { countSteps, type LevelTable } from './level-table';

/** Room for codes: Uint16Array only where a scheme has more than 256 levels (Sqrt2_17 with 8 bits). */
export type CodeArray = Uint8Array | Uint16Array;

/** Codes that fit one lane of counters: more than any scheme has. */
const LANE_BITS = 9;
const LANE = 1 << LANE_BITS;

// The loops below work on these blocks alone, and data is copied through them. Arrays that are constants of the module
// have a known length and place, so the compiler drops every bounds check and reload: with counting, 2.9 ns per element
// against 12 ns on arrays passed in (the copies cost 0.3). One block is 4096 floats, which stays in the first cache.
const BLOCK = 4096;
const LAST = new Int32Array(1024);
const CODES = new Uint16Array(2048);
const VALUES = new Float32Array(2048);
const IN = new Float32Array(BLOCK);
const IN_BITS = bitsOf(IN);
const OUT = new Float32Array(BLOCK);
const OUT_CODES = new Uint8Array(BLOCK);
// Neighbouring elements often share a code (most of an attention map is zero). Four lanes in turn keep one increment
// from waiting for the one before it.
const COUNTS = new Int32Array(4 * LANE);

/**
 * Quantises x[from .. to): values into `out`, codes into `codes`, each at the same positions and either of them null.
 * `out` may be `x` itself.
 */
export function quantizeByTable(
  table: LevelTable,
  x: Float32Array,
  out: Float32Array | null,
  codes: CodeArray | null,
  from: number,
  to: number,
): void {
  if (!loadCells(table, codes)) return search(table, x, out, codes, from, to, null);
  for (let start = from; start < to; start += BLOCK) {
    const length = Math.min(BLOCK, to - start);
    IN.set(x.subarray(start, start + length));
    if (out && codes) blockToBoth(length);
    else if (out) blockToValues(length);
    else blockToCodes(length);
    if (out) copyOut(OUT, out, start, length);
    if (codes) copyOut(OUT_CODES, codes, start, length);
  }
}

/**
 * As `quantizeByTable` for consecutive maps of `mapSize` elements, counting codes in the same pass.
 *
 * @param counts [groups, levels], added to; map m belongs to group m % groups
 */
export function quantizeAndCount(
  table: LevelTable,
  x: Float32Array,
  out: Float32Array,
  codes: CodeArray | null,
  mapSize: number,
  groups: number,
  counts: Uint32Array | Float64Array,
): void {
  const levels = table.levels.length;
  const fits = loadCells(table, codes);
  for (let map = 0; map * mapSize < x.length; map++) {
    const row = (map % groups) * levels;
    const end = (map + 1) * mapSize;
    if (!fits) {
      search(table, x, out, codes, map * mapSize, end, counts.subarray(row, row + levels));
      continue;
    }
    COUNTS.fill(0);
    for (let start = map * mapSize; start < end; start += BLOCK) {
      const length = Math.min(BLOCK, end - start);
      IN.set(x.subarray(start, start + length));
      blockAndCount(length);
      copyOut(OUT, out, start, length);
      if (codes) copyOut(OUT_CODES, codes, start, length);
    }
    for (let code = 0; code < levels; code++) {
      counts[row + code] += COUNTS[code] + COUNTS[LANE + code] + COUNTS[2 * LANE + code] + COUNTS[3 * LANE + code];
    }
  }
}

/** False when the table or the codes do not fit the block loops, which is so only for 8-bit logarithms. */
function loadCells({ cells, levels }: LevelTable, codes: CodeArray | null): boolean {
  if (!cells || (codes !== null && levels.length > 256)) return false;
  LAST.set(cells.last);
  CODES.set(cells.codes);
  VALUES.set(cells.values);
  return true;
}

function copyOut(
  block: Float32Array | Uint8Array,
  into: Float32Array | CodeArray,
  start: number,
  length: number,
): void {
  into.set(length === BLOCK ? block : block.subarray(0, length), start);
}

function search(
  { thresholds, levels }: LevelTable,
  x: Float32Array,
  out: Float32Array | null,
  codes: CodeArray | null,
  from: number,
  to: number,
  counts: Uint32Array | Float64Array | null,
): void {
  const bits = bitsOf(x);
  for (let i = from; i < to; i++) {
    const code = countSteps(thresholds, bits[i]);
    if (counts) counts[code]++;
    if (codes) codes[i] = code;
    if (out) out[i] = levels[code];
  }
}

// One loop for each combination: a test per element would cost as much as the quantiser itself.

function blockToBoth(length: number): void {
  for (let i = 0; i < length; i++) {
    const bits = IN_BITS[i];
    const half = ((bits >>> 22) << 1) + ((LAST[bits >>> 22] - bits) >>> 31);
    OUT_CODES[i] = CODES[half];
    OUT[i] = VALUES[half];
  }
}

function blockToValues(length: number): void {
  for (let i = 0; i < length; i++) {
    const bits = IN_BITS[i];
    OUT[i] = VALUES[((bits >>> 22) << 1) + ((LAST[bits >>> 22] - bits) >>> 31)];
  }
}

function blockToCodes(length: number): void {
  for (let i = 0; i < length; i++) {
    const bits = IN_BITS[i];
    OUT_CODES[i] = CODES[((bits >>> 22) << 1) + ((LAST[bits >>> 22] - bits) >>> 31)];
  }
}

function blockAndCount(length: number): void {
  for (let i = 0; i < length; i++) {
    const bits = IN_BITS[i];
    const half = ((bits >>> 22) << 1) + ((LAST[bits >>> 22] - bits) >>> 31);
    const code = CODES[half];
    const lane = ((i & 3) << LANE_BITS) | code;
    COUNTS[lane] = (COUNTS[lane] + 1) | 0;
    OUT_CODES[i] = code;
    OUT[i] = VALUES[half];
  }
}
