/** Attention maps as they cross from the engine: [windows, heads, tokens, tokens], as values or as codes with a level for each. */

/** Codes of a map; two bytes each only for schemes of more than 256 levels. */
export type Codes = Uint8Array | Uint16Array;

/** Codes as the values they stand for. */
export function valuesOfCodes(codes: Codes, levels: ArrayLike<number>): Float32Array {
  // A plain loop: Float32Array.from with a function takes forty times as long, and millions of codes are decoded for one view.
  const values = new Float32Array(codes.length);
  for (let i = 0; i < codes.length; i++) values[i] = levels[codes[i] ?? 0] ?? 0;
  return values;
}

/** One head of a block's maps, [windows, tokens, tokens]; nothing of nothing (the codes of a block in FP32). */
export function headOf<T extends Float32Array | Codes>({ heads, windows, tokens }: { readonly heads: number; readonly windows: number; readonly tokens: number }, map: T, head: number): T {
  const size = tokens * tokens;
  const own = map.slice(0, map.length === 0 ? 0 : windows * size) as T;
  for (let window = 0; window < windows && map.length > 0; window++) {
    const from = (window * heads + head) * size;
    own.set(map.subarray(from, from + size), window * size);
  }
  return own;
}
