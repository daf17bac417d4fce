/** package-lock.json as a graph: which packages some others pull in. */

/** @typedef {{ version: string, license?: string, integrity?: string, resolved?: string, dev?: boolean, optional?: boolean, hasInstallScript?: boolean, link?: boolean, os?: string[], cpu?: string[], libc?: string[], dependencies?: Record<string, string>, optionalDependencies?: Record<string, string> }} LockEntry */
/** @typedef {{ packages: Record<string, LockEntry> }} Lock */

/** `node_modules/a/node_modules/@b/c` -> `@b/c`. */
export const nameOf = (path) => path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);

/** Where `name` is found from the package at `path`, as Node looks: own node_modules first, then those above. */
function resolveFrom(lock, path, name) {
  for (let folder = path; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf('/node_modules/')))) {
    const candidate = `${folder === '' ? '' : `${folder}/`}node_modules/${name}`;
    if (lock.packages[candidate]) return candidate;
    if (folder === '' || !folder.includes('/node_modules/')) {
      const top = `node_modules/${name}`;
      return lock.packages[top] ? top : undefined;
    }
  }
}

/**
 * The packages named and everything that they depend on.
 *
 * @param {Lock} lock
 * @param {Iterable<string>} names packages of the project itself
 * @param {(name: string) => boolean} [skip] packages that are left out, with what only they need
 * @returns {string[]} paths in the lockfile, sorted
 * @throws {Error} if a package that is needed does not stand in the lockfile
 */
export function closure(lock, names, skip = () => false) {
  const found = new Set();
  const visit = (from, name, optional) => {
    if (skip(name)) return;
    const path = resolveFrom(lock, from, name);
    if (path === undefined) {
      if (optional) return;
      throw new Error(`package-lock.json has no ${name}, which ${from || 'the project'} needs`);
    }
    if (found.has(path)) return;
    found.add(path);
    const { dependencies = {}, optionalDependencies = {} } = lock.packages[path];
    for (const next of Object.keys(dependencies)) visit(path, next, next in optionalDependencies);
    for (const next of Object.keys(optionalDependencies)) visit(path, next, true);
  };
  for (const name of names) visit('', name, false);
  return [...found].sort();
}
