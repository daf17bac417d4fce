/** Runs an entry of out/main in this process, so that signals, standard streams and the exit code are its own. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ensureInstalled } from './install.mjs';
import { isFresh, root } from './targets.mjs';

/**
 * @param {string} name entry of the main target
 * @param {readonly string[]} args its arguments
 */
export async function runBuiltProgram(name, args) {
  await ensureInstalled(root);
  if (!isFresh('main')) {
    // A process of its own: the bundler's chatter goes to stderr and its memory goes with it.
    const { status } = spawnSync(process.execPath, [join(root, 'tools', 'build.mjs'), 'main'], { stdio: ['ignore', 2, 2] });
    if (status !== 0) process.exit(1);
  }
  const program = join(root, 'out', 'main', `${name}.js`);
  if (!existsSync(program)) throw new Error(`${program} is missing although the build succeeded`);
  // npm starts scripts in the project's folder; relative paths are meant from where the person stands.
  if (process.env.INIT_CWD && process.env.npm_lifecycle_event) process.chdir(process.env.INIT_CWD);
  process.argv = [process.argv[0], program, ...args];
  await import(pathToFileURL(program).href);
}
