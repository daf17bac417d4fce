/** Stored weights as float32, whatever they were saved in. Half-precision kinds are widened: every value of theirs is a float32. */
import { halfToNumber } from '../graph/widen-float16';
import type { StoredTensor } from './read-safetensors';

/** Kinds that a weight can be read from; integers are masks and indices of the framework, not weights. */
export const floatTypes = ['F64', 'F32', 'F16', 'BF16'] as const;

/** Float32 weights may come as a view of the file: to be copied, not kept or written to. Throws TypeError for other kinds. F64 is rounded to the nearest float32. */
export function toFloat32({ type, bytes }: StoredTensor): Float32Array {
  const width = type === 'F64' ? 8 : type === 'F32' ? 4 : 2;
  // Not slice(): that of Node's own byte arrays copies nothing.
  const { buffer, byteOffset, length } = bytes.byteOffset % width === 0 ? bytes : new Uint8Array(bytes);
  switch (type) {
    case 'F32': return new Float32Array(buffer, byteOffset, length / 4);
    case 'F64': return Float32Array.from(new Float64Array(buffer, byteOffset, length / 8));
    case 'F16': return Float32Array.from(new Uint16Array(buffer, byteOffset, length / 2), halfToNumber);
    case 'BF16': return fromBfloat16(new Uint16Array(buffer, byteOffset, length / 2));
    default: throw new TypeError(`${type} is no floating-point type`);
  }
}

/** The upper half of a float32's bits. */
function fromBfloat16(halves: Uint16Array): Float32Array {
  const bits = new Uint32Array(halves.length);
  for (let i = 0; i < halves.length; i++) bits[i] = halves[i] << 16;
  return new Float32Array(bits.buffer);
}
