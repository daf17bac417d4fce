/** Packs the built program for this system. */
import { copyFileSync, existsSync, linkSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildTargets } from '../lib/build-target.mjs';
import { allTargets, root } from '../lib/targets.mjs';
import { findElectron } from '../electron/find-electron.mjs';
import { builderConfig } from './builder-config.mjs';
import { makeDeb } from './deb.mjs';
import { setFuses } from './fuses.mjs';
import { identity } from './identity.mjs';
import { billOfMaterials, thirdPartyLicences } from './notices.mjs';
import { bytesIn, sha256 } from './sizes.mjs';

/** Everything that is made lies here; nothing of it is committed. */
export const output = join(root, 'dist');

const installers = { linux: ['AppImage'], win32: ['nsis'], darwin: ['dmg'] };
const installerFile = /\.(deb|AppImage|exe|dmg)$/;
const unpackedNames = { linux: 'linux-unpacked', win32: 'win-unpacked', darwin: process.arch === 'arm64' ? 'mac-arm64' : 'mac' };

/** A binary of another version than package.json's, or one that a stranger's package carries, makes no release: its files say so. */
function suffixFor(electron) {
  const { devDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  return electron.source !== 'carrier' && electron.version === devDependencies.electron ? '' : `-test-electron${electron.version}`;
}

/** Notices that lie beside the program and beside the installers. */
function writeNotices(folder, electron) {
  const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'THIRD-PARTY-LICENSES.txt'), thirdPartyLicences(root, lock));
  writeFileSync(join(folder, 'sbom.cdx.json'), `${JSON.stringify(billOfMaterials(lock, electron.version), null, 1)}\n`);
  copyFileSync(join(root, 'LICENSE'), join(folder, 'LICENSE.txt'));
  // Elsewhere Electron's own lie beside the program; an .app has no such place.
  if (process.platform !== 'darwin') return;
  copyFileSync(join(electron.dist, 'LICENSE'), join(folder, 'LICENSE.electron.txt'));
  copyFileSync(join(electron.dist, 'LICENSES.chromium.html'), join(folder, 'LICENSES.chromium.html'));
}

async function runBuilder(config, targets) {
  const { Arch, Platform, build } = await import('electron-builder');
  const platform = { linux: Platform.LINUX, win32: Platform.WINDOWS, darwin: Platform.MAC }[process.platform];
  await build({ projectDir: root, config, publish: 'never', targets: platform.createTarget(targets, Arch[process.arch]) });
}

function linkTree(from, to) {
  mkdirSync(to);
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)];
    if (entry.isDirectory()) linkTree(source, target);
    else linkSync(source, target);
  }
}

/** The second build: the same files, linked, so that nothing can differ, but for a copy of the program whose one fuse is on. */
async function makeInspectBuild(folder) {
  const other = `${folder}-inspect`;
  rmSync(other, { recursive: true, force: true });
  linkTree(folder, other);
  const program = join(other, identity.executable);
  rmSync(program);
  copyFileSync(join(folder, identity.executable), program);
  await setFuses(program, { inspect: true, mayLack: true });
  return other;
}

/**
 * @param {{ inspect?: boolean, only?: 'dir' | 'all', homepage?: string, electron?: import('../electron/find-electron.mjs').FoundElectron, say?: (line: string) => void }} [how] inspect: also the second build
 *   that tests drive (Linux); only 'dir': no installers
 * @returns {Promise<{ folder: string, inspectFolder?: string, files: { file: string, bytes: number, sha256: string }[], release: boolean, lackingFuses: string[], bytes: number }>}
 * @throws {Error} if anything that was asked for does not build
 */
export async function pack({ inspect = false, only = 'all', homepage, electron: given, say = (line) => console.error(line) } = {}) {
  await buildTargets(allTargets);
  const electron = given ?? (await findElectron({ root, announce: say }));
  const suffix = suffixFor(electron);
  const release = suffix === '';
  mkdirSync(output, { recursive: true });
  for (const name of readdirSync(output)) if (installerFile.test(name)) unlinkSync(join(output, name));
  const notices = join(output, 'notices');
  writeNotices(notices, electron);

  const lackingFuses = [];
  const config = builderConfig({ electron, output, notices, suffix, homepage, release, onLackingFuses: (names) => lackingFuses.push(...names) });
  const wanted = only === 'all' && release ? installers[process.platform] : [];
  if (only === 'all' && !release) say(`${installers[process.platform].join(', ')}: not built for a test package (electron-builder fetches the tools for it)`);
  await runBuilder(config, ['dir', ...wanted]);
  const folder = join(output, unpackedNames[process.platform]);
  if (!existsSync(folder)) throw new Error(`electron-builder left no ${folder}`);

  if (only === 'all' && process.platform === 'linux') {
    const file = join(output, `${identity.executable}-${identity.version}-linux-${process.arch}${suffix}.deb`);
    const version = release ? identity.version : `${identity.version}~test+electron${electron.version}`;
    makeDeb({ folder, work: join(output, '.deb'), file: `${file}.part`, version, arch: process.arch, homepage });
    renameSync(`${file}.part`, file);
  }
  const inspectFolder = inspect && process.platform === 'linux' ? await makeInspectBuild(folder) : undefined;
  const files = [];
  for (const name of readdirSync(output).filter((candidate) => installerFile.test(candidate)).sort()) {
    files.push({ file: join(output, name), bytes: bytesIn(join(output, name)), sha256: await sha256(join(output, name)) });
  }
  writeFileSync(join(output, 'SHA256SUMS'), files.map(({ file, sha256: hash }) => `${hash}  ${file.slice(output.length + 1)}\n`).join(''));
  return { folder, ...(inspectFolder === undefined ? {} : { inspectFolder }), files, release, lackingFuses, bytes: bytesIn(folder) };
}
