/**
 * A Debian package of a packed folder, by dpkg-deb alone. It has no maintainer scripts: the desktop's caches are refreshed by the triggers
 * of the packages that own them, and Chromium's sandbox helper has its mode in the archive.
 */
import { execFileSync } from 'node:child_process';
import { chmodSync, cpSync, lstatSync, mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { root } from '../lib/targets.mjs';
import { debianDepends, debianRecommends } from './debian-depends.mjs';
import { desktopEntry, mimePackage } from './desktop-entry.mjs';
import { identity } from './identity.mjs';

/** Where the program lies once it is installed. */
export const installFolder = `/opt/${identity.executable}`;
export const debianArch = { x64: 'amd64', arm64: 'arm64' };

/** Disk space in kibibytes, as dpkg counts it: each file rounded up. */
export function kibibytes(path) {
  const info = lstatSync(path);
  if (info.isDirectory()) return 1 + readdirSync(path).reduce((sum, name) => sum + kibibytes(join(path, name)), 0);
  return info.isSymbolicLink() ? 1 : Math.ceil(info.size / 1024);
}

/**
 * The control file.
 *
 * @param {{ version: string, architecture: string, installedSize: number, homepage?: string }} of
 */
export function controlFile({ version, architecture, installedSize, homepage }) {
  return [
    `Package: ${identity.executable}`,
    `Version: ${version}`,
    `Architecture: ${architecture}`,
    `Maintainer: ${identity.author}`,
    `Installed-Size: ${installedSize}`,
    `Depends: ${debianDepends.join(', ')}`,
    `Recommends: ${debianRecommends.join(', ')}`,
    'Section: science',
    'Priority: optional',
    ...(homepage === undefined ? [] : [`Homepage: ${homepage}`]),
    `Description: ${identity.summary}`,
    ` ${identity.description}.`,
    '',
  ].join('\n');
}

/** Debian's own rule: files that all may read, folders and programs that all may enter and run. */
function settleModes(path) {
  const info = lstatSync(path);
  if (info.isSymbolicLink()) return;
  chmodSync(path, info.isDirectory() || (info.mode & 0o111) !== 0 ? 0o755 : 0o644);
  if (info.isDirectory()) readdirSync(path).forEach((name) => settleModes(join(path, name)));
}

/**
 * @param {{ folder: string, work: string, file: string, version: string, arch: string, homepage?: string }} of folder: what electron-builder
 *   packed; work: a folder of our own, emptied first; version: `~` sorts before a release
 */
export function makeDeb({ folder, work, file, version, arch, homepage }) {
  rmSync(work, { recursive: true, force: true });
  const put = (path, text) => {
    mkdirSync(dirname(join(work, path)), { recursive: true });
    writeFileSync(join(work, path), text);
  };
  cpSync(folder, join(work, installFolder), { recursive: true, verbatimSymlinks: true });
  put(`usr/share/applications/${identity.executable}.desktop`, desktopEntry(`${installFolder}/${identity.executable}`));
  put(`usr/share/mime/packages/${identity.executable}.xml`, mimePackage());
  for (const name of readdirSync(join(root, 'resources', 'icons'))) {
    const [, size] = /^(\d+x\d+)\.png$/.exec(name) ?? [];
    const target = size ? `usr/share/icons/hicolor/${size}/apps/${identity.executable}.png` : name === 'icon.svg' ? `usr/share/icons/hicolor/scalable/apps/${identity.executable}.svg` : undefined;
    if (target === undefined) continue;
    mkdirSync(dirname(join(work, target)), { recursive: true });
    cpSync(join(root, 'resources', 'icons', name), join(work, target));
  }
  mkdirSync(join(work, `usr/share/doc/${identity.executable}`), { recursive: true });
  cpSync(join(root, 'LICENSE'), join(work, `usr/share/doc/${identity.executable}/copyright`));
  mkdirSync(join(work, 'usr/bin'), { recursive: true });
  symlinkSync(`../..${installFolder}/${identity.executable}`, join(work, 'usr/bin', identity.executable));
  const installedSize = kibibytes(work);
  put('DEBIAN/control', controlFile({ version, architecture: debianArch[arch] ?? arch, installedSize, homepage }));
  settleModes(work);
  // Chromium's own sandbox helper does its work as root; where user namespaces are allowed it is not asked.
  chmodSync(join(work, installFolder, 'chrome-sandbox'), 0o4755);
  execFileSync('dpkg-deb', ['--root-owner-group', '-Zzstd', '-z9', '--build', work, file], { stdio: ['ignore', 'ignore', 'inherit'] });
  rmSync(work, { recursive: true, force: true });
}
