/** Names and shapes of a safetensors file, by its beginning alone. */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { readTensorHeads, safetensorsHead, type TensorHead } from '../../core/safetensors/read-safetensors';

/** @throws EngineError 'model-unreadable' */
export function readHeads(file: string): ReadonlyMap<string, TensorHead> {
  const descriptor = openSync(file, 'r');
  try {
    const { size } = fstatSync(descriptor);
    const beginning = readFirst(descriptor, safetensorsHead(readFirst(descriptor, 8), size, file));
    return readTensorHeads(beginning, size, (utf8) => new TextDecoder().decode(utf8), file);
  } finally {
    closeSync(descriptor);
  }
}

function readFirst(descriptor: number, count: number): Uint8Array {
  const bytes = new Uint8Array(count);
  return bytes.subarray(0, readSync(descriptor, bytes, 0, count, 0));
}
