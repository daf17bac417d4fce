/** Which files of the project go into the package: the bundles that the window's program reaches, and the packages that those need at run time. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { posix, join } from 'node:path';
import { closure, nameOf } from './lock-graph.mjs';
import { installerOnly } from './shipped.mjs';

/** Folders of resources/ that the program reads at run time, or that say where those come from. */
export const carriedResources = ['icons', 'imagenet', 'models', 'published', 'sample'];

/** They run under plain Node, from the project; the packaged binary is no Node (fuse RunAsNode). */
export const plainNodePrograms = ['bench.js', 'cli.js'];

const requires = /\b(?:require|resolve)\((["'`])([^"'`]+)\1\)/g;

/**
 * What the entries of the main target load, but for the programs of plain Node. Every other entry counts: some are started by a path.
 *
 * @param {string} folder out/main
 * @returns {{ bundles: string[], packages: string[] }} files below the folder, and names of packages that they load
 */
export function reachable(folder) {
  const bundles = new Set();
  const packages = new Set();
  const visit = (file) => {
    if (bundles.has(file)) return;
    bundles.add(file);
    for (const [, , wanted] of readFileSync(join(folder, file), 'utf8').matchAll(requires)) {
      const local = posix.join(posix.dirname(file), wanted);
      if (wanted.startsWith('./') || wanted.startsWith('../')) {
        if (existsSync(join(folder, local))) visit(local);
      } else if (/^(@[\w.-]+\/)?[\w.-]+(\/|$)/.test(wanted)) {
        packages.add(wanted.split('/').slice(0, wanted.startsWith('@') ? 2 : 1).join('/'));
      }
    }
  };
  const entries = readdirSync(folder).filter((name) => name.endsWith('.js') && !plainNodePrograms.includes(name));
  entries.forEach(visit);
  return { bundles: [...bundles].sort(), packages: [...packages].sort() };
}

const fits = (list, value) => list === undefined || list.includes(value);

/** Paths in the lockfile: what the bundles load, without other systems' binaries (Electron on Linux is a glibc program). */
function packagedModules(lock, packages, { platform, arch }) {
  const known = packages.filter((name) => lock.packages[`node_modules/${name}`] && name !== 'electron');
  return closure(lock, known, (name) => installerOnly.has(name)).filter((path) => {
    const { os, cpu, libc } = lock.packages[path];
    return fits(os, platform) && fits(cpu, arch) && fits(libc, 'glibc');
  });
}

/** Folders of onnxruntime-node's binaries for any other system or processor than this one. */
function foreignBinaries(root, platform, arch) {
  const binaries = 'node_modules/onnxruntime-node/bin';
  return readdirSync(join(root, binaries)).flatMap((api) =>
    readdirSync(join(root, binaries, api)).flatMap((system) =>
      readdirSync(join(root, binaries, api, system))
        .filter((processor) => system !== platform || processor !== arch)
        .map((processor) => `${binaries}/${api}/${system}/${processor}`),
    ),
  );
}

/**
 * @param {string} root the project's folder, built
 * @param {import('./lock-graph.mjs').Lock} lock
 * @param {{ platform: string, arch: string }} system as Node names them
 * @returns {{ files: string[], modules: string[] }} electron-builder's patterns, and the packages (names) that will be inside
 */
export function packageFiles(root, lock, { platform, arch }) {
  const { bundles, packages } = reachable(join(root, 'out', 'main'));
  const modules = packagedModules(lock, packages, { platform, arch });
  const wanted = new Set(modules);
  const unwanted = Object.keys(lock.packages).filter((path) => /^node_modules\/(@[^/]+\/)?[^/]+$/.test(path) && !wanted.has(path));
  return {
    modules: modules.map(nameOf),
    files: [
      'package.json',
      ...bundles.map((file) => `out/main/${file}`),
      'out/preload/index.js',
      'out/renderer/**',
      '!**/.built-from',
      '!**/*.{map,ts,mts,cts,md,markdown,tsbuildinfo}',
      '!**/{test,tests,__tests__,example,examples,docs}/**',
      '!**/{test,*.test,*.spec}.{js,cjs,mjs,html}',
      '!node_modules/onnxruntime-node/script',
      // protobufjs: only the reader and writer of its `minimal` entry are loaded.
      '!node_modules/protobufjs/{dist,cli,ext,google,tsconfig.json}',
      ...unwanted.map((path) => `!${path}`),
      ...foreignBinaries(root, platform, arch).map((path) => `!${path}`),
    ],
  };
}
