/** The official binary: the one already there, else `install-electron` with a time limit. */
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cacheFolder } from './cache-folder.mjs';

const timeLimitMs = 300_000;
/** A network that swallows packets would cost the whole time limit at every start: ask it once a day. */
const askAgainAfterMs = 24 * 3_600_000;

function installedDist(electronPackage) {
  const pathFile = join(electronPackage, 'path.txt');
  if (!existsSync(pathFile)) return undefined;
  const dist = join(electronPackage, 'dist');
  return existsSync(join(dist, readFileSync(pathFile, 'utf8'))) ? dist : undefined;
}

/**
 * Runs the package's own installer.
 *
 * @returns {Promise<{ ok: true } | { ok: false, reason: string, timedOut: boolean }>}
 */
export function runInstaller(script, env, limitMs) {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [script], { env, stdio: ['ignore', 'ignore', 'pipe'] });
    let lastError = '';
    child.stderr.on('data', (data) => (lastError = (lastError + data).slice(0, 2000)));
    let timedOut = false;
    const timer = setTimeout(() => {
      timedOut = true;
      child.kill('SIGKILL');
    }, limitMs);
    const end = (reason) => {
      clearTimeout(timer);
      resolve(reason === undefined ? { ok: true } : { ok: false, reason, timedOut });
    };
    child.on('error', (error) => end(error.message));
    child.on('close', (code) => {
      if (timedOut) end(`no answer within ${limitMs / 1000} s`);
      else end(code === 0 ? undefined : (lastError.split('\n')[0] || `exit code ${code}`).replace(/^\w*Error: /, ''));
    });
  });
}

/**
 * @returns {Promise<{ dist: string } | { dist: undefined, reason: string }>} the folder of the binary, or why there is none
 */
export async function fetchOfficial({ root, env, limitMs = timeLimitMs, now = Date.now() }) {
  const electronPackage = join(root, 'node_modules', 'electron');
  const present = installedDist(electronPackage);
  if (present) return { dist: present };
  const script = join(electronPackage, 'install.js');
  if (!existsSync(script)) return { dist: undefined, reason: 'node_modules/electron is missing (npm ci)' };

  const note = join(cacheFolder(env), 'official-download-timed-out');
  if (existsSync(note) && now - statSync(note).mtimeMs < askAgainAfterMs) {
    return { dist: undefined, reason: 'it timed out within the last day (npx install-electron tries again)' };
  }
  const result = await runInstaller(script, env, limitMs);
  const dist = installedDist(electronPackage);
  if (result.ok && dist) return { dist };
  if (!result.ok && result.timedOut) {
    mkdirSync(cacheFolder(env), { recursive: true });
    writeFileSync(note, result.reason);
  }
  return { dist: undefined, reason: result.ok ? 'the installer left no binary' : result.reason };
}
