/** The bytes of a picture on disk. */
import { openSync, closeSync, constants, fstatSync, readFileSync, readSync, type Stats } from 'node:fs';
import { readPlace } from '../datasets/picture-place';
import { checkImageBytes } from '../../core/images/image-limits';
import { ImageSkip } from '../../core/images/skip-reason';
import { rowPictures } from './row-pictures';

/** Opening waits for nobody: not for the other end of a pipe, to which a stranger's data may link. Windows has neither the flag nor such pipes. */
export const openForReading = constants.O_RDONLY | (process.platform === 'win32' ? 0 : constants.O_NONBLOCK);

/** Throws ImageSkip for what has no end (a device) or waits for somebody (a pipe). */
export function requireFile(found: Pick<Stats, 'isFile' | 'isDirectory'>): void {
  if (!found.isFile()) throw new ImageSkip('unreadable', found.isDirectory() ? 'The path is a folder.' : 'The path is a device or a pipe, not a file.');
}

const causes: Readonly<Record<string, string>> = {
  ENOENT: 'The file is no longer there.',
  EACCES: 'The file may not be read by this user.',
  EPERM: 'The file may not be read by this user.',
  EISDIR: 'The path is a folder.',
};

function unreadable(error: unknown): ImageSkip {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return new ImageSkip('unreadable', causes[code] ?? `The file cannot be read (${code === '' ? String(error) : code}).`);
}

/**
 * The bytes of a picture, its size checked first: a whole file, its stretch of an archive, or its row of a parquet file. Synchronous: it runs on worker
 * threads, between two looks at the stop flag. Throws ImageSkip 'unreadable' or 'too-large'.
 */
export function readImageBytes(path: string): Uint8Array {
  const place = readPlace(path);
  if (place.kind === 'row') return rowPictures().take(path);
  let descriptor: number;
  try {
    descriptor = openSync(place.file, openForReading);
  } catch (error) {
    throw unreadable(error);
  }
  try {
    const found = fstatSync(descriptor);
    requireFile(found);
    if (place.kind === 'file') {
      checkImageBytes(found.size);
      return readFileSync(descriptor);
    }
    checkImageBytes(place.length);
    const bytes = new Uint8Array(place.length);
    if (readSync(descriptor, bytes, 0, place.length, place.offset) !== place.length) throw new ImageSkip('unreadable', 'The archive has become shorter since it was listed.');
    return bytes;
  } catch (error) {
    throw error instanceof ImageSkip ? error : unreadable(error);
  } finally {
    closeSync(descriptor);
  }
}
