/**
 * Attention rollout (Abnar & Zuidema 2020): where the information in a token comes from, through all blocks up to one. Each block mixes
 * half of the token itself (the residual path) with half of the mean of its heads; the products of these are followed back to the patches.
 */
import { at } from '../../../shared/at';
import { patchOfToken, type TokenGeometry } from '../../../shared/token-geometry';

export interface RolloutBlock extends TokenGeometry {
  readonly heads: number;
  /** Values, [windows, heads, tokens, tokens]. Rows need not sum to one (quantised ones do not): they are brought to one here. */
  readonly map: ArrayLike<number>;
}

/** What one starts from at the output of the last block: every token alike, one prefix token, or one patch (row-major). */
export type RolloutStart = { readonly kind: 'mean' } | { readonly kind: 'prefix'; readonly index: number } | { readonly kind: 'patch'; readonly patch: number };

/**
 * Shares of the input's tokens in the start: prefix tokens first, then patches row by row on the first block's grid; they sum to one.
 * Between two grids (Swin's patch merging) a token is the mean of the patches that were merged into it. Attention to padding is left out.
 * @param blocks in network order, up to and with the block that is looked at
 */
export function rollout(blocks: readonly RolloutBlock[], start: RolloutStart): Float64Array {
  let shares = startShares(at(blocks, blocks.length - 1), start);
  for (let index = blocks.length - 1; index >= 0; index--) {
    const block = at(blocks, index);
    shares = throughBlock(block, shares);
    const before = blocks[index - 1];
    if (before !== undefined) shares = throughMerging(before, block, shares);
  }
  return shares;
}

const positions = ({ grid, prefixTokens }: TokenGeometry): number => prefixTokens + grid[0] * grid[1];

function startShares(block: RolloutBlock, start: RolloutStart): Float64Array {
  const shares = new Float64Array(positions(block));
  switch (start.kind) {
    case 'mean': return shares.fill(1 / shares.length);
    case 'prefix': shares[start.index] = 1; return shares;
    case 'patch': shares[block.prefixTokens + start.patch] = 1; return shares;
  }
}

/** shares * (A + I) / 2, A the mean of the heads with rows brought to one; a row of zeros leaves its token alone. */
function throughBlock(block: RolloutBlock, shares: Float64Array): Float64Array {
  const { windows, heads, tokens, map } = block;
  const result = Float64Array.from(shares, (share) => share / 2);
  const row = new Float64Array(tokens);
  for (let window = 0; window < windows; window++) {
    const places = Array.from({ length: tokens }, (_, token) => placeOfToken(block, window, token));
    for (let query = 0; query < tokens; query++) {
      const from = places[query] ?? null;
      if (from === null || shares[from] === 0) continue;
      row.fill(0);
      let sum = 0;
      for (let head = 0; head < heads; head++) {
        const base = ((window * heads + head) * tokens + query) * tokens;
        for (let key = 0; key < tokens; key++) if (places[key] !== null) row[key] += map[base + key] ?? 0;
      }
      for (const value of row) sum += value;
      const half = at(shares, from) / 2;
      if (sum === 0) result[from] += half;
      else places.forEach((place, key) => { if (place !== null) result[place] += (half * at(row, key)) / sum; });
    }
  }
  return result;
}

/** Index among prefix tokens and patches; null for padding. */
function placeOfToken(block: RolloutBlock, window: number, token: number): number | null {
  if (token < block.prefixTokens && block.window === null) return token;
  const patch = patchOfToken(block, window, token);
  return patch === null ? null : block.prefixTokens + patch;
}

/** From a coarser grid back to the finer one in front of it; the same grid passes unchanged. */
function throughMerging(before: RolloutBlock, block: RolloutBlock, shares: Float64Array): Float64Array {
  const [rows, columns] = before.grid;
  if (rows === block.grid[0] && columns === block.grid[1]) return shares;
  const down = Math.round(rows / block.grid[0]);
  const right = Math.round(columns / block.grid[1]);
  const result = new Float64Array(positions(before));
  for (let patch = 0; patch < block.grid[0] * block.grid[1]; patch++) {
    const merged: number[] = [];
    for (let y = 0; y < down; y++) {
      for (let x = 0; x < right; x++) {
        const row = Math.floor(patch / block.grid[1]) * down + y;
        const column = (patch % block.grid[1]) * right + x;
        if (row < rows && column < columns) merged.push(before.prefixTokens + row * columns + column);
      }
    }
    for (const place of merged) result[place] += at(shares, block.prefixTokens + patch) / merged.length;
  }
  return result;
}
