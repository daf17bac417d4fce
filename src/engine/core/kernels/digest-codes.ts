/**
 * A 32-bit FNV-1a over whole words of attention codes. Equal digests of two passes over an image show that every head of every block
 * got the same codes; it guards against drift, not against forgery.
 */
import type { CodeArray } from './level-codes';

/**
 * Continues `seed` (0 to start) over the first `length` codes. `codes` must start on a 4-byte boundary and reach to the next whole word;
 * codes behind `length` within the last word are cleared, so that leftovers do not count.
 */
export function digestCodes(codes: CodeArray, length: number, seed: number): number {
  const words = Math.ceil((length * codes.BYTES_PER_ELEMENT) / 4);
  codes.fill(0, length, (words * 4) / codes.BYTES_PER_ELEMENT);
  const view = new Uint32Array(codes.buffer, codes.byteOffset, words);
  let hash = (seed ^ 0x811c9dc5) | 0;
  for (let i = 0; i < words; i++) hash = Math.imul(hash ^ view[i], 0x01000193);
  return hash >>> 0;
}
