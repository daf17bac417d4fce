/**
 * Where a token of an attention map lies on the picture. Without windows tokens are [prefix..., patches row by row];
 * with windows (Swin) the input was rolled by -shift, padded, cut into windows: here all of that is undone.
 */
import type { AttentionView } from './attention';

export type TokenGeometry = Pick<AttentionView, 'windows' | 'tokens' | 'prefixTokens' | 'grid' | 'window'>;

export interface TokenPlace {
  readonly window: number;
  readonly token: number;
}

/** Index of the patch (row-major on the grid) under a token, or null for prefix tokens and padding. */
export function patchOfToken(geometry: TokenGeometry, window: number, token: number): number | null {
  const [rows, columns] = geometry.grid;
  if (geometry.window === null) {
    const patch = token - geometry.prefixTokens;
    return patch < 0 || patch >= rows * columns ? null : patch;
  }
  const [height, width] = geometry.window.size;
  const across = Math.ceil(columns / width);
  const row = Math.floor(window / across) * height + Math.floor(token / width);
  const column = (window % across) * width + (token % width);
  if (row >= rows || column >= columns) return null;
  return ((row + geometry.window.shift[0]) % rows) * columns + ((column + geometry.window.shift[1]) % columns);
}

/** The token (and its window) that stands for a patch: the inverse of patchOfToken. */
export function tokenOfPatch(geometry: TokenGeometry, patch: number): TokenPlace {
  const [rows, columns] = geometry.grid;
  if (geometry.window === null) return { window: 0, token: geometry.prefixTokens + patch };
  const [height, width] = geometry.window.size;
  const row = (Math.floor(patch / columns) - geometry.window.shift[0] + rows) % rows;
  const column = ((patch % columns) - geometry.window.shift[1] + columns) % columns;
  return {
    window: Math.floor(row / height) * Math.ceil(columns / width) + Math.floor(column / width),
    token: (row % height) * width + (column % width),
  };
}
