/** Installs the dependencies when they are missing or not the ones that package-lock.json names. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runStep } from './run-step.mjs';

const readPackages = (file) => JSON.parse(readFileSync(file, 'utf8')).packages ?? {};

/**
 * Whether node_modules holds what the lockfile asks for. Optional packages may be absent (other platforms' binaries).
 */
export function isInstalled(root) {
  const installed = join(root, 'node_modules', '.package-lock.json');
  if (!existsSync(installed)) return false;
  const present = readPackages(installed);
  return Object.entries(readPackages(join(root, 'package-lock.json'))).every(
    ([path, { version, optional, devOptional }]) => path === '' || present[path]?.version === version || ((optional || devOptional) && !present[path]),
  );
}

/** @throws {Error} if npm fails */
export async function ensureInstalled(root) {
  if (isInstalled(root)) return;
  console.error('installing dependencies (npm ci)');
  const code = await runStep('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], { cwd: root });
  if (code !== 0) throw new Error(`npm ci failed with exit code ${code}`);
}
