/** The bytes of a picture on disk. */
import { openSync, closeSync, fstatSync, readFileSync, readSync } from 'node:fs';
import { readPlace } from '../datasets/picture-place';
import { checkImageBytes } from '../../core/images/image-limits';
import { ImageSkip } from '../../core/images/skip-reason';
import { rowPictures } from './row-pictures';

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
    descriptor = openSync(place.file, 'r');
  } catch (error) {
    throw unreadable(error);
  }
  try {
    if (place.kind === 'file') {
      checkImageBytes(fstatSync(descriptor).size);
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
