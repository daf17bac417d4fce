/** Builds targets of electron.vite.config.ts, one at a time, and only those whose sources changed. */
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { withLock } from './lock.mjs';
import { isFresh, root, stampFile, targetHash } from './targets.mjs';

/**
 * Builds beside the finished target and swaps it in, so that a running program never sees half a build
 * and a failed one leaves the old in place. Programs that start at the same time wait for one another.
 *
 * @param {readonly import('./targets.mjs').Target[]} wanted
 * @returns {Promise<string[]>} the targets that had to be built
 * @throws whatever the bundler throws, for the first target that does not build
 */
export async function buildTargets(wanted, { force = false } = {}) {
  if (!force && wanted.every((target) => isFresh(target))) return [];
  const out = join(root, 'out');
  mkdirSync(out, { recursive: true });
  return withLock(join(out, '.lock'), async () => {
    const stale = wanted.filter((target) => force || !isFresh(target));
    if (stale.length === 0) return [];
    process.env.NODE_ENV = 'production';
    const { resolveConfig } = await import('electron-vite');
    const { build } = await import('vite');
    const { config } = await resolveConfig({ root, logLevel: 'warn' }, 'build', 'production');
    for (const target of stale) {
      // Taken first: an edit during the build makes the result stale, not wrongly fresh.
      const hash = targetHash(target);
      const fresh = join(out, `.new-${target}`);
      const old = join(out, `.old-${target}`);
      rmSync(fresh, { recursive: true, force: true });
      rmSync(old, { recursive: true, force: true });
      const settings = config[target];
      await build({ ...settings, build: { ...settings.build, outDir: fresh, emptyOutDir: true } });
      if (existsSync(join(out, target))) renameSync(join(out, target), old);
      renameSync(fresh, join(out, target));
      rmSync(old, { recursive: true, force: true });
      writeFileSync(stampFile(target), hash);
    }
    return stale;
  });
}
