/**
 * Picture files that are read while the network computes, so that a slow disk or a network folder costs no time. Only their bytes: decoding
 * needs a core, and the workers already use all of them.
 */
import { open } from 'node:fs/promises';
import { readPlace } from '../datasets/picture-place';
import { openForReading, readImageBytes, requireFile } from './read-image';
import { rowPictures } from './row-pictures';

/** Larger files are left until they are wanted. */
const largest = 4 * 1024 * 1024;

export class ReadAhead {
  /** Null while a file is being read, and when that failed. */
  private files = new Map<string, Uint8Array | null>();

  /** Reads these files; the promise, which nobody has to wait for, never rejects. What was read before and not taken is let go. */
  async begin(paths: readonly string[]): Promise<void> {
    const rows = paths.filter((path) => readPlace(path).kind === 'row');
    if (rows.length > 0) rowPictures().ask(rows);
    const whole = paths.filter((path) => readPlace(path).kind !== 'row');
    const files = new Map<string, Uint8Array | null>(whole.map((path) => [path, null]));
    this.files = files;
    await Promise.all(whole.map(async (path) => files.set(path, await readWhole(path))));
  }

  /** The bytes of a file, as readImageBytes gives them: those at hand, else read now. Throws ImageSkip. */
  take(path: string): Uint8Array {
    return this.files.get(path) ?? readImageBytes(path);
  }
}

/** Null for whatever goes wrong: readImageBytes will find it again and say it. */
async function readWhole(path: string): Promise<Uint8Array | null> {
  try {
    const place = readPlace(path);
    const file = await open(place.file, openForReading);
    try {
      const found = await file.stat();
      requireFile(found);
      const { offset, length: size } = place.kind === 'stretch' ? place : { offset: 0, length: found.size };
      if (size > largest) return null;
      const bytes = new Uint8Array(size);
      const { bytesRead } = await file.read(bytes, 0, size, offset);
      return bytesRead === size ? bytes : null;
    } finally {
      await file.close();
    }
  } catch {
    return null;
  }
}
