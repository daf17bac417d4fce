/**
 * Files that are whole under their name: written beside it, flushed, then renamed. Whatever ends the program or fills the disk, the old file or the new one is there.
 * The engine has its own (engine/runtime/write-whole.ts): it imports nothing of main's, nor main of it.
 */
import { closeSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Of this process: two programs that save the same file do not write into each other's. */
const beside = (path: string): string => `${path}.${process.pid}.part`;

/** For what may be large. Throws the file system's error, and leaves nothing behind then. */
export async function writeWhole(path: string, data: string | Uint8Array): Promise<void> {
  const fresh = beside(path);
  try {
    const handle = await open(fresh, 'w');
    try {
      await handle.writeFile(data);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(fresh, path);
  } catch (error) {
    await rm(fresh, { force: true });
    throw error;
  }
}

/** For a few lines that must be there when this returns; makes the folder. Throws the file system's error, and leaves nothing behind then. */
export function writeWholeNow(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  const fresh = beside(path);
  try {
    const handle = openSync(fresh, 'w');
    try {
      writeSync(handle, text);
      fsyncSync(handle);
    } finally {
      closeSync(handle);
    }
    renameSync(fresh, path);
  } catch (error) {
    rmSync(fresh, { force: true });
    throw error;
  }
}
