import { bitsOf } from './float-bits';
import { countSteps, type LevelCells, type LevelTable } from './level-table';

/** Room for codes: Uint16Array only where a scheme has more than 256 levels (Sqrt2_17 with 8 bits). */
export type CodeArray = Uint8Array | Uint16Array;

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
  const bits = bitsOf(x);
  const { cells, levels } = table;
  if (!cells) {
    for (let i = from; i < to; i++) {
      const code = countSteps(table.thresholds, bits[i]);
      if (codes) codes[i] = code;
      if (out) out[i] = levels[code];
    }
  } else if (out && codes) toBoth(bits, cells, levels, out, codes, from, to);
  else if (out) toValues(bits, cells, levels, out, from, to);
  else if (codes) toCodes(bits, cells, codes, from, to);
}

/**
 * As `quantizeByTable`, counting codes in the same pass.
 *
 * @param counts [levels] added to
 */
export function quantizeAndCount(
  table: LevelTable,
  x: Float32Array,
  out: Float32Array,
  codes: CodeArray | null,
  from: number,
  to: number,
  counts: Uint32Array,
): void {
  const bits = bitsOf(x);
  const { cells, levels } = table;
  if (!cells) {
    for (let i = from; i < to; i++) {
      const code = countSteps(table.thresholds, bits[i]);
      counts[code]++;
      if (codes) codes[i] = code;
      out[i] = levels[code];
    }
  } else if (codes) countBoth(bits, cells, levels, out, codes, from, to, counts);
  else countValues(bits, cells, levels, out, from, to, counts);
}

// One loop for each combination: a test per element would cost as much as the quantiser itself.

function toBoth(
  bits: Int32Array,
  { base, last }: LevelCells,
  levels: Float32Array,
  out: Float32Array,
  codes: CodeArray,
  from: number,
  to: number,
): void {
  for (let i = from; i < to; i++) {
    const b = bits[i];
    const code = base[b >>> 22] + ((last[b >>> 22] - b) >>> 31);
    codes[i] = code;
    out[i] = levels[code];
  }
}

function toValues(
  bits: Int32Array,
  { base, last }: LevelCells,
  levels: Float32Array,
  out: Float32Array,
  from: number,
  to: number,
): void {
  for (let i = from; i < to; i++) {
    const b = bits[i];
    out[i] = levels[base[b >>> 22] + ((last[b >>> 22] - b) >>> 31)];
  }
}

function toCodes(bits: Int32Array, { base, last }: LevelCells, codes: CodeArray, from: number, to: number): void {
  for (let i = from; i < to; i++) {
    const b = bits[i];
    codes[i] = base[b >>> 22] + ((last[b >>> 22] - b) >>> 31);
  }
}

// Neighbouring elements often share a code (most of an attention map is zero). Four tables in turn keep one
// increment from waiting for the one before it.

function countBoth(
  bits: Int32Array,
  { base, last }: LevelCells,
  levels: Float32Array,
  out: Float32Array,
  codes: CodeArray,
  from: number,
  to: number,
  counts: Uint32Array,
): void {
  const lanes = new Uint32Array(4 * 512);
  for (let i = from; i < to; i++) {
    const b = bits[i];
    const code = base[b >>> 22] + ((last[b >>> 22] - b) >>> 31);
    lanes[((i & 3) << 9) | code]++;
    codes[i] = code;
    out[i] = levels[code];
  }
  addLanes(lanes, counts);
}

function countValues(
  bits: Int32Array,
  { base, last }: LevelCells,
  levels: Float32Array,
  out: Float32Array,
  from: number,
  to: number,
  counts: Uint32Array,
): void {
  const lanes = new Uint32Array(4 * 512);
  for (let i = from; i < to; i++) {
    const b = bits[i];
    const code = base[b >>> 22] + ((last[b >>> 22] - b) >>> 31);
    lanes[((i & 3) << 9) | code]++;
    out[i] = levels[code];
  }
  addLanes(lanes, counts);
}

function addLanes(lanes: Uint32Array, counts: Uint32Array): void {
  for (let code = 0; code < counts.length; code++) {
    counts[code] += lanes[code] + lanes[512 + code] + lanes[1024 + code] + lanes[1536 + code];
  }
}
