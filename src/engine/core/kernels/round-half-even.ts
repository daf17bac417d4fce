/**
 * 1.5 * 2^52: adding it to a double of magnitude below 2^51 and taking it away again leaves the nearest whole number,
 * ties to even, because that is how the addition itself rounds. Larger magnitudes come back as some whole number of
 * about the same size, infinities and NaN as they are: callers that clamp afterwards need no check.
 */
export const ROUNDING_SHIFT = 6755399441055744;

/** Nearest whole number, ties to even, as torch.round. Never -0. */
export function roundHalfEven(x: number): number {
  if (Math.abs(x) < 2 ** 51) return x + ROUNDING_SHIFT - ROUNDING_SHIFT;
  // Up to 2^52 there are still halves, beyond it none.
  const below = Math.floor(x);
  return x - below > 0.5 || (x - below === 0.5 && below % 2 !== 0) ? below + 1 : below;
}
