/** Indices of the k largest values, largest first; equal values by lower index. NaN comes last. */
export function topK(values: Float32Array, k: number): Int32Array {
  const best = new Int32Array(Math.min(k, values.length)).fill(-1);
  const last = best.length - 1;
  if (last < 0) return best;
  // The value to beat; NaN, which nothing is at most, while there is none. Most values end here.
  let least = Number.NaN;
  for (let i = 0; i < values.length; i++) {
    if (values[i] <= least || !isBefore(values, i, best[last])) continue;
    let place = last;
    for (; place > 0 && isBefore(values, i, best[place - 1]); place--) best[place] = best[place - 1];
    best[place] = i;
    least = best[last] < 0 ? Number.NaN : values[best[last]];
  }
  return best;
}

function isBefore(values: Float32Array, candidate: number, rival: number): boolean {
  if (rival < 0) return true;
  return values[candidate] > values[rival] || (Number.isNaN(values[rival]) && !Number.isNaN(values[candidate]));
}
