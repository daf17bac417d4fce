/** Parameters of one uniform grid, both float32: x_hat = (code - zeroPoint) * delta. */
export interface UniformParameters {
  readonly delta: number;
  /** Not clamped to the codes; fractional only after scale reparameterisation with `reference` arithmetic. */
  readonly zeroPoint: number;
}

/** One grid for each channel (or weight row). */
export interface ChannelParameters {
  readonly delta: ArrayLike<number>;
  readonly zeroPoint: ArrayLike<number>;
}

/** Range of x_hat / delta: the grid's end points without the scale. */
export interface GridBounds {
  readonly low: number;
  readonly high: number;
}

/** Ends of a grid of `bits` bits, rounded to float32 as the reference rounds them. */
export function gridBounds(zeroPoint: number, bits: number): GridBounds {
  return { low: Math.fround(0 - zeroPoint), high: Math.fround(levelCountOf(bits) - 1 - zeroPoint) };
}

/**
 * L = 2^bits.
 * @throws Error when bits are not 2..8 (32, off, is the caller's case: nothing is quantised then)
 */
export function levelCountOf(bits: number): number {
  if (!Number.isInteger(bits) || bits < 2 || bits > 8) throw new Error(`bits must be 2 to 8, got ${bits}`);
  return 2 ** bits;
}
