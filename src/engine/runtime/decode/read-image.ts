/** The bytes of a picture on disk. */
import { openSync, closeSync, fstatSync, readFileSync } from 'node:fs';
import { checkImageBytes } from '../../core/images/image-limits';
import { ImageSkip } from '../../core/images/skip-reason';

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

/** The bytes of a picture file, its size checked first. Synchronous: it runs on worker threads, between two looks at the stop flag. Throws ImageSkip 'unreadable' or 'too-large'. */
export function readImageBytes(path: string): Uint8Array {
  let descriptor: number;
  try {
    descriptor = openSync(path, 'r');
  } catch (error) {
    throw unreadable(error);
  }
  try {
    checkImageBytes(fstatSync(descriptor).size);
    return readFileSync(descriptor);
  } catch (error) {
    throw error instanceof ImageSkip ? error : unreadable(error);
  } finally {
    closeSync(descriptor);
  }
}
