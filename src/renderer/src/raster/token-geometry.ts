/** What one looks from on the attention page, and which token that is in a block's maps. */
import type { TokenGeometry, TokenPlace } from '../../../shared/token-geometry';
import { tokenOfPatch } from '../../../shared/token-geometry';

export { patchOfToken, tokenOfPatch, type TokenGeometry } from '../../../shared/token-geometry';

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
