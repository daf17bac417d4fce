/** ValueInfoProto: names, element types and dimensions of graph inputs, outputs and, as advice, of what lies between. */
import type { Reader } from 'protobufjs/minimal.js';
import type { ValueInfo } from '../graph/types';
import { elementTypeOf } from './element-types';
import { readEnd, readFields, readInt64, WireError } from './wire';

type Dim = number | string | null;

interface RawValueInfo {
  readonly name: string;
  /** TensorProto.DataType; 0 when the value is no tensor. */
  readonly code: number;
  readonly dims: readonly Dim[] | null;
}

/**
 * Reads a graph input or output.
 * @throws EngineError model-unsupported: an element type that no supported model uses
 */
export function readValueInfo(reader: Reader): ValueInfo {
  const { name, code, dims } = readRaw(reader);
  return { name, type: elementTypeOf(code, `value ${name}`), dims: dims ?? [] };
}

/** Reads an intermediate value's shape; null unless every dimension is a number. */
export function readStaticShape(reader: Reader): { readonly name: string; readonly dims: readonly number[] } | null {
  const { name, dims } = readRaw(reader);
  if (dims === null) return null;
  const known = dims.filter((dim): dim is number => typeof dim === 'number');
  return known.length === dims.length ? { name, dims: known } : null;
}

function readRaw(reader: Reader): RawValueInfo {
  let name = '';
  let code = 0;
  let dims: readonly Dim[] | null = null;
  readFields(reader, readEnd(reader), (field) => {
    if (field.id === 1) name = reader.string();
    else if (field.id === 2) readType(reader, (elementCode) => { code = elementCode; }, (shape) => { dims = shape; });
    else return false;
    return true;
  });
  return { name, code, dims };
}

function readType(reader: Reader, onCode: (code: number) => void, onShape: (dims: readonly Dim[]) => void): void {
  readFields(reader, readEnd(reader), (type) => {
    if (type.id !== 1) return false;
    readFields(reader, readEnd(reader), (part) => {
      if (part.id === 1) onCode(reader.int32());
      else if (part.id === 2) onShape(readShape(reader));
      else return false;
      return true;
    });
    return true;
  });
}

function readShape(reader: Reader): readonly Dim[] {
  const dims: Dim[] = [];
  readFields(reader, readEnd(reader), (field) => {
    if (field.id !== 1) return false;
    dims.push(readDim(reader));
    return true;
  });
  return dims;
}

function readDim(reader: Reader): Dim {
  let dim: Dim = null;
  readFields(reader, readEnd(reader), (part) => {
    if (part.id === 1) dim = Number(readInt64(reader));
    else if (part.id === 2) dim = reader.string();
    else return false;
    return true;
  });
  if (typeof dim === 'number' && !Number.isSafeInteger(dim)) throw new WireError('a dimension outside the safe range');
  return dim;
}
