/** What must hold of package.json and package-lock.json before anything is installed from them. */
import { admitsLicence, shippedLicences, toolLicences } from './licences.mjs';
import { nameOf } from './lock-graph.mjs';
import { shippedPackages } from './shipped.mjs';

const publicRegistry = 'https://registry.npmjs.org/';
const exactVersion = /^\d+\.\d+\.\d+(-[\w.-]+)?$/;

/** npm's lockfile names the address of a package, or (omit-lockfile-registry-resolved) leaves it to the reader's registry. */
function judgeSource(path, { resolved, link, integrity, version }) {
  const complaints = [];
  if (link) complaints.push(`${path} is a link to a folder`);
  if (resolved !== undefined && !resolved.startsWith(publicRegistry)) complaints.push(`${path} comes from ${resolved}, not from ${publicRegistry}`);
  if (!/^sha512-[A-Za-z0-9+/]{86}==$/.test(integrity ?? '')) complaints.push(`${path} has no sha512 integrity`);
  if (!exactVersion.test(version ?? '')) complaints.push(`${path} has no exact version: ${version}`);
  return complaints;
}

/**
 * @param {import('./lock-graph.mjs').Lock} lock package-lock.json
 * @param {{ dependencies?: Record<string, string>, devDependencies?: Record<string, string>, allowScripts?: Record<string, boolean> }} manifest package.json
 * @returns {string[]} one sentence per fault; none: all is well
 */
export function judgeLock(lock, manifest) {
  const complaints = [];
  if (lock.lockfileVersion !== 3) complaints.push(`package-lock.json has version ${lock.lockfileVersion}, not 3`);
  const shipped = new Set(shippedPackages(lock));
  for (const [path, entry] of Object.entries(lock.packages)) {
    if (path === '') continue;
    complaints.push(...judgeSource(path, entry));
    // Everything that would be installed without devDependencies counts as shipped too, whether or not the bundler takes it.
    const ships = shipped.has(path) || !(entry.dev || entry.devOptional);
    if (!admitsLicence(entry.license, ships ? shippedLicences : toolLicences)) {
      complaints.push(`${path} has the licence ${entry.license ?? '(none)'}, which is not on the list for ${ships ? 'what ships' : 'build tools'}`);
    }
    if (entry.hasInstallScript && manifest.allowScripts?.[nameOf(path)] === undefined) {
      complaints.push(`${path} has an install script, which package.json's allowScripts does not decide on`);
    }
  }
  for (const [name, version] of Object.entries({ ...manifest.dependencies, ...manifest.devDependencies })) {
    if (!exactVersion.test(version)) complaints.push(`package.json asks for ${name} ${version}: write one exact version`);
    const locked = lock.packages[`node_modules/${name}`]?.version;
    if (locked !== version) complaints.push(`package.json asks for ${name} ${version}, package-lock.json has ${locked ?? 'none'}`);
  }
  return complaints;
}
