/**
 * 1.5 * 2^52: adding it to a double of magnitude below 2^51 and taking it away again leaves the nearest whole number,
 * ties to even, because that is how the addition itself rounds. Larger magnitudes come back as some whole number of
 * about the same size, infinities and NaN as they are: callers that clamp afterwards need no check.
 */
export const ROUNDING_SHIFT = 6755399441055744;

/** Nearest whole number, ties to even, as torch.round. Never -0. */
export function roundHalfEven(x: number): number {
  if (Math.abs(x) >= 2 ** 51) return Number.isInteger(x) ? x : Math.round(x);
  return x + ROUNDING_SHIFT - ROUNDING_SHIFT;
}
