/** Swin's windows, read off where the partition puts each patch. */
import { fromElsewhere } from './trace-indices';
import type { WindowGeometry } from './types';

/**
 * The window geometry of a block.
 * @param indices for each element of the rows that enter the attention, [windows * tokens, channels], its index in the block's input [patches, channels]
 * @param grid patches of the block's input: rows, columns
 * @param tokens patches per window
 * @returns null when the rows are no regular, cyclically shifted partition of the grid
 */
export function windowGeometry(indices: Int32Array, channels: number, grid: readonly [number, number], tokens: number): WindowGeometry | null {
  const [rows, columns] = grid;
  const count = indices.length / channels / tokens;
  const patch = (window: number, token: number): number => {
    const at = indices[(window * tokens + token) * channels];
    return at === fromElsewhere ? fromElsewhere : Math.floor(at / channels);
  };
  const first = patch(0, 0);
  if (first === fromElsewhere || !Number.isInteger(count)) return null;
  const shift: readonly [number, number] = [Math.floor(first / columns), first % columns];
  let width = 1;
  while (width < tokens && Math.floor(patch(0, width) / columns) === shift[0]) width++;
  const height = tokens / width;
  const across = Math.ceil(columns / width);
  if (!Number.isInteger(height) || Math.ceil(rows / height) * across !== count) return null;
  for (let window = 0; window < count; window++) {
    for (let token = 0; token < tokens; token++) {
      const row = Math.floor(window / across) * height + Math.floor(token / width);
      const column = (window % across) * width + (token % width);
      const expected = row < rows && column < columns ? ((row + shift[0]) % rows) * columns + ((column + shift[1]) % columns) : fromElsewhere;
      if (patch(window, token) !== expected) return null;
    }
  }
  return { size: [height, width], shift, count };
}
