/** Where a model's weights lie once its files are read. */
import type { PlaceBytes } from '../../core/onnx/read-tensor';

/** Multiple of every element's size. */
const alignment = 8;

/**
 * Copies constants one behind another into a block as large as the file that they come from, which they always fit: what describes a constant in
 * the file takes more bytes than aligning it. One block is memory of its own, which the system gets back whole; thousands of pieces are not.
 */
export function weightPlaces(): PlaceBytes {
  const blocks = new WeakMap<ArrayBufferLike, { readonly memory: Uint8Array; used: number }>();
  return (bytes) => {
    const block = blocks.get(bytes.buffer) ?? { memory: new Uint8Array(bytes.buffer.byteLength), used: 0 };
    blocks.set(bytes.buffer, block);
    const start = block.used;
    // Several names for the same bytes of a weights file may ask for more than it holds.
    if (start + bytes.length > block.memory.length) return new Uint8Array(bytes);
    block.memory.set(bytes, start);
    block.used = Math.ceil((start + bytes.length) / alignment) * alignment;
    return block.memory.subarray(start, start + bytes.length);
  };
}
