/** The 97.5 % point of the standard normal: two-sided 95 %. */
export const Z95 = 1.959963984540054;

/**
 * Wilson's score interval (1927) at 95 % for `successes` of `trials`, as fractions. It stays within 0..1 and is sound for
 * small samples and for accuracies near 0 or 1, where the textbook interval is not.
 *
 * @throws Error when there are no trials
 */
export function wilsonInterval(successes: number, trials: number): [number, number] {
  if (!(trials > 0) || successes < 0 || successes > trials) throw new Error(`${successes} of ${trials} is no proportion`);
  const p = successes / trials;
  const square = Z95 * Z95;
  const centre = p + square / (2 * trials);
  const half = Z95 * Math.sqrt((p * (1 - p)) / trials + square / (4 * trials * trials));
  const scale = 1 + square / trials;
  // The ends are exactly 0 and 1 there; the formula leaves a rounding error.
  const low = successes === 0 ? 0 : (centre - half) / scale;
  const high = successes === trials ? 1 : (centre + half) / scale;
  return [low, high];
}
