/** TensorProto -> Tensor: raw bytes viewed in place, the typed variants, and external data. */
import type { Reader } from 'protobufjs/minimal.js';
import { fail } from '../../../shared/failure';
import type { ElementType, Tensor, TensorData } from '../graph/types';
import { elementCount, elementFormats, elementTypeOf, viewElements } from './element-types';
import { readBytes, readEnd, readFields, readInt64, readRepeated, WireError } from './wire';

/** Returns the bytes of a file beside the model; throws EngineError when it is missing. */
export type ExternalData = (location: string) => Uint8Array;

/** Gives the bytes of a constant at the place where they are to stay, aligned for any element. */
export type PlaceBytes = (bytes: Uint8Array) => Uint8Array;

/** Where the bytes of constants come from and go to. */
export interface TensorSources {
  readonly externalData?: ExternalData;
  readonly place?: PlaceBytes;
}

export interface NamedTensor {
  readonly name: string;
  readonly tensor: Tensor;
}

/**
 * Reads one TensorProto that ends at `end`.
 * @throws EngineError model-unreadable: element count and dims differ, external data missing, too short, or outside the model's folder
 * @throws EngineError model-unsupported: an element type that no supported model uses
 */
export function readTensor(reader: Reader, end: number, { externalData, place: placed = (bytes) => bytes }: TensorSources): NamedTensor {
  let name = '';
  let code = 0;
  let external = false;
  let raw: Uint8Array | null = null;
  const dims: number[] = [];
  const floats: number[] = [];
  const integers: bigint[] = [];
  const entries = new Map<string, string>();
  readFields(reader, end, (field) => {
    switch (field.id) {
      case 1: readRepeated(reader, field, () => dims.push(Number(readInt64(reader)))); return true;
      case 2: code = reader.int32(); return true;
      case 4: readRepeated(reader, field, () => floats.push(reader.float())); return true;
      case 5: readRepeated(reader, field, () => integers.push(readInt64(reader))); return true;
      case 7: readRepeated(reader, field, () => integers.push(readInt64(reader))); return true;
      case 8: name = reader.string(); return true;
      case 9: raw = readBytes(reader); return true;
      case 10: readRepeated(reader, field, () => floats.push(reader.double())); return true;
      case 11: readRepeated(reader, field, () => integers.push(readInt64(reader))); return true;
      case 13: { const [key, value] = readEntry(reader); entries.set(key, value); return true; }
      case 14: external = reader.int32() === 1; return true;
      default: return false;
    }
  });
  const place = `initializer ${name}`;
  if (dims.some((dim) => !(dim >= 0))) throw new WireError(`${place} has a negative dimension`);
  const type = elementTypeOf(code, place);
  const count = elementCount(dims);
  const data = external
    ? viewElements(type, placed(externalBytes(entries, count * elementFormats[type].bytes, place, externalData)))
    : raw !== null ? viewElements(type, placed(raw)) : fromNumbers(type, floats, integers);
  if (data.length !== count) throw new WireError(`${place} holds ${data.length} elements where its dimensions ask for ${count}`);
  return { name, tensor: { type, dims, data } };
}

/** A StringStringEntryProto: key and value. */
export function readEntry(reader: Reader): readonly [string, string] {
  let key = '';
  let value = '';
  readFields(reader, readEnd(reader), (field) => {
    if (field.id === 1) key = reader.string();
    else if (field.id === 2) value = reader.string();
    else return false;
    return true;
  });
  return [key, value];
}

/** float_data, double_data and the integer variants; float16 comes as bit patterns in int32_data. */
function fromNumbers(type: ElementType, floats: readonly number[], integers: readonly bigint[]): TensorData {
  switch (type) {
    case 'float32': return Float32Array.from(floats);
    case 'float64': return Float64Array.from(floats);
    case 'int64': return BigInt64Array.from(integers);
    case 'uint64': return BigUint64Array.from(integers, (value) => BigInt.asUintN(64, value));
    case 'int32': return Int32Array.from(integers, Number);
    case 'uint32': return Uint32Array.from(integers, Number);
    case 'int16': return Int16Array.from(integers, Number);
    case 'uint16': case 'float16': return Uint16Array.from(integers, Number);
    case 'int8': return Int8Array.from(integers, Number);
    case 'uint8': case 'bool': return Uint8Array.from(integers, Number);
  }
}

function externalBytes(entries: ReadonlyMap<string, string>, wanted: number, place: string, externalData: ExternalData | undefined): Uint8Array {
  const location = entries.get('location') ?? '';
  if (!isInsideFolder(location)) {
    throw fail('model-unreadable', `The model points to weights outside its own folder: ${location}`, {
      place, expected: 'a file beside the model', next: 'Do not trust this file; export the model again',
    });
  }
  if (externalData === undefined) {
    throw fail('model-unreadable', `The model keeps its weights in another file: ${location}`, {
      place, expected: 'a model with its weights inside, or one opened from its folder', next: 'Open the model from the folder it was exported to',
    });
  }
  const file = externalData(location);
  const offset = Number(entries.get('offset') ?? 0);
  const length = Number(entries.get('length') ?? wanted);
  if (length !== wanted || !(offset >= 0) || !(offset + length <= file.length)) {
    throw fail('model-unreadable', `The weights file ${location} is shorter than the model expects, or does not belong to it`, {
      place, expected: `${wanted} bytes at offset ${offset}; the file has ${file.length} bytes`, next: 'Copy the model and its weights file again, both from one export',
    });
  }
  return file.subarray(offset, offset + length);
}

/** Relative, without a drive, without `..`: the only locations that ONNX allows. */
export function isInsideFolder(location: string): boolean {
  if (location === '' || location.startsWith('/') || location.startsWith('\\') || /^[A-Za-z]:/.test(location) || location.includes('\0')) return false;
  return !location.split(/[/\\]/).includes('..');
}
