/** Indices of the k largest values, largest first; equal values by lower index. NaN comes last. */
export function topK(values: Float32Array, k: number): Int32Array {
  const best = new Int32Array(Math.min(k, values.length)).fill(-1);
  for (let i = 0; i < values.length; i++) {
    let place = best.length;
    while (place > 0 && isBefore(values, i, best[place - 1])) place--;
    if (place === best.length) continue;
    best.copyWithin(place + 1, place, best.length - 1);
    best[place] = i;
  }
  return best;
}

function isBefore(values: Float32Array, candidate: number, rival: number): boolean {
  if (rival < 0) return true;
  return values[candidate] > values[rival] || (Number.isNaN(values[rival]) && !Number.isNaN(values[candidate]));
}
