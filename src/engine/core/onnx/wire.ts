/**
 * Protobuf wire helpers on protobufjs' minimal reader and writer, which need no code generation (no `eval`).
 * A message is written as a list of pieces, so that weights are copied exactly once, into the final buffer.
 */
import { type Reader, Writer } from 'protobufjs/minimal.js';

/** A field of a message: its number, its wire type, and the reader standing at its value. */
export interface Field {
  readonly id: number;
  readonly wire: number;
}

/** Thrown inside this folder for bytes that are no protobuf message of the expected form; callers turn it into a Failure. */
export class WireError extends Error {}

/** Calls `visit` for each field up to `end`; a visit that does not read the value returns false and the value is skipped. */
export function readFields(reader: Reader, end: number, visit: (field: Field) => boolean): void {
  while (reader.pos < end) {
    const tag = reader.uint32();
    const field = { id: tag >>> 3, wire: tag & 7 };
    if (field.id === 0) throw new WireError('field number 0');
    if (!visit(field)) reader.skipType(field.wire);
    if (reader.pos > end) throw new WireError('a field ends behind its message');
  }
}

/** Reads a length prefix and returns where the value ends. */
export function readEnd(reader: Reader): number {
  const length = reader.uint32();
  const end = reader.pos + length;
  if (end > reader.len) throw new WireError('a value ends behind the file');
  return end;
}

/** Length-delimited bytes as a view of the file. */
export function readBytes(reader: Reader): Uint8Array {
  const end = readEnd(reader);
  const bytes = reader.buf.subarray(reader.pos, end);
  reader.pos = end;
  return bytes;
}

/** A 64 bit varint without loss (protobufjs would need Long). */
export function readInt64(reader: Reader): bigint {
  let low = 0;
  for (let shift = 0; shift < 28; shift += 7) {
    const byte = readByte(reader);
    low |= (byte & 127) << shift;
    if (byte < 128) return BigInt(low);
  }
  let value = BigInt(low);
  for (let shift = 28n; shift < 70n; shift += 7n) {
    const byte = readByte(reader);
    value |= BigInt(byte & 127) << shift;
    if (byte < 128) return BigInt.asIntN(64, value);
  }
  throw new WireError('a varint longer than ten bytes');
}

function readByte(reader: Reader): number {
  if (reader.pos >= reader.len) throw new WireError('the file ends inside a number');
  return reader.buf[reader.pos++];
}

/** A repeated scalar, packed or not: calls `read` for each element. */
export function readRepeated(reader: Reader, field: Field, read: () => void): void {
  if (field.wire !== 2) return read();
  const end = readEnd(reader);
  while (reader.pos < end) read();
  if (reader.pos > end) throw new WireError('a packed field ends behind its length');
}

/** Encoded pieces and their total length in bytes. */
export interface Pieces {
  readonly parts: readonly Uint8Array[];
  readonly length: number;
}

/** Collects the fields of one message. */
export class MessageWriter {
  private readonly parts: Uint8Array[] = [];
  private length = 0;
  private writer = new Writer();

  int(id: number, value: bigint | number): this {
    this.writer.uint32(id << 3).raw(varint(value));
    return this;
  }

  float(id: number, value: number): this {
    this.writer.uint32((id << 3) | 5).float(value);
    return this;
  }

  text(id: number, value: string): this {
    this.writer.uint32((id << 3) | 2).string(value);
    return this;
  }

  /** Bytes by reference: copied once, by `join`. */
  bytes(id: number, value: Uint8Array): this {
    this.writer.uint32((id << 3) | 2).uint32(value.length);
    this.flush();
    this.push(value);
    return this;
  }

  message(id: number, value: Pieces): this {
    this.writer.uint32((id << 3) | 2).uint32(value.length);
    this.flush();
    for (const part of value.parts) this.push(part);
    return this;
  }

  finish(): Pieces {
    this.flush();
    return { parts: this.parts, length: this.length };
  }

  private push(part: Uint8Array): void {
    this.parts.push(part);
    this.length += part.length;
  }

  private flush(): void {
    const encoded = this.writer.finish();
    if (encoded.length > 0) this.push(encoded);
    this.writer = new Writer();
  }
}

/** Negative values take ten bytes, as protobuf wants. */
function varint(value: bigint | number): Uint8Array {
  let rest = BigInt.asUintN(64, BigInt(value));
  const bytes: number[] = [];
  while (rest > 127n) {
    bytes.push(Number(rest & 127n) | 128);
    rest >>= 7n;
  }
  bytes.push(Number(rest));
  return Uint8Array.from(bytes);
}

/** The pieces in one buffer. */
export function join(pieces: Pieces): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(pieces.length);
  let at = 0;
  for (const part of pieces.parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
