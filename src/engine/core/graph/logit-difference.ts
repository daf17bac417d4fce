/** How far two evaluations of one network lie apart. */

/** Logits of one image that may differ between two spellings of one network: rounding only. */
const tolerance = 1e-4;

/** True when all logits agree within rounding: 1e-4, relative to the largest logit where that is above 1. */
export function logitsAgree(a: readonly Float32Array[], b: readonly Float32Array[]): boolean {
  return logitDifference(a, b) <= tolerance;
}

/** Largest absolute difference in units of the larger of 1 and the largest logit; infinity when the shapes differ or a logit is no finite number. */
export function logitDifference(a: readonly Float32Array[], b: readonly Float32Array[]): number {
  if (a.length !== b.length) return Infinity;
  let difference = 0;
  let scale = 1;
  for (let image = 0; image < a.length; image++) {
    if (a[image].length !== b[image].length) return Infinity;
    for (let i = 0; i < a[image].length; i++) {
      const distance = Math.abs(a[image][i] - b[image][i]);
      if (!Number.isFinite(distance)) return Infinity;
      difference = Math.max(difference, distance);
      scale = Math.max(scale, Math.abs(a[image][i]));
    }
  }
  return difference / scale;
}

/** True when every logit is a finite number. */
export function logitsFinite(logits: readonly Float32Array[]): boolean {
  return logits.every((image) => image.every((logit) => Number.isFinite(logit)));
}
