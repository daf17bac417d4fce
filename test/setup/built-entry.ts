import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { inject } from 'vitest';
import { root } from '../../tools/lib/targets.mjs';

/**
 * Path of a freshly built entry of the main target: `worker`, `cli`, `engine-process`, `index`, `bench`.
 *
 * @throws {Error} if the sources as they stand do not build
 */
export function builtEntry(name: string): string {
  const reason = inject('mainBuildError');
  if (reason !== '') throw new Error(`out/main is not up to date because it does not build: ${reason}`);
  const file = join(root, 'out', 'main', `${name}.js`);
  if (!existsSync(file)) throw new Error(`${file} is missing although out/main was built`);
  return file;
}
