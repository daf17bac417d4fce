import { bytesOfCodes, floatsOfCodes, powersOfCodes } from './code-tables';
import { countCodes, NO_CODE, ROUND } from './count-codes';
import { continueDigest, finishDigest, startDigest } from './digest-codes';
import { halfBlock } from './half-levels';
import { BLOCK, CODES, COUNTERS, HALVES, HALVES_U8, LANES, MapPlan, OCTAVES, SECOND_TABLES, STEPS, TABLES, TAIL, TAIL_OUT, TAIL_SECOND, VALUES } from './map-plan';
import { octaveBlock } from './octave-levels';
import { addRows } from './row-statistics';
import { stepBlock } from './step-levels';

/**
 * Quantises the consecutive maps of one image, and in the same pass, block by block while the codes are in the first cache, counts and digests them.
 *
 * @param out where values or levels go; may be x. Float32, or uint8 for HALVES_U8
 * @param second the second output of STEPS_SPLIT
 * @param codes 0, or where the codes go, uint8
 * @param counts 0, or u32 [groups, COUNTERS], in place of what stands there; map m belongs to group m % groups
 * @param digest 0, or u32: continued from what stands there
 * @param statistics 0, or float64 [maps * rows, 4]: what `addRows` gives, in place of what stands there; only for float32 values
 */
export function quantizeMaps(
  plan: MapPlan,
  x: usize,
  out: usize,
  second: usize,
  codes: usize,
  counts: usize,
  digest: usize,
  statistics: usize,
  maps: usize,
  rows: usize,
  cols: usize,
  groups: usize,
): void {
  const scratch = plan.scratch;
  const lanes = scratch + LANES;
  const own = scratch + CODES;
  const size = rows * cols;
  // With statistics whole rows at a time.
  const most = statistics == 0 ? BLOCK : (BLOCK / cols) * cols;
  const wantsCodes = codes != 0 || counts != 0 || digest != 0;
  const width: usize = plan.kind == HALVES_U8 ? 1 : 4;
  let waiting: usize = 0;
  if (digest != 0) startDigest(lanes, load<u32>(digest));
  if (counts != 0) memory.fill(counts, 0, groups * (COUNTERS << 2));
  for (let map: usize = 0; map < maps; map++) {
    const row = counts + (map % groups) * (COUNTERS << 2);
    for (let start: usize = 0; start < size; start += most) {
      const n = min(most, size - start);
      if (statistics != 0) {
        quantizeBlock(plan, x, scratch + VALUES, 0, own, n);
        addRows(x, scratch + VALUES, n / cols, cols, statistics);
        memory.copy(out, scratch + VALUES, n << 2);
        statistics += (n / cols) << 5;
      } else {
        quantizeBlock(plan, x, out, second, wantsCodes ? own : 0, n);
      }
      x += n << 2;
      out += n * width;
      if (second != 0) second += n << 2;
      if (codes != 0) {
        memory.copy(codes, own, n);
        codes += n;
      }
      if (counts != 0) count(own, n, scratch + VALUES, row);
      if (digest != 0) {
        const whole = (waiting + n) & ~63;
        continueDigest(lanes, own - waiting, whole);
        const rest = waiting + n - whole;
        memory.copy(own - rest, own - waiting + whole, rest);
        waiting = rest;
      }
    }
  }
  if (digest != 0) store<u32>(digest, finishDigest(lanes, own - waiting, waiting));
  if (counts != 0) countLast(counts, groups, (maps / groups) * size);
}

@inline
function count(codes: usize, n: usize, spare: usize, counts: usize): void {
  const padded = (n + ROUND - 1) & ~(ROUND - 1);
  memory.fill(codes + n, NO_CODE, padded - n);
  countCodes(codes, padded, spare, counts);
}

/** The greatest code is what the others leave. */
function countLast(counts: usize, groups: usize, elements: usize): void {
  for (let group: usize = 0; group < groups; group++, counts += COUNTERS << 2) {
    let rest = <u32>elements;
    for (let code: usize = 0; code < COUNTERS - 1; code++) rest -= load<u32>(counts + (code << 2));
    store<u32>(counts, rest, (COUNTERS - 1) << 2);
  }
}

/** Any number of elements: the last few go through the scratch, so that nothing behind them is touched. */
function quantizeBlock(plan: MapPlan, x: usize, out: usize, second: usize, codes: usize, n: usize): void {
  const whole = n & ~15;
  const rest = n & 15;
  quantizeWhole(plan, x, out, second, codes, whole);
  if (rest == 0) return;
  const tail = plan.scratch + TAIL;
  const tailOut = plan.scratch + TAIL_OUT;
  const tailSecond = plan.scratch + TAIL_SECOND;
  memory.fill(tail, 0, 64);
  memory.copy(tail, x + (whole << 2), rest << 2);
  quantizeWhole(plan, tail, tailOut, tailSecond, codes == 0 ? 0 : codes + whole, 16);
  const width: usize = plan.kind == HALVES_U8 ? 1 : 4;
  memory.copy(out + whole * width, tailOut, rest * width);
  if (second != 0) memory.copy(second + (whole << 2), tailSecond, rest << 2);
}

function quantizeWhole(plan: MapPlan, x: usize, out: usize, second: usize, codes: usize, n: usize): void {
  if (plan.kind == OCTAVES) return octaveBlock(plan, x, out, codes, n);
  if (plan.kind == HALVES) return halfBlock(plan, x, out, codes, n);
  // The others make their output from the codes.
  if (codes == 0) codes = plan.scratch + CODES;
  if (plan.kind == HALVES_U8) {
    halfBlock(plan, x, 0, codes, n);
    bytesOfCodes(plan, TABLES, codes, out, n);
  } else {
    stepBlock(plan, x, codes, n);
    if (plan.kind == STEPS) {
      floatsOfCodes(plan, TABLES, codes, out, n);
    } else {
      powersOfCodes(plan, TABLES, codes, out, n);
      powersOfCodes(plan, SECOND_TABLES, codes, second, n);
    }
  }
}
