/** Which packages are in the product: those that the bundler takes into a bundle, and those that the package carries as they are. */
import { importTable } from '../lint/import-table.mjs';
import { closure } from './lock-graph.mjs';

/** onnxruntime-node's install script downloads other builds with these; it is never run, and nothing else uses them. */
export const installerOnly = new Set(['adm-zip', 'global-agent']);

/** Electron is no package of the bundle: its binary is the program, and its licences lie beside it. */
const notPackages = new Set(['node:*', 'electron', '*', 'virtual:kernels']);

/** What code of the product may import, from the table that lint holds it to. */
export const importedPackages = [...new Set(importTable.filter(({ files }) => files.startsWith('src/')).flatMap(({ packages }) => packages))]
  .filter((name) => !notPackages.has(name))
  .sort();

/** @param {import('./lock-graph.mjs').Lock} lock */
export const shippedPackages = (lock) => closure(lock, importedPackages, (name) => installerOnly.has(name));
