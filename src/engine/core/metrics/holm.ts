/**
 * Holm's step-down adjustment (1979) of several p values: comparing each with 0.05 keeps the chance of any false alarm
 * in the whole list below 5 %. In the order of `ps`.
 */
export function holmAdjust(ps: readonly number[]): number[] {
  const order = ps.map((_, i) => i).sort((a, b) => ps[a] - ps[b]);
  const adjusted = new Array<number>(ps.length);
  let most = 0;
  order.forEach((index, rank) => {
    most = Math.max(most, Math.min(1, (ps.length - rank) * ps[index]));
    adjusted[index] = most;
  });
  return adjusted;
}
