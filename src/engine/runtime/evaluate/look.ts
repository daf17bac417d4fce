/** Logits of picture files through a loaded network, one after the other, with what could not be read and the digest of each file's bytes. */
import { createHash } from 'node:crypto';
import type { ImageSet } from '../workers/protocol';
import type { LoadedCell } from './cell';
import { loadBatch } from './load-pixels';
import { readImageBytes } from '../decode/read-image';

export interface Look {
  /** Of the pictures that were read, in order, [read, classes]. */
  readonly logits: Float32Array;
  /** Positions in the task's files of the pictures that were read. */
  readonly read: readonly number[];
  readonly skipped: readonly { readonly position: number; readonly detail: string }[];
  /** SHA-256 of each file's bytes; '' for a file that cannot be opened. Empty when not asked for. */
  readonly digests: readonly string[];
}

export async function lookAt({ network, structure }: LoadedCell, { files, preprocess }: ImageSet, digest: boolean, poll: () => void): Promise<Look> {
  const { classes } = structure.output;
  const logits = new Float32Array(files.length * classes);
  const read: number[] = [];
  const skipped: { position: number; detail: string }[] = [];
  const digests: string[] = [];
  const bytesOf = (file: string): Uint8Array => {
    const bytes = readImageBytes(file);
    if (digest) digests[files.indexOf(file)] = createHash('sha256').update(bytes).digest('hex');
    return bytes;
  };
  for (let first = 0; first < files.length; first += network.batch) {
    const names = files.slice(first, first + network.batch);
    if (digest) for (const position of names.keys()) digests[first + position] = '';
    const batch = loadBatch(names, network.batch, structure.input.height, preprocess, poll, bytesOf);
    for (const { position, detail } of batch.skipped) skipped.push({ position: first + position, detail });
    if (batch.loaded.length === 0) continue;
    const answer = await network.run(batch.pixels, { valid: batch.loaded.length, poll });
    for (const [slot, position] of batch.loaded.entries()) {
      logits.set(answer.logits.subarray(slot * classes, (slot + 1) * classes), read.length * classes);
      read.push(first + position);
    }
  }
  return { logits: logits.slice(0, read.length * classes), read, skipped, digests };
}
