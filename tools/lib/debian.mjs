/** System packages that a window needs on Debian: installed as root, otherwise the command is printed. */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { runStep } from './run-step.mjs';

/** Each line is one need; the names after the first are what newer releases call it. */
export const windowPackages = [
  ['xvfb'],
  ['fonts-noto-cjk'],
  ['libgtk-3-0', 'libgtk-3-0t64'],
  ['libnss3'],
  ['libasound2', 'libasound2t64'],
  ['libgbm1'],
  ['libxss1'],
  ['libxtst6'],
  ['libatk-bridge2.0-0', 'libatk-bridge2.0-0t64'],
  ['libcups2', 'libcups2t64'],
  ['libdrm2'],
];

const succeeds = (command, args) => {
  try {
    return execFileSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  } catch {
    // Not installed, or not known: both are an answer.
    return '';
  }
};

const isPresent = (name) => succeeds('dpkg-query', ['-W', '-f=${Status}', name]).includes('ok installed');
const isKnown = (name) => succeeds('apt-cache', ['show', '--no-all-versions', name]) !== '';

/** The needs that no installed package meets. */
export function missingPackages(needs = windowPackages, present = isPresent) {
  return needs.filter((names) => !names.some(present));
}

/** Which name of each need to install here. */
export function namesToInstall(needs, known = isKnown) {
  return needs.map((names) => names.find(known) ?? names[0]);
}

/**
 * @returns {Promise<string | undefined>} undefined when everything is there, else what the person has to run
 */
export async function ensureWindowPackages() {
  if (process.platform !== 'linux' || !existsSync('/etc/debian_version')) return undefined;
  const missing = missingPackages();
  if (missing.length === 0) return undefined;
  if (process.getuid() !== 0) return `sudo apt-get install -y ${namesToInstall(missing).join(' ')}`;
  console.error(`installing system packages for the window tests: ${missing.map(([name]) => name).join(' ')}`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  await runStep('apt-get', ['update', '-qq'], { env });
  const names = namesToInstall(missing);
  const code = await runStep('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...names], { env });
  return code === 0 ? undefined : `apt-get install -y ${names.join(' ')}`;
}
