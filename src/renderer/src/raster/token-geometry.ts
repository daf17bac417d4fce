/**
 * Where a token of an attention map lies on the picture. Without windows tokens are [prefix..., patches row by row];
 * with windows (Swin) the input was rolled by -shift, padded, cut into windows: here all of that is undone.
 */
import type { AttentionView } from '../../../shared/attention';

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

/** What one looks from: a patch of the picture, a prefix token (class, distillation), or the mean over all queries. */
export type Query =
  /** As shares of the picture's height and width, so that it survives a change of the grid. */
  | { readonly kind: 'patch'; readonly y: number; readonly x: number }
  | { readonly kind: 'prefix'; readonly index: number }
  | { readonly kind: 'mean' };

/** The patch under a query point, or null when the query is not a patch. */
export function patchOfQuery(geometry: TokenGeometry, query: Query): number | null {
  if (query.kind !== 'patch') return null;
  const [rows, columns] = geometry.grid;
  const row = Math.min(rows - 1, Math.max(0, Math.floor(query.y * rows)));
  const column = Math.min(columns - 1, Math.max(0, Math.floor(query.x * columns)));
  return row * columns + column;
}

/** Window and token of the query; the mean looks at the window in the middle when a matrix must be chosen. */
export function placeOfQuery(geometry: TokenGeometry, query: Query): TokenPlace {
  const patch = patchOfQuery(geometry, query);
  if (patch !== null) return tokenOfPatch(geometry, patch);
  if (query.kind === 'prefix' && query.index < geometry.prefixTokens) return { window: 0, token: query.index };
  const [rows, columns] = geometry.grid;
  return { window: tokenOfPatch(geometry, Math.floor(rows / 2) * columns + Math.floor(columns / 2)).window, token: 0 };
}
