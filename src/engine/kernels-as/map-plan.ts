/**
 * A compiled quantiser of attention maps as the host lays it out in memory (../runtime/kernels/write-plan.ts holds the same offsets).
 * Every number in it comes from the level table of the TypeScript definition.
 */
@unmanaged
export class MapPlan {
  /** Which loop: one of the constants below. */
  kind: i32;
  /** Number of codes, 2 to 17. */
  levels: i32;
  /** Where intermediate codes and values go: SCRATCH bytes. */
  scratch: usize;
  /** OCTAVES: bits one octave below the first step, and of the last float whose code is not above the greatest. */
  low: i32;
  high: i32;
  /** STEPS: least first step and least second step of an octave, and how far the steps of later octaves drift from them. */
  first: i32;
  second: i32;
  drift: i32;
  /** STEPS: counted steps above this lie one too high, because a step is missing below (Sqrt2_16: its least code spans two); 127 where none is. */
  gap: i32;
  /** HALVES: M. */
  range: f32;
  /** OCTAVES: factor from 2^(code - 127) to the value. HALVES: divisor from the level to the value. */
  scale: f32;
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

/** Bits of the least float of code 1, 2, ... 16. */
@inline
export function thresholdsOf(plan: MapPlan): usize {
  return changetype<usize>(plan) + 64;
}

/** Bytes 0, 1, 2, 3 of the values of codes 1 .. 16: four tables of 16 bytes. */
@inline
export function valuesOf(plan: MapPlan): usize {
  return changetype<usize>(plan) + 128;
}

/** The same for the second output. For HALVES_U8 the first 16 bytes of `valuesOf` are the levels themselves. */
@inline
export function secondValuesOf(plan: MapPlan): usize {
  return changetype<usize>(plan) + 192;
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
/** Codes are padded to a whole round of the counter. */
export const VALUES: usize = CODES + BLOCK + 256;
