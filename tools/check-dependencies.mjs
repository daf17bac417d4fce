/**
 * `npm run check:dependencies`: integrity, source and licence of every package in package-lock.json; then the registry's known
 * vulnerabilities of what ships and whether Electron is still mended, where the registry tells. One that does not is said and is no failure.
 * `--offline` asks no registry.
 */
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readAudit } from './dist/audit.mjs';
import { judgeElectronAge } from './dist/electron-age.mjs';
import { judgeLock } from './dist/judge-lock.mjs';
import { root } from './lib/targets.mjs';

const read = (name) => JSON.parse(readFileSync(join(root, name), 'utf8'));
const lock = read('package-lock.json');
const manifest = read('package.json');
const complaints = judgeLock(lock, manifest);

/** npm exits with 1 for findings and for no answer alike: only what it prints tells them apart. */
const npm = (...args) =>
  new Promise((resolve) => {
    execFile('npm', [...args, '--json', '--fetch-retries=0', '--fetch-timeout=20000'], { cwd: root, timeout: 60_000, maxBuffer: 2 ** 26, shell: process.platform === 'win32' }, (_error, stdout) => resolve(stdout));
  });

/** The newest version in the registry; undefined without an answer. */
async function newestElectron() {
  try {
    const answer = JSON.parse(await npm('view', 'electron', 'version'));
    return typeof answer === 'string' ? answer : undefined;
  } catch {
    return undefined;
  }
}

if (!process.argv.includes('--offline')) {
  const answer = readAudit(await npm('audit', '--omit=dev'));
  if (answer.kind === 'unavailable') console.error(`npm audit: not available here (${answer.reason})`);
  else complaints.push(...answer.complaints);
  const newest = await newestElectron();
  if (newest === undefined) console.error('the newest Electron: the registry does not answer');
  else complaints.push(...judgeElectronAge(manifest.devDependencies.electron, newest));
}
for (const complaint of complaints) console.error(complaint);
if (complaints.length === 0) console.error(`${Object.keys(lock.packages).length - 1} packages: integrity, source and licence are in order`);
process.exitCode = complaints.length > 0 ? 1 : 0;
