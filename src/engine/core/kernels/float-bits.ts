const scratch = new Float32Array(1);
const scratchBits = new Int32Array(scratch.buffer);

/** The 32 bits of float32(x), signed. For x >= 0 larger floats have larger bits. */
export function floatBits(x: number): number {
  scratch[0] = x;
  return scratchBits[0];
}

/** The float32 with these 32 bits. */
export function floatFromBits(bits: number): number {
  scratchBits[0] = bits;
  return scratch[0];
}

/** The bits of a float32 array as it lies in memory, without a copy. */
export function bitsOf(x: Float32Array): Int32Array {
  return new Int32Array(x.buffer, x.byteOffset, x.length);
}
