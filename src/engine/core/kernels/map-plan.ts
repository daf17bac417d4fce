/**
 * A quantiser of attention maps compiled for the SIMD kernels (src/engine/kernels-as): which loop, and the few numbers in it. All of them
 * come from the level table, and every shortcut that a loop takes is checked here against the table, for every code; where one does
 * not hold there is no plan, and the table itself quantises.
 */
import { floatBits, floatFromBits } from './float-bits';
import type { LevelTable } from './level-table';

/** Codes 0 to 16. */
const MOST_LEVELS = 17;
const OCTAVE = 1 << 23;
/** Steps may move by so many floats from octave to octave before comparing with each threshold becomes the rule. */
const MOST_DRIFT = 1 << 12;

export type MapPlan =
  /** One step in each octave, at its start (BitLog2 Single): code = (clamp(bits) - low) >> 23, output = 2^(code - 127) * scale. */
  | { readonly kind: 'octaves'; readonly low: number; readonly high: number; readonly scale: number }
  /** floor(x * range) cut to its first two bits (BitLog2 Half), output = that / divisor, and that * factor where this is the same. */
  | { readonly kind: 'halves'; readonly range: number; readonly divisor: number; readonly factor: number | null }
  /** Two steps in each octave (Sqrt2), output by table. */
  | ({ readonly kind: 'steps'; readonly outputs: readonly Float32Array[] } & Steps);

interface Steps {
  /** Least first and least second step of an octave, brought to the octave of code 1; as bits. */
  readonly first: number;
  readonly second: number;
  /** How far behind `first` or `second` the step of any octave may lie. */
  readonly drift: number;
  /** Whether the step between codes 1 and 2 is missing: Sqrt2_16 gives the last two powers the same code. */
  readonly gap: boolean;
}

/**
 * @param outputs of each code, code 0 is zero: the values, the integer levels, or two accumulators that make up the level together
 * @returns null when no loop gives these codes and outputs for every float
 */
export function planMap(table: LevelTable, outputs: readonly Float32Array[]): MapPlan | null {
  const [output] = outputs;
  if (output === undefined || table.levels.length > MOST_LEVELS || outputs.some((list) => list[0] !== 0)) return null;
  if (outputs.length === 1) {
    const plan = planOctaves(table.thresholds, output) ?? planHalves(table.thresholds, output);
    if (plan !== null) return plan;
  }
  const steps = planSteps(table.thresholds, false) ?? planSteps(table.thresholds, true);
  return steps && { kind: 'steps', outputs, ...steps };
}

function planOctaves(thresholds: Int32Array, output: Float32Array): MapPlan | null {
  const low = thresholds[0] - OCTAVE;
  const high = low + (thresholds.length + 1) * OCTAVE - 1;
  const scale = Math.fround(output[1] * 2 ** 126);
  const fits = low > 0 && low % OCTAVE === 0 && Number.isFinite(scale) && thresholds.every((bits, i) => bits === thresholds[0] + i * OCTAVE);
  if (!fits || output.some((value, code) => code > 0 && value !== Math.fround(2 ** (code - 127) * scale))) return null;
  return { kind: 'octaves', low, high, scale };
}

function planHalves(thresholds: Int32Array, output: Float32Array): MapPlan | null {
  const range = Math.round(1 / floatFromBits(thresholds[0]));
  const levels = halvesBelow(range);
  // Beyond this, integers would be rounded.
  if (levels.length !== output.length || range >= 2 ** 24) return null;
  const levelOf = (bits: number): number => cut(Math.floor(Math.min(Math.fround(floatFromBits(bits) * range), range - 1)));
  // Levels never fall as x grows, so two neighbours on either side of each step settle every float.
  const steps = thresholds.every((bits, i) => levelOf(bits - 1) === levels[i] && levelOf(bits) === levels[i + 1]);
  const divisor = divisorOf(levels, output);
  if (!steps || divisor === null) return null;
  const factor = Math.fround(1 / divisor);
  return { kind: 'halves', range, divisor, factor: levels.every((level, code) => Math.fround(level * factor) === output[code]) ? factor : null };
}

/** 0, 1, 2, 3, 4, 6, 8, 12, ... */
function halvesBelow(range: number): number[] {
  const levels = [0];
  if (range >= 1 && range < 2 ** 24) for (let xi = 1; xi < range; xi++) if (cut(xi) === xi) levels.push(xi);
  return levels;
}

const cut = (xi: number): number => floatFromBits(floatBits(xi) & 0xffc00000);

/** The float that divides all levels into the outputs. */
function divisorOf(levels: readonly number[], output: Float32Array): number | null {
  // The greatest level's quotient is as coarse as any, so neighbours are tried too.
  const near = floatBits(levels[levels.length - 1] / output[levels.length - 1]);
  const candidates = [Math.round(floatFromBits(near)), ...[0, -1, 1, -2, 2].map((step) => floatFromBits(near + step))];
  return candidates.find((divisor) => levels.every((level, code) => Math.fround(level / divisor) === output[code])) ?? null;
}

function planSteps(thresholds: Int32Array, gap: boolean): Steps | null {
  if (thresholds.length < 3) return null;
  const place = (i: number): number => (gap && i > 0 ? i + 1 : i);
  const home = Array.from(thresholds, (bits, i) => bits - (place(i) >> 1) * OCTAVE);
  const firsts = home.filter((_, i) => place(i) % 2 === 0);
  const seconds = home.filter((_, i) => place(i) % 2 === 1);
  const first = Math.min(...firsts);
  const second = Math.min(...seconds);
  const drift = Math.max(Math.max(...firsts) - first, Math.max(...seconds) - second);
  const inTurn = first > 0 && first + drift < second && second + drift < first + OCTAVE;
  return inTurn && drift <= MOST_DRIFT ? { first, second, drift, gap } : null;
}
