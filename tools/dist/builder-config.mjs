/** electron-builder's configuration, for the three systems. Each is built on itself: natives are those that npm installed here. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../lib/targets.mjs';
import { afterPack } from './after-pack.mjs';
import { debianDepends } from './debian-depends.mjs';
import { identity } from './identity.mjs';
import { carriedResources, packageFiles } from './package-files.mjs';

/**
 * @param {object} settings
 * @param {import('../electron/find-electron.mjs').FoundElectron} settings.electron
 * @param {string} settings.output folder for everything that is made
 * @param {string} settings.notices folder with the notices that lie beside the program
 * @param {string} settings.suffix end of file names that says a package is no release; '' for a release
 * @param {boolean} settings.release
 * @param {string | undefined} settings.homepage where the project lives, if the builder knows
 * @param {(names: string[]) => void} settings.onLackingFuses
 * @returns {import('electron-builder').Configuration}
 */
export function builderConfig({ electron, output, notices, suffix, homepage, release, onLackingFuses }) {
  const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
  const { workspace } = identity;
  return {
    appId: identity.appId,
    productName: identity.productName,
    copyright: `${identity.author}; ${identity.license} licence`,
    artifactName: `${identity.executable}-\${version}-\${os}-\${arch}${suffix}.\${ext}`,
    ...(homepage === undefined ? {} : { extraMetadata: { homepage } }),
    directories: { output, buildResources: join(root, 'resources', 'icons') },
    electronDist: electron.dist,
    electronVersion: electron.version,
    electronLanguages: process.platform === 'darwin' ? ['en', 'ko'] : ['en-US', 'ko'],
    // Every native part is Node-API and comes ready-made from npm.
    npmRebuild: false,
    asar: true,
    asarUnpack: ['node_modules/onnxruntime-node/bin/**', 'node_modules/@duckdb/node-bindings-*/**', '**/*.node'],
    files: packageFiles(root, lock, { platform: process.platform, arch: process.arch }).files,
    extraResources: [
      { from: join(root, 'resources'), to: 'resources', filter: carriedResources.map((name) => `${name}/**`) },
      { from: notices, to: 'notices', filter: ['*'] },
    ],
    afterPack: afterPack({ mayLackFuses: !release, onLacking: onLackingFuses }),
    fileAssociations: [{ ext: workspace.extension, name: workspace.name, description: workspace.name, mimeType: workspace.mimeType, role: 'Editor' }],
    publish: null,
    linux: {
      target: ['AppImage', 'deb'],
      executableName: identity.executable,
      icon: join(root, 'resources', 'icons'),
      category: 'Science',
      synopsis: identity.summary,
      description: identity.description,
      maintainer: identity.author,
      desktop: { entry: { StartupWMClass: identity.executable, Keywords: `${identity.keywords.join(';')};` } },
    },
    deb: { depends: debianDepends },
    win: { target: ['nsis'], icon: join(root, 'resources', 'icons', 'icon.ico') },
    nsis: { oneClick: false, perMachine: false, allowToChangeInstallationDirectory: true, deleteAppDataOnUninstall: false },
    // Without a certificate the signature is ad hoc, and the hardened runtime would refuse the natives of others.
    mac: { target: ['dmg'], icon: join(root, 'resources', 'icons', 'icon.icns'), category: 'public.app-category.developer-tools', hardenedRuntime: false },
  };
}
