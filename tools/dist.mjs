/**
 * `npm run dist`: the packages for this system in dist/, with their sizes and SHA256SUMS. `--dir`: only the unpacked program;
 * `--inspect`: also the build that tests drive (Linux). Where Electron's own binary cannot be had, a test package that says so in its name.
 */
import { basename } from 'node:path';
import { ensureInstalled } from './lib/install.mjs';
import { root } from './lib/targets.mjs';

const known = ['--dir', '--inspect'];
const args = process.argv.slice(2);
const unknown = args.filter((arg) => !known.includes(arg));
if (unknown.length > 0) {
  console.error(`dist: unknown ${unknown.join(', ')}; it takes ${known.join(', ')}`);
  process.exit(2);
}
try {
  await ensureInstalled(root);
  const { pack } = await import('./dist/pack.mjs');
  const { megabytes } = await import('./dist/sizes.mjs');
  const { GITHUB_SERVER_URL: server, GITHUB_REPOSITORY: repository } = process.env;
  const made = await pack({ inspect: args.includes('--inspect'), only: args.includes('--dir') ? 'dir' : 'all', ...(server && repository ? { homepage: `${server}/${repository}` } : {}) });
  if (made.lackingFuses.length > 0) console.error(`this Electron has no fuse ${made.lackingFuses.join(', ')}`);
  console.log(`${megabytes(made.bytes)}  ${made.folder}`);
  for (const { file, bytes } of made.files) console.log(`${megabytes(bytes)}  ${basename(file)}`);
} catch (error) {
  console.error(`dist: ${error.message}`);
  process.exitCode = 1;
}
