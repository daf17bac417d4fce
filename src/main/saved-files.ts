import { extname, resolve } from 'node:path';
import { shell } from 'electron';
import type { SavedKind } from '../shared/window-contract';
import { writeWhole } from './write-whole';

/** Writes what the person saves, and opens again only what it wrote. */
export interface SavedFiles {
  write(file: string, kind: SavedKind, data: string | Uint8Array): Promise<string>;
  open(file: string): Promise<void>;
}

export function makeSavedFiles(): SavedFiles {
  const written = new Set<string>();
  return {
    async write(file, kind, data) {
      // On Linux the dialog does not add the extension.
      const path = resolve(extname(file) === '' ? `${file}.${kind}` : file);
      await writeWhole(path, data);
      written.add(path);
      return path;
    },
    async open(file) {
      if (!written.has(resolve(file))) throw new Error('only files saved since the start can be opened from here');
      const problem = await shell.openPath(resolve(file));
      if (problem !== '') throw new Error(problem);
    },
  };
}
