/** Compiles src/engine/kernels-as to WebAssembly. Nothing built is committed: what was compiled once lies in node_modules/.cache, by the hash of its sources. */
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { listFiles, sourceHash } from './source-hash.mjs';

/** Folder of the AssemblyScript sources, from the project's root. */
export const kernelsFolder = 'src/engine/kernels-as';

const entry = `${kernelsFolder}/index.ts`;

/**
 * SIMD is in Chrome 91 and Node 16; relaxed SIMD is not in Chrome 114 and would make results depend on the processor.
 * The memory is imported, so that ONNX Runtime's tensors and the kernels share it. The stub runtime is dropped whole: nothing allocates.
 */
const options = ['-O3', '--noAssert', '--runtime', 'stub', '--importMemory', '--enable', 'simd'];

/**
 * @param {string} root the project's folder
 * @param {{ fresh?: boolean }} [how] fresh: compile even if the cache has it
 * @returns {Promise<Buffer>} the module's bytes
 * @throws {Error} with the compiler's messages
 */
export async function compileKernels(root, { fresh = false } = {}) {
  const hash = sourceHash(root, [kernelsFolder, 'tools/lib/compile-kernels.mjs', 'node_modules/assemblyscript/package.json']);
  const cache = join(root, 'node_modules', '.cache', 'kernels');
  const file = join(cache, `${hash}.wasm`);
  if (!fresh && existsSync(file)) return readFileSync(file);
  const bytes = await compile(root);
  mkdirSync(cache, { recursive: true });
  // Written aside and renamed: programs that compile at the same time never read half a file.
  const aside = `${file}.${process.pid}`;
  writeFileSync(aside, bytes);
  renameSync(aside, file);
  return bytes;
}

/** Files whose change makes the module stale, as full paths. */
export function kernelSources(root) {
  return listFiles(root, kernelsFolder).map((file) => join(root, file));
}

async function compile(root) {
  const { main } = await import('assemblyscript/asc');
  let bytes = null;
  let messages = '';
  const { error } = await main([entry, '--baseDir', root, '--outFile', 'kernels.wasm', ...options], {
    stderr: { write: (text) => void (messages += text) },
    writeFile: (name, contents) => {
      if (name.endsWith('.wasm')) bytes = contents;
    },
  });
  // Warnings count: asc warns where TypeScript would refuse.
  if (error || bytes === null || messages !== '') throw new Error(`${kernelsFolder} does not compile: ${error?.message ?? ''}\n${messages}`);
  return Buffer.from(bytes);
}
