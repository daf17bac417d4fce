/** `npm run typecheck:kernels`: AssemblyScript is checked by its own compiler, warnings included. */
import { compileKernels, kernelsFolder } from './lib/compile-kernels.mjs';
import { root } from './lib/targets.mjs';

try {
  const bytes = await compileKernels(root, { fresh: true });
  console.error(`${kernelsFolder}: compiles, ${bytes.length} bytes`);
} catch (error) {
  console.error(error.message);
  process.exit(1);
}
