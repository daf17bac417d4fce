/** Places of a grid of tiles. */

/** As many tiles of at least `tile` pixels as fit side by side; one until the width is known. */
export function columnsOf(width: number, tile: number, gap: number): number {
  return Math.max(1, Math.floor((width + gap) / (tile + gap)));
}

/** Indices of one row. */
export function gridRows(items: number, columns: number, row: number): number[] {
  return Array.from({ length: Math.max(0, Math.min(columns, items - row * columns)) }, (_, column) => row * columns + column);
}
