/**
 * P(Z > z) of the standard normal. Continued fraction of Mills' ratio from |z| = 2 on (relative error below 1e-9), Marsaglia's series below it.
 */
export function normalTail(z: number): number {
  if (Number.isNaN(z)) return 1;
  const size = Math.abs(z);
  const upper = size >= 2 ? farTail(size) : 0.5 - nearHalf(size);
  return z >= 0 ? upper : 1 - upper;
}

function density(z: number): number {
  return Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI);
}

function farTail(z: number): number {
  let fraction = z;
  for (let k = 120; k >= 1; k--) fraction = z + k / fraction;
  return density(z) / fraction;
}

/** P(0 < Z < z). */
function nearHalf(z: number): number {
  let term = z;
  let sum = z;
  for (let k = 3; Math.abs(term) > 1e-17; k += 2) {
    term *= (z * z) / k;
    sum += term;
  }
  return sum * density(z);
}
