/** A file that is whole under its name, for what can be made anew: written beside it, then renamed, but not flushed. */
import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * Makes the folder, writes, renames: whoever reads the name finds the old file or the new one, also when several processes write it.
 * Throws the file system's error, and leaves nothing behind then.
 */
export function writeWhole(path: string, data: string | Uint8Array): void {
  mkdirSync(dirname(path), { recursive: true });
  const fresh = `${path}.${process.pid}.part`;
  try {
    writeFileSync(fresh, data);
    renameSync(fresh, path);
  } catch (error) {
    rmSync(fresh, { force: true });
    throw error;
  }
}
