import type { SchemeId } from '../../../shared/settings';
import type { Chunks } from '../kernels/chunk-source';
import type { Poll } from '../kernels/slabs';

/** How an attention map is quantised: one record for each scheme, all of them listed in `scheme-table.ts`. */
export type Scheme = LogScheme | NoScheme;

/** A quantiser of the attention map with a zero code and levels that fall off geometrically. */
export interface LogScheme {
  readonly kind: 'bitlog2' | 'sqrt2';
  readonly id: SchemeId;
  /** Name of the family, for headings. */
  readonly family: string;
  /** Whether the seed's page lists it (the others are only in its code and logs). */
  readonly onSeedPage: boolean;
  /** Whether computing codes needs no floating point beyond the scaling of the softmax to integers. */
  readonly integerOnly: boolean;
  /**
   * Bits of the map when activations have `aBits`: BitLog2 is 4 bit whatever they are, Sqrt2 follows them (4 when off).
   * @throws Error when `aBits` is neither 2..8 nor 32
   */
  bitsFor(aBits: number): number;
  /** Number of codes, zero included: 17 for the `_17` schemes at 4 bits, one more than 4 bits hold. */
  levelCount(aBits: number): number;
  /** code -> value in float32, ascending, code 0 is zero. */
  levels(delta: number, aBits: number): Float32Array;
  /** Integer form of the levels for arithmetic without floating point; null where they do not fit small integers. */
  integerLevels(aBits: number): IntegerLevels | null;
  /** The code of one softmax output x >= 0, straight from the definition; never falls as x grows. */
  codeOf(x: number, delta: number, aBits: number): number;
  /**
   * Finds delta on the calibration batch.
   * @param chunks softmax outputs that together are the tensor
   * @throws UnusableTensorError when the tensor is empty or holds NaN or infinity
   */
  calibrate(chunks: Chunks, aBits: number, poll?: Poll): SchemeParameters;
  /** The same search from what one pass over a stream can keep, in two steps at most. */
  readonly search: DeltaSearch;
}

/** What `calibrate` finds depends on the elements through these alone. */
export type DeltaSearch =
  /** Codes do not depend on delta. `best`: from the number and the sum of the elements of each code. */
  | { readonly kind: 'sums'; best(counts: ArrayLike<number>, sums: ArrayLike<number>): number }
  /** Delta is one of these quantiles. `best`: from those above zero and the squared error of each. */
  | { readonly kind: 'quantiles'; readonly probabilities: readonly number[]; best(deltas: readonly number[], errors: readonly number[]): number };

/** The attention map stays in FP32. */
export interface NoScheme {
  readonly kind: 'none';
  readonly id: SchemeId;
  readonly family: string;
  readonly onSeedPage: boolean;
}

export interface SchemeParameters {
  readonly delta: number;
}

/** level of code c = (whole[c] + sqrt(2) * root[c]) * scale(delta); `root` is null where it is all zero. */
export interface IntegerLevels {
  readonly whole: Int32Array;
  readonly root: Int32Array | null;
  scale(delta: number): number;
  /** No row of a softmax over `tokens` sums to more, `whole` and `root` apart. `slack`: what rounding may add to a row's sum of 1. */
  greatestRowSum(tokens: number, slack: number): number;
}
