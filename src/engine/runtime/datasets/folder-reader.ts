/** What lies in a folder. An interface, because an unreadable folder cannot be made where tests run as root. */
import { readdir, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fail } from '../../../shared/failure';

export interface FolderEntry {
  readonly name: string;
  readonly folder: boolean;
  /** A symbolic link; links to folders are followed, as torchvision does. */
  readonly link: boolean;
}

export interface FolderReader {
  /** Entries of a folder in any order. Rejects with a Node error. */
  entries(path: string): Promise<readonly FolderEntry[]>;
  /** The folder that a path leads to once all links are resolved. */
  real(path: string): Promise<string>;
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch {
    // A dangling link is listed as a file, and skipped as unreadable when its turn comes.
    return false;
  }
}

export const diskFolders: FolderReader = {
  async entries(path) {
    const found: FolderEntry[] = [];
    for (const entry of await readdir(path, { withFileTypes: true })) {
      const link = entry.isSymbolicLink();
      // Some network file systems do not tell the type along with the name.
      const unsure = link || !(entry.isFile() || entry.isDirectory());
      found.push({ name: entry.name, link, folder: unsure ? await isFolder(join(path, entry.name)) : entry.isDirectory() });
    }
    return found;
  },
  real: (path) => realpath(path),
};

const causes: Readonly<Record<string, readonly [what: string, next: string]>> = {
  ENOENT: ['does not exist', 'Check the path'],
  ENOTDIR: ['is not a folder', 'Choose the folder that holds the pictures'],
  EACCES: ['may not be read by this user', 'Change its permissions or choose another folder'],
  EPERM: ['may not be read by this user', 'Change its permissions or choose another folder'],
};

/** A Node error about a folder as EngineError 'dataset-unreadable'. */
export function unreadableFolder(error: unknown, subject: string, path: string): Error {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const [what, next] = causes[code] ?? [`cannot be read (${code === '' ? String(error) : code})`, 'Check the disk or the network share'];
  return fail('dataset-unreadable', `${subject} ${what}`, { file: path, expected: 'a readable folder', next });
}
