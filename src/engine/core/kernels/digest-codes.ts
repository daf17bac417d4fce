/**
 * A 32-bit FNV-1a over whole words of attention codes, in 16 lanes that take the words in turn: a single chain waits four cycles for each
 * product, which alone took longer than quantising (0.33 against 0.03 ns per code with SIMD, whose twin is src/engine/kernels-as/digest-codes.ts).
 * Equal digests of two passes over an image show that every head of every block got the same codes; it guards against drift, not against forgery.
 */
import type { CodeArray } from './level-codes';

const BASIS = 0x811c9dc5;
const PRIME = 0x01000193;
const LANES = 16;

/**
 * Continues `seed` (0 to start) over the first `length` codes. `codes` must start on a 4-byte boundary and reach to the next whole word;
 * codes behind `length` within the last word are cleared, so that leftovers do not count.
 */
export function digestCodes(codes: CodeArray, length: number, seed: number): number {
  const words = Math.ceil((length * codes.BYTES_PER_ELEMENT) / 4);
  codes.fill(0, length, (words * 4) / codes.BYTES_PER_ELEMENT);
  const view = new Uint32Array(codes.buffer, codes.byteOffset, words);
  const lanes = Int32Array.from({ length: LANES }, (_, lane) => (seed ^ BASIS) + lane);
  for (let i = 0; i < words; i++) lanes[i & (LANES - 1)] = Math.imul(lanes[i & (LANES - 1)] ^ view[i], PRIME);
  let digest = BASIS | 0;
  for (let lane = 0; lane < LANES; lane++) digest = Math.imul(digest ^ lanes[lane], PRIME);
  return digest >>> 0;
}
