/** A fingerprint of source files, so that nothing is built twice and nothing stale is run. */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative, sep } from 'node:path';

/** Every file below `path` (or `path` itself), sorted, as paths relative to `root` with forward slashes. */
export function listFiles(root, path) {
  const full = join(root, path);
  if (!existsSync(full)) return [];
  if (statSync(full).isFile()) return [path];
  return readdirSync(full, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(root, join(entry.parentPath ?? entry.path, entry.name)).split(sep).join('/'))
    .sort();
}

/**
 * SHA-256 over names and contents of the given files and folders.
 *
 * @param {string} root the project's folder
 * @param {readonly string[]} paths files or folders below it; those that do not exist count as empty
 * @param {(file: string) => boolean} [wanted] leaves files out
 */
export function sourceHash(root, paths, wanted = () => true) {
  const hash = createHash('sha256');
  for (const file of paths.flatMap((path) => listFiles(root, path)).filter(wanted)) {
    const content = readFileSync(join(root, file));
    hash.update(`${file}\0${content.length}\0`).update(content);
  }
  return hash.digest('hex');
}
