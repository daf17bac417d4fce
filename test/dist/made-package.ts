/** The package that tools/test.mjs made for these tests. */
import { join } from 'node:path';
import { statSync, readdirSync } from 'node:fs';
import * as v from 'valibot';
import { identity } from '../../tools/dist/identity.mjs';

const madeSchema = v.object({
  folder: v.string(),
  inspectFolder: v.optional(v.string()),
  files: v.array(v.object({ file: v.string(), bytes: v.number(), sha256: v.string() })),
  release: v.boolean(),
  lackingFuses: v.array(v.string()),
  bytes: v.number(),
});
export type MadePackage = v.InferOutput<typeof madeSchema>;

/** @throws {Error} outside `npm run test:dist` */
export function madePackage(): MadePackage {
  const text = process.env['BITLOG2_TEST_PACKAGE'];
  if (!text) throw new Error('package tests are started by `npm run test:dist`, which packs first');
  return v.parse(madeSchema, JSON.parse(text));
}

/** The program inside a packed folder. */
export function programOf(folder: string): string {
  if (process.platform === 'darwin') return join(folder, `${identity.productName}.app`);
  return join(folder, process.platform === 'win32' ? `${identity.productName}.exe` : identity.executable);
}

/** The file that is started. */
export const executableOf = (folder: string): string => (process.platform === 'darwin' ? join(programOf(folder), 'Contents', 'MacOS', identity.productName) : programOf(folder));

/** The folder that holds app.asar. */
export const resourcesOf = (folder: string): string => (process.platform === 'darwin' ? join(programOf(folder), 'Contents', 'Resources') : join(folder, 'resources'));

/** Every file below a folder, with forward slashes, sorted. */
export function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => statSync(join(folder, file)).isFile())
    .map((file) => file.replaceAll('\\', '/'))
    .sort();
}
