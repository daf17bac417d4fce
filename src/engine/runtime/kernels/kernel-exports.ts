/** The functions of the WebAssembly module, with their types: the other side of src/engine/kernels-as/index.ts. Addresses are bytes. */

export interface KernelExports {
  heapBase(): number;
  quantizeMaps(
    plan: number,
    x: number,
    out: number,
    second: number,
    codes: number,
    counts: number,
    digest: number,
    statistics: number,
    maps: number,
    rows: number,
    cols: number,
    groups: number,
  ): void;
  /** RGB rows mixed along x; see src/engine/kernels-as/resample.ts. */
  resampleRows(source: number, sourceStride: number, rows: number, target: number, targetStride: number, starts: number, left: number, weights: number, columns: number, quads: number): void;
  /** Rows of bytes mixed along y. */
  resampleColumns(source: number, stride: number, target: number, targetStride: number, rows: number, starts: number, top: number, weights: number, pairs: number): void;
  /** RGB rows to [3, height, width] float32 through a table [3, 256]. */
  normaliseRgb(source: number, stride: number, width: number, height: number, table: number, target: number): void;
}

const names: readonly (keyof KernelExports)[] = ['heapBase', 'quantizeMaps', 'resampleRows', 'resampleColumns', 'normaliseRgb'];

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
