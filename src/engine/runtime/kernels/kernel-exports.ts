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
  /** Takes the data of a JPEG apart at its restart markers; number of pieces or -1. See src/engine/kernels-as/jpeg-scan.ts. */
  splitScan(source: number, end: number, target: number, pieces: number, most: number): number;
  /** Pieces to planes of samples; 0 or -1. */
  decodeScan(job: number): number;
  /** Planes to RGB rows. */
  colourRows(job: number, first: number, rows: number, left: number, pixels: number, width: number, height: number, line: number, target: number, targetStride: number): void;
}

const names: readonly (keyof KernelExports)[] = ['heapBase', 'quantizeMaps', 'resampleRows', 'resampleColumns', 'normaliseRgb', 'splitScan', 'decodeScan', 'colourRows'];

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
