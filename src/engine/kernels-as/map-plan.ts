/**
 * A compiled quantiser of attention maps as the host lays it out in memory (../runtime/kernels/write-plan.ts holds the same offsets).
 * Every number in it comes from the level table of the TypeScript definition.
 *
 * Constants of the loops lie here as whole vectors and are loaded in front of each loop: V8 takes a splat, and even a constant vector, for
 * something to be made again in every round (measured: a quarter of the time), but leaves a load where it stands.
 */
@unmanaged
export class MapPlan {
  /** Which loop: one of the constants below. */
  kind: i32;
  /** Number of codes, 2 to 17. */
  levels: i32;
  /** Where intermediate codes and values go. */
  scratch: usize;
  /** HALVES: whether SCALE is a factor; else it is a divisor. */
  byFactor: i32;
}

/** One step in each octave, at its start: BitLog2 Single. */
export const OCTAVES: i32 = 0;
/** Levels 2^n and 1.5 * 2^n of floor(x * M): BitLog2 Half. */
export const HALVES: i32 = 1;
/** The same as HALVES, out as uint8 levels. */
export const HALVES_U8: i32 = 2;
/** Two steps in each octave at any place: Sqrt2. */
export const STEPS: i32 = 3;
/** The same as STEPS, out as two arrays. */
export const STEPS_SPLIT: i32 = 4;

// Vectors, by their offset in the plan.

/** OCTAVES: bits one octave below the first step; bits of the last float whose code is not above the greatest. */
export const LOW: usize = 16;
export const HIGH: usize = 32;
/** HALVES: M and M - 1. */
export const RANGE: usize = 16;
export const TOP: usize = 32;
/** STEPS: least first step and least second step of an octave, and how far the steps of later octaves drift from them. */
export const FIRST: usize = 16;
export const SECOND: usize = 32;
export const DRIFT: usize = 48;
/** OCTAVES: factor from 2^(code - 127) to the value. HALVES: factor or divisor from the level to the value. */
export const SCALE: usize = 48;
/** The bits that count: exponent; exponent and first mantissa bit; mantissa. */
export const MASK: usize = 64;
/** HALVES and STEPS, int16: what is added to make codes of what was counted. */
export const SHIFT: usize = 80;
/** STEPS, int16: most steps; int8: above it counted steps lie one too high, because a step is missing below (Sqrt2_16: its least code spans two). */
export const MOST: usize = 96;
export const GAP: usize = 112;
/** Int8 1 in every lane. */
export const ONES: usize = 128;

/** Bits of the least float of code 1, 2, ... 16. */
export const THRESHOLDS: usize = 144;
/** Bytes 0, 1, 2, 3 of the values of codes 1 .. 16: four tables of 16 bytes. For HALVES_U8 one table, of the levels. */
export const TABLES: usize = 208;
/** The same for the second output. */
export const SECOND_TABLES: usize = 272;

@inline
export function vectorOf(plan: MapPlan, offset: usize): v128 {
  return v128.load(changetype<usize>(plan) + offset);
}

/** Counters of a group: codes 0 to 16. */
export const COUNTERS: usize = 17;

/** Elements handled at once: their codes stay in the first cache. */
export const BLOCK: usize = 8192;

/** Scratch: 64 bytes each for the tail's elements and its two outputs, the digest's lanes, and codes that wait for 64 of their kind; then codes, then values. */
export const TAIL: usize = 0;
export const TAIL_OUT: usize = 64;
export const TAIL_SECOND: usize = 128;
export const LANES: usize = 192;
export const CODES: usize = 320;
/** Codes are padded to a whole round of the counter, which has its intermediate bits where values go. */
export const VALUES: usize = CODES + BLOCK + 256;
