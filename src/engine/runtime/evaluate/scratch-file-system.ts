/** The few file operations that a scratch file needs, so that tests can let them fail. */
import { closeSync, openSync, readSync, rmSync, statfsSync, writeSync } from 'node:fs';

export interface ScratchFileSystem {
  /** Makes a new file that only this user can read. */
  create(path: string): number;
  /** Gives how many bytes were written: at least one. */
  write(file: number, bytes: Uint8Array, position: number): number;
  /** Gives how many bytes were read; 0 at the end. */
  read(file: number, into: Uint8Array, position: number): number;
  close(file: number): void;
  /** Removes a file; nothing happens when it is gone. */
  remove(path: string): void;
  /** Bytes that may still be written below a folder; null where the system does not tell. */
  freeBytes(folder: string): number | null;
}

export const scratchFileSystem: ScratchFileSystem = {
  create(path) {
    const file = openSync(path, 'wx+', 0o600);
    // Where the system allows it the name goes at once: not even a process that is killed leaves the file behind.
    if (process.platform !== 'win32') rmSync(path, { force: true });
    return file;
  },
  write: (file, bytes, position) => writeSync(file, bytes, 0, bytes.length, position),
  read: (file, into, position) => readSync(file, into, 0, into.length, position),
  close: closeSync,
  remove: (path) => rmSync(path, { force: true }),
  freeBytes(folder) {
    try {
      const { bavail, bsize } = statfsSync(folder);
      return bavail * bsize;
    } catch {
      return null;
    }
  },
};
