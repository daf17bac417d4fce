/** `npm run --silent bitlog2 -- COMMAND`: the command line, built on first use. */
import { runBuiltProgram } from './lib/built-program.mjs';

await runBuiltProgram('cli', process.argv.slice(2));
