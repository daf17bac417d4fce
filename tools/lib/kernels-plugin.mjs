/** Plugin of Vite and Rolldown for `import kernels from 'virtual:kernels'`: the WebAssembly module of src/engine/kernels-as as a base64 string. */
import { compileKernels, kernelSources } from './compile-kernels.mjs';

const name = 'virtual:kernels';

/**
 * Inlined (some kilobytes), so that no path has to be right at run time: in a worker, a packed app, the command line or a test.
 *
 * @param {string} root the project's folder
 */
export function kernelsPlugin(root) {
  return {
    name: 'kernels',
    resolveId: (id) => (id === name ? `\0${name}` : undefined),
    async load(id) {
      if (id !== `\0${name}`) return undefined;
      for (const file of kernelSources(root)) this.addWatchFile(file);
      const bytes = await compileKernels(root);
      return `export default '${bytes.toString('base64')}';`;
    },
  };
}
