/** The functions of the WebAssembly module, with their types: the other side of src/engine/kernels-as/index.ts. Addresses are bytes. */

export interface KernelExports {
  heapBase(): number;
}

const names: readonly (keyof KernelExports)[] = ['heapBase'];

/**
 * @param exports of the instance
 * @throws {Error} naming what is missing: the module is of another version than this file
 */
export function checkedExports(exports: Readonly<Record<string, unknown>>): KernelExports {
  if (!hasAll(exports)) throw new Error(`the kernels module lacks ${names.filter((name) => !has(exports, name)).join(', ')}`);
  return exports;
}

const has = (exports: Readonly<Record<string, unknown>>, name: string): boolean => typeof exports[name] === 'function';

function hasAll(exports: Readonly<Record<string, unknown>>): exports is Readonly<Record<string, unknown>> & KernelExports {
  return names.every((name) => has(exports, name));
}
