import { homedir } from 'node:os';
import { join } from 'node:path';

/** Outside node_modules, so that `npm ci` does not throw a hundred megabytes away. */
export function cacheFolder(env = process.env) {
  return join(env.BITLOG2_CACHE || join(env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'bitlog2-workbench'));
}
