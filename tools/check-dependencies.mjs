/**
 * `npm run check:dependencies`: integrity, source and licence of every package in package-lock.json; then the registry's known
 * vulnerabilities of what ships, where the registry offers them. A registry that does not is said and is no failure.
 */
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readAudit } from './dist/audit.mjs';
import { judgeLock } from './dist/judge-lock.mjs';
import { root } from './lib/targets.mjs';

const read = (name) => JSON.parse(readFileSync(join(root, name), 'utf8'));
const lock = read('package-lock.json');
const complaints = judgeLock(lock, read('package.json'));

/** npm exits with 1 for vulnerabilities and for no answer alike: only what it prints tells them apart. */
const audit = () =>
  new Promise((resolve) => {
    execFile('npm', ['audit', '--omit=dev', '--json'], { cwd: root, timeout: 60_000, maxBuffer: 2 ** 26, shell: process.platform === 'win32' }, (_error, stdout) => resolve(readAudit(stdout)));
  });

if (!process.argv.includes('--offline')) {
  const answer = await audit();
  if (answer.kind === 'unavailable') console.error(`npm audit: not available here (${answer.reason})`);
  else complaints.push(...answer.complaints);
}
for (const complaint of complaints) console.error(complaint);
if (complaints.length === 0) console.error(`${Object.keys(lock.packages).length - 1} packages: integrity, source and licence are in order`);
process.exitCode = complaints.length > 0 ? 1 : 0;
