import type { SchemeId } from '../../../shared/settings';
import { countElements, type Chunks } from '../kernels/chunk-source';
import { addLevelError } from '../kernels/level-sums';
import { buildLevelTable, countSteps, type LevelTable } from '../kernels/level-table';
import { bitsOf } from '../kernels/float-bits';
import { planQuantiles, quantiles } from '../kernels/quantiles';
import { roundHalfEven } from '../kernels/round-half-even';
import { createTick, forEachSlab, type Poll } from '../kernels/slabs';
import { SEARCH_QUANTILES } from '../kernels/uniform-search';
import type { LogScheme } from './scheme';

/** Integer levels stay below this shift, so that sums over a row of a map stay exact. */
const MOST_SHIFT = 12;

export interface Sqrt2Options {
  readonly id: SchemeId;
  readonly onSeedPage: boolean;
  /** Whether the last of the L codes is used beside the zero (17 values at 4 bits) or gives way to it (16). */
  readonly zeroIsExtra: boolean;
}

/**
 * RepQ-ViT's log sqrt(2) quantiser: q = rne(f(-2 * f(log2(f(x / delta))))); q >= L is zero, tested before q is clamped
 * to 0 .. L - 1 (`_17`) or 0 .. L - 2 (`_16`); value 2^-ceil(q / 2) * (q odd ? sqrt2 : 1) * delta.
 */
export function sqrt2({ id, onSeedPage, zeroIsExtra }: Sqrt2Options): LogScheme {
  const bitsFor = (aBits: number): number => {
    if (aBits === 32) return 4;
    if (!Number.isInteger(aBits) || aBits < 2 || aBits > 8)
      throw new Error(`${id}: bits must be 2 to 8, or 32, got ${aBits}`);
    return aBits;
  };
  // Code of q = 0; code c stands for q = greatest - c, zero apart.
  const greatestCode = (aBits: number): number => 2 ** bitsFor(aBits) - (zeroIsExtra ? 0 : 1);

  const codeOf = (x: number, delta: number, aBits: number): number => {
    const q = roundHalfEven(Math.fround(-2 * Math.fround(Math.log2(Math.fround(x / delta)))));
    if (q >= 2 ** bitsFor(aBits)) return 0;
    const greatest = greatestCode(aBits);
    return greatest - Math.min(Math.max(q, 0), greatest - 1);
  };

  const levels = (delta: number, aBits: number): Float32Array => {
    const greatest = greatestCode(aBits);
    const root = Math.fround(Math.SQRT2);
    const out = new Float32Array(greatest + 1);
    for (let code = 1; code <= greatest; code++) {
      const q = greatest - code;
      out[code] = Math.fround(2 ** -Math.ceil(q / 2) * (q % 2 === 1 ? root : 1)) * delta;
    }
    return out;
  };

  return {
    kind: 'sqrt2',
    id,
    family: 'log sqrt2',
    onSeedPage,
    integerOnly: false,
    bitsFor,
    levelCount: (aBits) => greatestCode(aBits) + 1,
    levels,
    integerLevels(aBits) {
      const greatest = greatestCode(aBits);
      const shift = Math.ceil((greatest - 1) / 2);
      if (shift > MOST_SHIFT) return null;
      const whole = new Int32Array(greatest + 1);
      const root = new Int32Array(greatest + 1);
      for (let code = 1; code <= greatest; code++) {
        const q = greatest - code;
        (q % 2 === 1 ? root : whole)[code] = 1 << (shift - Math.ceil(q / 2));
      }
      return { whole, root, scale: (delta) => delta / 2 ** shift, greatestRowSum: (tokens) => tokens * 2 ** shift };
    },
    codeOf,
    calibrate(chunks, aBits, poll) {
      const candidates = quantiles(chunks, planQuantiles(countElements(chunks), SEARCH_QUANTILES), createTick(poll));
      // A zero quantile (almost nothing but zeros) scores NaN in the reference and is passed over.
      const deltas = candidates.filter((delta) => delta > 0);
      const tables = deltas.map((delta) => buildLevelTable((x) => codeOf(x, delta, aBits), levels(delta, aBits)));
      return { delta: leastError(deltas, squaredErrors(chunks, tables, poll)) };
    },
    search: { kind: 'quantiles', probabilities: SEARCH_QUANTILES, best: leastError },
  };
}

/** The first delta with the least error; 1 when there is none. */
function leastError(deltas: readonly number[], errors: readonly number[]): number {
  let best = { delta: 1, error: Infinity };
  deltas.forEach((delta, i) => {
    if (errors[i] < best.error) best = { delta, error: errors[i] };
  });
  return best.delta;
}

/** Sum of squared errors of each table, all in one pass. */
function squaredErrors(chunks: Chunks, tables: readonly LevelTable[], poll?: Poll): number[] {
  const sums = tables.map(() => 0);
  forEachSlab(chunks, createTick(poll), (chunk, from, to) => {
    for (let i = 0; i < tables.length; i++) sums[i] = addTableError(chunk, from, to, tables[i], sums[i]);
  });
  return sums;
}

function addTableError(
  x: Float32Array,
  from: number,
  to: number,
  { cells, levels, thresholds }: LevelTable,
  before: number,
): number {
  if (cells) return addLevelError(x, from, to, cells, before);
  const bits = bitsOf(x);
  let sum = before;
  for (let i = from; i < to; i++) sum += (x[i] - levels[countSteps(thresholds, bits[i])]) ** 2;
  return sum;
}
