/**
 * The safetensors format: eight bytes with the length of a JSON header, the header (name -> dtype, shape, where the bytes lie), the bytes.
 * Files come from strangers: nothing is believed that was not checked, and no memory is taken on a header's word.
 */
import { fail } from '../../../shared/failure';

/** Kinds of numbers that a weight may have; others (packed 8-bit floats and the like) are refused by name. */
const bytesPer = { F64: 8, F32: 4, F16: 2, BF16: 2, I64: 8, I32: 4, I16: 2, I8: 1, U8: 1, BOOL: 1 } as const;
export type SafetensorsType = keyof typeof bytesPer;

export interface StoredTensor {
  readonly type: SafetensorsType;
  readonly shape: readonly number[];
  /** A view of the file's bytes; it may lie unaligned. */
  readonly bytes: Uint8Array;
}

export interface Safetensors {
  readonly tensors: ReadonlyMap<string, StoredTensor>;
  /** `__metadata__` of the header. */
  readonly metadata: ReadonlyMap<string, string>;
}

/** The reference implementation's own limit; a ViT needs a few kilobytes. */
const largestHeader = 100 * 1024 * 1024;

/** What the header says of a tensor. */
export type TensorHead = Omit<StoredTensor, 'bytes'>;

/**
 * @param decode UTF-8 to text; @param file for messages
 * @throws EngineError 'model-unreadable' that names the tensor and what is wrong with it
 */
export function readSafetensors(bytes: Uint8Array, decode: (utf8: Uint8Array) => string, file: string): Safetensors {
  const { start, metadata, places } = readPlaces(bytes, bytes.length, decode, file);
  return { metadata, tensors: new Map(places.map(({ name, type, shape, from, to }) => [name, { type, shape, bytes: bytes.subarray(start + from, start + to) }])) };
}

/**
 * Names, kinds and shapes alone, from the beginning of a file of `size` bytes: as much of it as `safetensorsHead` says.
 * @throws EngineError as readSafetensors
 */
export function readTensorHeads(beginning: Uint8Array, size: number, decode: (utf8: Uint8Array) => string, file: string): ReadonlyMap<string, TensorHead> {
  return new Map(readPlaces(beginning, size, decode, file).places.map(({ name, type, shape }) => [name, { type, shape }]));
}

/** Bytes up to the end of the header, by the first eight bytes of a file of `size` bytes. Throws as readSafetensors. */
export function safetensorsHead(first: Uint8Array, size: number, file: string): number {
  return 8 + headerLength(first, size, file);
}

interface Places {
  /** Where the first tensor's bytes lie. */
  readonly start: number;
  readonly metadata: ReadonlyMap<string, string>;
  readonly places: readonly (TensorHead & { readonly name: string; readonly from: number; readonly to: number })[];
}

function readPlaces(bytes: Uint8Array, size: number, decode: (utf8: Uint8Array) => string, file: string): Places {
  const header = readHeader(bytes, size, decode, file);
  const start = 8 + header.length;
  const metadata = new Map<string, string>();
  const places: (TensorHead & { readonly name: string; readonly from: number; readonly to: number })[] = [];
  for (const [name, entry] of Object.entries(header.entries)) {
    if (name === '__metadata__') {
      if (isRecord(entry)) for (const [key, value] of Object.entries(entry)) if (typeof value === 'string') metadata.set(key, value);
      continue;
    }
    const place = readEntry(name, entry, file);
    if (start + place.to > size) throw unreadable(file, name, `its bytes end at ${start + place.to}, the file at ${size}`, 'bytes inside the file', 'The download may be cut off: get the file again');
    places.push({ name, ...place });
  }
  checkPlaces(places, size - start, file);
  return { start, metadata, places };
}

function headerLength(bytes: Uint8Array, size: number, file: string): number {
  if (bytes.length < 8) throw unreadable(file, null, `the file has ${bytes.length} bytes`, 'a safetensors file: the length of its header in eight bytes, the header, the weights');
  const length = new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0, true);
  if (length > BigInt(largestHeader) || length > BigInt(size - 8)) {
    throw unreadable(file, 'the first eight bytes', `they give the header ${length} bytes, the file has ${size - 8} after them`, 'the length of the header', 'This is no safetensors file, or the download is cut off: get the file again');
  }
  return Number(length);
}

function readHeader(bytes: Uint8Array, size: number, decode: (utf8: Uint8Array) => string, file: string): { readonly length: number; readonly entries: Readonly<Record<string, unknown>> } {
  const length = headerLength(bytes, size, file);
  const text = decode(bytes.subarray(8, 8 + length));
  let entries: unknown;
  try {
    entries = JSON.parse(text);
  } catch (error) {
    throw unreadable(file, 'the header', error instanceof Error ? error.message : String(error), 'a JSON object', 'Get the file again');
  }
  if (!isRecord(entries)) throw unreadable(file, 'the header', 'it is no JSON object', 'names of tensors with dtype, shape and data_offsets');
  return { length, entries };
}

function readEntry(name: string, entry: unknown, file: string): { readonly type: SafetensorsType; readonly shape: number[]; readonly from: number; readonly to: number } {
  if (!isRecord(entry)) throw unreadable(file, name, 'its entry is no object', 'dtype, shape and data_offsets');
  const { dtype, shape, data_offsets: offsets } = entry;
  if (typeof dtype !== 'string' || !isType(dtype)) throw unreadable(file, name, `its dtype is ${JSON.stringify(dtype)}`, `one of ${Object.keys(bytesPer).join(', ')}`, 'Save the weights in one of these types');
  if (!isCounts(shape)) throw unreadable(file, name, `its shape is ${JSON.stringify(shape)}`, 'a list of whole numbers');
  if (!isCounts(offsets) || offsets.length !== 2) throw unreadable(file, name, `its data_offsets are ${JSON.stringify(offsets)}`, 'two whole numbers');
  const [from = 0, to = 0] = offsets;
  const wanted = shape.reduce((product, dim) => product * dim, bytesPer[dtype]);
  if (to - from !== wanted) throw unreadable(file, name, `${to - from} bytes are stored for it`, `${wanted} bytes, by its shape ${JSON.stringify(shape)} and dtype ${dtype}`);
  return { type: dtype, shape, from, to };
}

/** Each byte after the header belongs to exactly one tensor: an overlap or a hole is a damaged (or a crafted) file. */
function checkPlaces(places: { readonly name: string; readonly from: number; readonly to: number }[], size: number, file: string): void {
  const sorted = [...places].sort((a, b) => a.from - b.from || a.to - b.to);
  let end = 0;
  let previous = 'the header';
  for (const { name, from, to } of sorted) {
    if (from < end) throw unreadable(file, name, `its bytes overlap those of ${previous}`, 'tensors one after the other');
    if (from > end) throw unreadable(file, name, `${from - end} bytes before it belong to no tensor`, 'tensors one after the other');
    end = to;
    previous = name;
  }
  if (end !== size) throw unreadable(file, previous, `${size - end} bytes after it belong to no tensor`, 'tensors that fill the file', 'Get the file again');
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isType(dtype: string): dtype is SafetensorsType {
  return Object.hasOwn(bytesPer, dtype);
}

function isCounts(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'number' && Number.isSafeInteger(item) && item >= 0);
}

function unreadable(file: string, place: string | null, what: string, expected: string, next = 'Save the weights again, or get the file again'): Error {
  return fail('model-unreadable', `The safetensors file cannot be read: ${what}`, { file, ...(place === null ? {} : { place }), expected, next });
}
