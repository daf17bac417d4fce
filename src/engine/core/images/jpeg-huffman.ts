/** A Huffman table of a JPEG in the layout of src/engine/kernels-as/jpeg-scan.ts. */

/** Codes of up to this length are found by one look-up. */
const lookupBits = 10;
const longestCode = 16;

export const huffmanTableBytes = 2448;
const lastCodesAt = 2048;
const offsetsAt = 2120;
const symbolsAt = 2192;

/**
 * @param counts number of codes of lengths 1..16, [16]
 * @param symbols in the order of their codes
 * @returns the table, or null when the counts describe no prefix code
 */
export function huffmanTable(counts: Uint8Array, symbols: Uint8Array): Uint8Array | null {
  const table = new Uint8Array(huffmanTableBytes);
  const lookup = new Uint16Array(table.buffer, 0, 1 << lookupBits);
  const lastCodes = new Int32Array(table.buffer, lastCodesAt, 18).fill(-1);
  const offsets = new Int32Array(table.buffer, offsetsAt, 18);
  table.set(symbols, symbolsAt);
  let code = 0;
  let index = 0;
  for (let length = 1; length <= longestCode; length++) {
    const count = counts[length - 1];
    if (code + count > 1 << length) return null;
    if (length <= lookupBits) {
      const width = 1 << (lookupBits - length);
      for (let i = 0; i < count; i++) lookup.fill((symbols[index + i] << 8) | length, (code + i) * width, (code + i + 1) * width);
    }
    offsets[length] = index - code;
    if (count > 0) lastCodes[length] = code + count - 1;
    code = (code + count) << 1;
    index += count;
  }
  return table;
}
