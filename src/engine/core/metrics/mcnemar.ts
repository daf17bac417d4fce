/**
 * Exact two-sided McNemar test of two classifiers on the same images: of the images on which exactly one is right, half
 * should be A's. Twice the smaller binomial tail, at most 1; summed outwards from its largest term, so it neither
 * overflows nor cancels for any number of images.
 *
 * @param onlyA images that only A got right
 * @param onlyB images that only B got right
 */
export function mcnemarExact(onlyA: number, onlyB: number): number {
  const n = onlyA + onlyB;
  const least = Math.min(onlyA, onlyB);
  if (onlyA === onlyB) return 1;
  let term = Math.exp(logFactorial(n) - logFactorial(least) - logFactorial(n - least) - n * Math.LN2);
  let tail = 0;
  for (let i = least; i >= 0 && term > tail * Number.EPSILON; i--) {
    tail += term;
    term *= i / (n - i + 1);
  }
  return Math.min(1, 2 * tail);
}

/** ln n!, by Stirling's series above 30 (relative error below 1e-15 there), by its product below. */
export function logFactorial(n: number): number {
  if (n <= 30) {
    let product = 1;
    for (let i = 2; i <= n; i++) product *= i;
    return Math.log(product);
  }
  const inverse = 1 / (n * n);
  const series = (1 / 12 - inverse * (1 / 360 - inverse * (1 / 1260 - inverse / 1680))) / n;
  return (n + 0.5) * Math.log(n) - n + 0.5 * Math.log(2 * Math.PI) + series;
}
