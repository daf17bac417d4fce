/** ONNX element type numbers and the typed arrays that view their storage. */
import { fail } from '../../../shared/failure';
import type { ElementType, TensorData } from '../graph/types';

interface ElementFormat {
  /** TensorProto.DataType. */
  readonly code: number;
  readonly bytes: number;
  /** A view of `count` elements; `byteOffset` must be a multiple of `bytes`. */
  readonly view: (buffer: ArrayBufferLike, byteOffset: number, count: number) => TensorData;
}

export const elementFormats: Readonly<Record<ElementType, ElementFormat>> = {
  float32: { code: 1, bytes: 4, view: (b, o, n) => new Float32Array(b, o, n) },
  uint8: { code: 2, bytes: 1, view: (b, o, n) => new Uint8Array(b, o, n) },
  int8: { code: 3, bytes: 1, view: (b, o, n) => new Int8Array(b, o, n) },
  uint16: { code: 4, bytes: 2, view: (b, o, n) => new Uint16Array(b, o, n) },
  int16: { code: 5, bytes: 2, view: (b, o, n) => new Int16Array(b, o, n) },
  int32: { code: 6, bytes: 4, view: (b, o, n) => new Int32Array(b, o, n) },
  int64: { code: 7, bytes: 8, view: (b, o, n) => new BigInt64Array(b, o, n) },
  bool: { code: 9, bytes: 1, view: (b, o, n) => new Uint8Array(b, o, n) },
  float16: { code: 10, bytes: 2, view: (b, o, n) => new Uint16Array(b, o, n) },
  float64: { code: 11, bytes: 8, view: (b, o, n) => new Float64Array(b, o, n) },
  uint32: { code: 12, bytes: 4, view: (b, o, n) => new Uint32Array(b, o, n) },
  uint64: { code: 13, bytes: 8, view: (b, o, n) => new BigUint64Array(b, o, n) },
};

const typeByCode = new Map<number, ElementType>();
for (const type of Object.keys(elementFormats) as ElementType[]) typeByCode.set(elementFormats[type].code, type);

const unsupportedNames: Readonly<Record<number, string>> = { 0: 'undefined', 8: 'string', 14: 'complex64', 15: 'complex128', 16: 'bfloat16' };

/**
 * The element type of a TensorProto.DataType number.
 * @throws EngineError model-unsupported for types that no supported model uses (string, complex, bfloat16, 8 bit floats, 4 bit integers)
 */
export function elementTypeOf(code: number, place: string): ElementType {
  const type = typeByCode.get(code);
  if (type === undefined) {
    throw fail('model-unsupported', `The model holds elements of type ${unsupportedNames[code] ?? `number ${code}`}, which is not supported`, {
      place, expected: 'float32 weights', next: 'Export the model in float32',
    });
  }
  return type;
}

/** Little-endian `bytes` as elements of `type`: a view where the storage is aligned, a copy where it is not. */
export function viewElements(type: ElementType, bytes: Uint8Array): TensorData {
  const format = elementFormats[type];
  // Not bytes.slice(): on a Node Buffer that is a view again.
  const aligned = bytes.byteOffset % format.bytes === 0 ? bytes : new Uint8Array(bytes);
  return format.view(aligned.buffer, aligned.byteOffset, Math.floor(bytes.byteLength / format.bytes));
}

/** Product of the dimensions; 1 for a scalar. */
export function elementCount(dims: readonly number[]): number {
  return dims.reduce((product, dim) => product * dim, 1);
}
