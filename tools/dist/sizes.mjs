/** How large what was packed is, and its hashes. */
import { createHash } from 'node:crypto';
import { createReadStream, lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';

/** Bytes of a file, or of all files below a folder. */
export function bytesIn(path) {
  const info = lstatSync(path);
  return info.isDirectory() ? readdirSync(path).reduce((sum, name) => sum + bytesIn(join(path, name)), 0) : info.size;
}

export const megabytes = (bytes) => `${(bytes / 1e6).toFixed(1)} MB`;

/** SHA-256 of a file in hexadecimal, as sha256sum prints it. */
export async function sha256(file) {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  return hash.digest('hex');
}
