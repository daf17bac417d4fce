import { mkdtempSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { join } from 'node:path';
import { rolldown } from 'rolldown';
import { kernelsPlugin } from '../../tools/lib/kernels-plugin.mjs';
import { root } from '../../tools/lib/targets.mjs';

/**
 * Bundles a TypeScript file into one that `node` runs as a child process (Node 20 reads no TypeScript).
 * Packages stay outside, so the file is written where they are found.
 * @returns its path; it lies under node_modules/.cache.
 */
export async function bundleChild(entry: string, name: string): Promise<string> {
  const bundle = await rolldown({
    input: entry,
    platform: 'node',
    external: [/^node:/, ...builtinModules, '@duckdb/node-api', 'onnxruntime-node'],
    plugins: [kernelsPlugin(root)],
  });
  const folder = mkdtempSync(join(root, 'node_modules', '.cache', `${name}-`));
  const file = join(folder, `${name}.cjs`);
  await bundle.write({ file, format: 'cjs' });
  await bundle.close();
  return file;
}
