/** What is said of repeated measurements: the middle one and the extremes. Means hide an interrupted repeat. Pure. */

export interface Figure {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

/** Throws for an empty list and for anything that is not a finite number: such a measurement has failed. */
export function summarise(values: readonly number[]): Figure {
  if (values.length === 0) throw new Error('nothing was measured');
  const sorted = [...values].sort((a, b) => a - b);
  const value = (index: number): number => {
    const found = sorted[index];
    if (found === undefined || !Number.isFinite(found)) throw new Error(`a measurement gave ${found}`);
    return found;
  };
  const middle = (sorted.length - 1) / 2;
  return { median: (value(Math.floor(middle)) + value(Math.ceil(middle))) / 2, min: value(0), max: value(sorted.length - 1) };
}

/** a / b repeat by repeat: what disturbs the machine for a while disturbs both sides of one repeat alike. */
export function ratios(a: readonly number[], b: readonly number[]): number[] {
  if (a.length !== b.length) throw new Error(`${a.length} measurements against ${b.length}`);
  return a.map((value, index) => value / (b[index] ?? NaN));
}
