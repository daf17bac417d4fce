/** Constants of Swin's attention that follow from the window: expanded position bias and the mask of shifted windows. */
import type { Tensor } from '../graph/types';

/** The bias [1, heads, tokens, tokens] from the table [(2w-1)^2, heads], looked up by the distance between two patches of a window. */
export function relativePositionBias(table: Tensor, window: number, heads: number): Tensor {
  const tokens = window * window;
  const data = new Float32Array(heads * tokens * tokens);
  for (let a = 0; a < tokens; a++) {
    for (let b = 0; b < tokens; b++) {
      const rows = Math.floor(a / window) - Math.floor(b / window) + window - 1;
      const columns = (a % window) - (b % window) + window - 1;
      const entry = (rows * (2 * window - 1) + columns) * heads;
      for (let head = 0; head < heads; head++) data[(head * tokens + a) * tokens + b] = Number(table.data[entry + head]);
    }
  }
  return { type: 'float32', dims: [1, heads, tokens, tokens], data };
}

/** The mask [1, windows, 1, tokens, tokens]: -100 between patches that are neighbours only because of the cyclic shift, else 0. */
export function shiftMask(side: number, window: number, shift: number): Tensor {
  const across = side / window;
  const tokens = window * window;
  const data = new Float32Array(across * across * tokens * tokens);
  const band = (at: number): number => (at < side - window ? 0 : at < side - shift ? 1 : 2);
  const region = (row: number, column: number): number => band(row) * 3 + band(column);
  for (let w = 0; w < across * across; w++) {
    const regions = Array.from({ length: tokens }, (_, i) => region(Math.floor(w / across) * window + Math.floor(i / window), (w % across) * window + (i % window)));
    for (let a = 0; a < tokens; a++) for (let b = 0; b < tokens; b++) data[(w * tokens + a) * tokens + b] = regions[a] === regions[b] ? 0 : -100;
  }
  return { type: 'float32', dims: [1, across * across, 1, tokens, tokens], data };
}
