import type { SchemeId } from '../../../shared/settings';
import { addLevelProducts } from '../kernels/level-sums';
import { buildLevelTable, type LevelTable } from '../kernels/level-table';
import { countElements } from '../kernels/chunk-source';
import { createTick, forEachSlab } from '../kernels/slabs';
import { notFinite, UnusableTensorError } from '../kernels/unusable-tensor-error';
import type { LogScheme } from './scheme';

/** What tells one BitLog2 scheme from another. */
export interface BitLog2Options {
  readonly id: SchemeId;
  readonly onSeedPage: boolean;
  /** M: the softmax is scaled to integers 0 .. M - 1. */
  readonly integerRange: number;
  /** Whether 1.5 * 2^n are levels too (n >= 1). */
  readonly halves: boolean;
}

/**
 * BitLog2, the seed's quantiser: xi = clamp(floor(f(x * M)), 0, M - 1), n = floor(log2 xi) by shifts, level 2^n (and
 * 1.5 * 2^n with halves), value level / delta with a whole delta. 4 bit whatever the activations are.
 */
export function bitLog2({ id, onSeedPage, integerRange, halves }: BitLog2Options): LogScheme {
  const codeOfInteger = (xi: number): number => {
    if (xi < 1) return 0;
    const n = 31 - Math.clz32(xi);
    if (!halves) return n + 1;
    // Without 1.5 * 2^0 the codes run 0, 1, 2, 3, 4, 6, 8, 12, ...: two for each n >= 1.
    return n === 0 ? 1 : 2 * n + ((xi >> (n - 1)) & 1);
  };
  const codeOf = (x: number): number =>
    codeOfInteger(Math.min(Math.max(Math.floor(Math.fround(x * integerRange)), 0), integerRange - 1));

  const integers = integerLadder(codeOfInteger, integerRange);
  const levels = (delta: number): Float32Array => Float32Array.from(integers, (level) => level / delta);
  let table: LevelTable | undefined;

  return {
    kind: 'bitlog2',
    id,
    family: 'BitLog2',
    onSeedPage,
    integerOnly: true,
    bitsFor: () => 4,
    levelCount: () => integers.length,
    levels,
    integerLevels: () => ({
      whole: integers.slice(),
      root: null,
      scale: (delta) => 1 / delta,
      // Levels are cut off below x * M.
      greatestRowSum: (tokens, slack) => Math.min(tokens * integers[integers.length - 1], integerRange * slack),
    }),
    codeOf,
    calibrate(chunks, _aBits, poll) {
      if (countElements(chunks) === 0) throw new UnusableTensorError('empty', 'Cannot quantise: the tensor is empty');
      table ??= buildLevelTable(codeOf, levels(1));
      const { cells } = table;
      if (!cells) throw new Error(`${id}: two steps in half an octave`);
      const found = new Float64Array(3);
      forEachSlab(chunks, createTick(poll), (chunk, from, to) => addLevelProducts(chunk, from, to, cells, found));
      const [products, squares, greatest] = found;
      // 0 * infinity is NaN, so an infinity shows even where its level is zero.
      if (!Number.isFinite(products)) throw notFinite(chunks);
      return { delta: bestDelta(products, squares, Math.max(1, integers[codeOf(greatest)]), integerRange - 1) };
    },
    search: {
      kind: 'sums',
      best(counts, sums) {
        let products = 0;
        let squares = 0;
        let greatest = 1;
        for (const [code, level] of integers.entries()) {
          products += level * sums[code];
          squares += level * level * counts[code];
          if (counts[code] > 0 && level > greatest) greatest = level;
        }
        return bestDelta(products, squares, greatest, integerRange - 1);
      },
    },
  };
}

/** Least integer of each code, which is the code's level. */
function integerLadder(codeOfInteger: (xi: number) => number, integerRange: number): Int32Array {
  const ladder = [0];
  for (let xi = 1; xi < integerRange; xi++) if (codeOfInteger(xi) === ladder.length) ladder.push(xi);
  return Int32Array.from(ladder);
}

/**
 * The whole delta in [least, most] with the least sum of (x - level / delta)^2. As a function of 1 / delta that sum is a
 * parabola with its minimum at S1 / S2 (S1 = sum of x * level, S2 = sum of level^2), so only the two whole numbers around
 * S2 / S1 can win: a closed form for what the reference searches in up to 65,536 passes.
 *
 * @param least the greatest level met
 */
function bestDelta(s1: number, s2: number, least: number, most: number): number {
  // All levels zero (a flat map of many tokens): every delta is as good, and the search keeps its first.
  if (s1 === 0) return 1;
  const inRange = (delta: number): number => Math.min(Math.max(delta, least), most);
  const low = inRange(Math.floor(s2 / s1));
  const high = inRange(Math.ceil(s2 / s1));
  const score = (delta: number): number => s2 / delta / delta - (2 * s1) / delta;
  return score(high) < score(low) ? high : low;
}
