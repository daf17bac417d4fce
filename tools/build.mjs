/** `npm run build`: builds what changed; with names (main, preload, renderer) only those; with --force all of it. */
import { allTargets } from './lib/targets.mjs';
import { buildTargets } from './lib/build-target.mjs';

const args = process.argv.slice(2);
const named = allTargets.filter((target) => args.includes(target));
const unknown = args.filter((arg) => arg !== '--force' && !allTargets.includes(arg));
if (unknown.length > 0) {
  console.error(`build: unknown ${unknown.join(', ')}; it takes ${allTargets.join(', ')} and --force`);
  process.exit(2);
}
const wanted = named.length > 0 ? named : allTargets;
try {
  const built = await buildTargets(wanted, { force: args.includes('--force') });
  console.error(built.length > 0 ? `built ${built.join(', ')}` : `${wanted.join(', ')}: up to date`);
} catch (error) {
  console.error(`the build failed: ${error.message}`);
  process.exit(1);
}
