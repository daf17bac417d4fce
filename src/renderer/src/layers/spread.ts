/** Least, median and most of some numbers; null of none. */
export function spreadOf(values: readonly number[]): { readonly min: number; readonly median: number; readonly max: number } | null {
  const sorted = [...values].sort((a, b) => a - b);
  const [min] = sorted;
  const max = sorted.at(-1);
  if (min === undefined || max === undefined) return null;
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? max;
  return { min, max, median: sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? upper) + upper) / 2 };
}
