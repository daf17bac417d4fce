/** The three things that are built, what each is made of, and whether what lies in out/ is still true. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { sourceHash } from './source-hash.mjs';

/** The project's folder. */
export const root = resolve(dirname(fileURLToPath(import.meta.url)), '..', '..');

const config = ['electron.vite.config.ts', 'package.json', 'package-lock.json', 'tools/lib/build-target.mjs', 'tools/lib/compile-kernels.mjs', 'tools/lib/kernels-plugin.mjs'];

/** @type {Record<'main' | 'preload' | 'renderer', { sources: string[], skip?: string }>} */
const targets = {
  main: { sources: ['src', 'tools/bench', ...config], skip: 'src/renderer/' },
  preload: { sources: ['src/preload', ...config] },
  renderer: { sources: ['src/renderer', 'src/charts', 'src/shared', ...config] },
};

/** @typedef {keyof typeof targets} Target */

/** @type {readonly Target[]} */
export const allTargets = ['main', 'preload', 'renderer'];

export function targetHash(target, folder = root) {
  const { sources, skip } = targets[target];
  return sourceHash(folder, sources, (file) => !skip || !file.startsWith(skip));
}

/** Where the hash of the sources of the last successful build stands. */
export const stampFile = (target, folder = root) => join(folder, 'out', target, '.built-from');

export function isFresh(target, folder = root) {
  const stamp = stampFile(target, folder);
  return existsSync(stamp) && readFileSync(stamp, 'utf8') === targetHash(target, folder);
}
