/** Which files beside an ONNX model hold its weights: read off the model without reading its weights, so that it costs nothing to ask. */
import { closeSync, openSync, readSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { isInsideFolder } from '../../core/onnx/read-tensor';

type Message = 'model' | 'graph' | 'node' | 'attribute' | 'tensor' | 'entry';

/** By message, which of its fields lead to external data (onnx.proto): ModelProto.graph, GraphProto.node and initializer, NodeProto.attribute, AttributeProto.t and tensors, TensorProto.external_data. */
const inside: Readonly<Record<Message, ReadonlyMap<number, Message>>> = {
  model: new Map([[7, 'graph']]),
  graph: new Map([[1, 'node'], [5, 'tensor']]),
  node: new Map([[5, 'attribute']]),
  attribute: new Map([[5, 'tensor'], [10, 'tensor']]),
  tensor: new Map([[13, 'entry']]),
  entry: new Map(),
};

const longestText = 4096;

/**
 * Absolute paths, sorted, each once; whether they exist is not looked at. A file that is no ONNX model names none: its import says what is wrong with it.
 */
export function externalFiles(model: string): readonly string[] {
  const locations = new Set<string>();
  let handle: number;
  try {
    handle = openSync(model, 'r');
  } catch {
    return [];
  }
  try {
    walk(new FileBytes(handle), 'model', 0, Infinity, locations);
  } catch (error) {
    if (!(error instanceof NoMessage)) throw error;
  } finally {
    closeSync(handle);
  }
  return [...locations].filter(isInsideFolder).map((location) => join(dirname(model), location)).sort();
}

class NoMessage extends Error {}

function walk(file: FileBytes, message: Message, from: number, end: number, locations: Set<string>): void {
  for (let at = from; at < end;) {
    const tag = file.varint(at);
    if (tag === null) return;
    const size = valueSize(file, tag.value & 7, tag.next);
    const start = tag.next + size.head;
    const field = inside[message].get(tag.value >>> 3);
    if (field === 'entry') {
      const location = entryLocation(file, start, start + size.body);
      if (location !== null) locations.add(location);
    } else if (field !== undefined && (tag.value & 7) === 2) walk(file, field, start, start + size.body, locations);
    at = start + size.body;
  }
}

/** Bytes of a value's length, and of the value. */
function valueSize(file: FileBytes, wire: number, at: number): { readonly head: number; readonly body: number } {
  const number = file.varint(at);
  if (number === null) throw new NoMessage();
  switch (wire) {
    case 0: return { head: 0, body: number.next - at };
    case 1: return { head: 0, body: 8 };
    case 2: return { head: number.next - at, body: number.value };
    case 5: return { head: 0, body: 4 };
    default: throw new NoMessage();
  }
}

/** The value of a StringStringEntryProto whose key says that it is a file's name. */
function entryLocation(file: FileBytes, from: number, end: number): string | null {
  const texts = new Map<number, string>();
  for (let at = from; at < end;) {
    const tag = file.varint(at);
    if (tag === null) return null;
    const size = valueSize(file, tag.value & 7, tag.next);
    texts.set(tag.value >>> 3, file.text(tag.next + size.head, size.body));
    at = tag.next + size.head + size.body;
  }
  return texts.get(1) === 'location' ? texts.get(2) ?? null : null;
}

/** A file, a window of it in memory at a time. */
class FileBytes {
  private readonly window = new Uint8Array(65_536);
  private start = 0;
  private length = 0;

  constructor(private readonly handle: number) {}

  /** The number at `at` and where it ends; null at the end of the file. */
  varint(at: number): { readonly value: number; readonly next: number } | null {
    let value = 0;
    for (let i = 0; i < 10; i++) {
      const byte = this.byte(at + i);
      if (byte === null) {
        if (i === 0) return null;
        throw new NoMessage();
      }
      value += (byte & 127) * 2 ** (7 * i);
      if (byte < 128) return { value, next: at + i + 1 };
    }
    throw new NoMessage();
  }

  /** Empty for what is too long to be a key or a file's name. */
  text(at: number, length: number): string {
    if (length > longestText) return '';
    return new TextDecoder().decode(Uint8Array.from({ length }, (_, i) => this.byte(at + i) ?? 0));
  }

  private byte(at: number): number | null {
    if (at < this.start || at >= this.start + this.length) {
      if (!Number.isSafeInteger(at)) throw new NoMessage();
      this.start = at;
      this.length = readSync(this.handle, this.window, 0, this.window.length, at);
    }
    return at < this.start + this.length ? this.window[at - this.start] ?? null : null;
  }
}
