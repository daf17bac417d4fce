/** `npm run bench`: the measurements of tools/bench/, built on first use. */
import { runBuiltProgram } from './lib/built-program.mjs';

await runBuiltProgram('bench', process.argv.slice(2));
