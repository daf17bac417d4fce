/**
 * The first index at which two arrays differ, as text that names both values; null when they are equal. Quicker than
 * deep equality on large tensors, and the message is readable. 0 and -0 count as equal, NaN equals NaN.
 */
export function firstDifference(actual: ArrayLike<number>, expected: ArrayLike<number>): string | null {
  if (actual.length !== expected.length) return `${actual.length} elements, expected ${expected.length}`;
  for (let i = 0; i < expected.length; i++) {
    const a = actual[i];
    const b = expected[i];
    if (a !== b && !(Number.isNaN(a) && Number.isNaN(b))) return `element ${i} is ${a}, expected ${b}`;
  }
  return null;
}
