/** All pictures below a class folder, in the order of torchvision's ImageFolder: folders by full path, then files by name. */
import { join } from 'node:path';
import { compareCodePoints, sortByCodePoints } from '../../core/datasets/code-point-order';
import { hasImageExtension } from '../../core/datasets/image-extensions';
import { unreadableFolder, type FolderEntry, type FolderReader } from './folder-reader';

export interface FolderNames {
  /** Relative to the data set's root, with `/`. */
  readonly path: string;
  readonly names: readonly string[];
}

export interface WalkContext {
  readonly root: string;
  readonly reader: FolderReader;
  /** Called for each folder with the names of the folders inside; may throw to refuse the data set. */
  readonly enter: (path: string, inside: readonly string[]) => void;
  /** Throws when the listing is to stop. */
  readonly checkStop: () => void;
  /** A link that leads back to a folder it lies in, not followed. */
  readonly circular: (path: string) => void;
}

/** Sorted names of the pictures among entries. */
export function imageNames(entries: readonly FolderEntry[]): string[] {
  return sortByCodePoints(entries.filter(({ name, folder }) => !folder && hasImageExtension(name)).map(({ name }) => name));
}

/** The entries of a folder given relative to the root. Throws EngineError 'dataset-unreadable'. */
export async function readEntries(context: Pick<WalkContext, 'root' | 'reader'>, path: string): Promise<readonly FolderEntry[]> {
  const full = join(context.root, path);
  try {
    return await context.reader.entries(full);
  } catch (error) {
    throw unreadableFolder(error, path === '' ? 'The data set folder' : 'A folder of the data set', full);
  }
}

/** Pictures of every folder below `classFolder` (relative to the root), folders without pictures included. */
export async function walkClassFolder(context: WalkContext, classFolder: string): Promise<FolderNames[]> {
  const found: FolderNames[] = [];
  /** `above`: real paths of the folder and all that it was reached through. */
  const visit = async (path: string, above: readonly string[]): Promise<void> => {
    context.checkStop();
    const entries = await readEntries(context, path);
    const folders = entries.filter(({ folder }) => folder);
    context.enter(path, folders.map(({ name }) => name));
    found.push({ path, names: imageNames(entries) });
    for (const { name, link } of folders) {
      const below = `${path}/${name}`;
      const here = above[above.length - 1] ?? '';
      const real = link ? await context.reader.real(join(context.root, below)) : join(here, name);
      // os.walk would go round until the path is too long.
      if (above.includes(real)) context.circular(below);
      else await visit(below, [...above, real]);
    }
  };
  await visit(classFolder, [await context.reader.real(context.root), await context.reader.real(join(context.root, classFolder))]);
  return found.sort((a, b) => compareCodePoints(a.path, b.path));
}
