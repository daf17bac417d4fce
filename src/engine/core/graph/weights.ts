/** Weights of a site as rows, one row per output, whatever way the file stores them. */
import type { GraphEdit } from './edit';
import type { LinearSite, Tensor } from './types';

/** float32 data of a constant. Throws for other types (the importer widens float16). */
export function floats(tensor: Tensor, what: string): Float32Array {
  if (!(tensor.data instanceof Float32Array)) throw new Error(`${what} is ${tensor.type}, float32 was expected`);
  return tensor.data;
}

/** [out, in] transposed to [in, out], or back. */
export function transpose(data: Float32Array, rows: number, columns: number): Float32Array {
  const out = new Float32Array(data.length);
  const tile = 32;
  for (let r0 = 0; r0 < rows; r0 += tile) {
    const rEnd = Math.min(rows, r0 + tile);
    for (let c0 = 0; c0 < columns; c0 += tile) {
      const cEnd = Math.min(columns, c0 + tile);
      for (let r = r0; r < rEnd; r++) for (let c = c0; c < cEnd; c++) out[c * rows + r] = data[r * columns + c];
    }
  }
  return out;
}

/** The site's weight as [outFeatures, inFeatures], a view or a transposed copy; never to be written to. */
export function weightRows(edit: Pick<GraphEdit, 'initializer'>, site: LinearSite): Float32Array {
  const data = floats(edit.initializer(site.weight), `the weight of ${site.name}`);
  return site.layout === 'out-first' ? data : transpose(data, site.inFeatures, site.outFeatures);
}

/** Rows back in the file's own layout and dimensions. */
export function rowsAsStored(edit: Pick<GraphEdit, 'initializer'>, site: LinearSite, rows: Float32Array): { dims: readonly number[]; data: Float32Array } {
  const { dims } = edit.initializer(site.weight);
  return { dims, data: site.layout === 'out-first' ? rows : transpose(rows, site.outFeatures, site.inFeatures) };
}

/** The site's bias [outFeatures], or null. */
export function biasOf(edit: Pick<GraphEdit, 'initializer'>, site: LinearSite): Float32Array | null {
  return site.bias === null ? null : floats(edit.initializer(site.bias), `the bias of ${site.name}`);
}
