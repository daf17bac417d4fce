/** One site's output against the recorded one. Pure. */

export interface OutputComparison {
  readonly relativeL2: number;
  /** Elements left out because an input on a rounding boundary fell on the other side. */
  readonly boundary: number;
}

/** Relative L2 error of `actual` against `expected`. Throws when the sizes differ. */
export function compareOutputs(expected: Float32Array, actual: Float32Array): OutputComparison {
  if (expected.length !== actual.length) throw new Error(`the output has ${actual.length} elements, the record ${expected.length}`);
  let difference = 0;
  let size = 0;
  for (let i = 0; i < expected.length; i++) {
    difference += (expected[i] - actual[i]) ** 2;
    size += expected[i] ** 2;
  }
  return { relativeL2: Math.sqrt(difference / size), boundary: 0 };
}
