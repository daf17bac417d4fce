/**
 * What the WebAssembly module offers. AssemblyScript (tools/lib/compile-kernels.mjs compiles it), one file for each kernel.
 *
 * Rules here: functions are pure, take and return numbers and byte addresses into the one imported memory, and keep nothing
 * between calls; no managed objects (no `new`, no arrays, no strings), so no runtime or collector is linked in.
 * A new export gets a line in ../runtime/kernels/kernel-exports.ts, which checks at load that both sides agree.
 */

/** First address that the module itself does not use: here the arena of `KernelMemory` begins. */
export function heapBase(): usize {
  return __heap_base;
}

export { resampleColumns, resampleRows } from './resample';
export { normaliseRgb } from './normalise';

export { quantizeMaps } from './quantize-maps';
