/** Arrow keys on a grid of which some cells reach over several rows. */

export interface GridPlace {
  readonly row: number;
  /** How many rows the cell reaches over. */
  readonly rows: number;
  readonly column: number;
}

const steps: Readonly<Record<string, readonly [number, number]>> = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };

/** Index of the cell that the key leads to from the cell `from`; null for other keys, and at the edge. */
export function stepOnGrid(places: readonly GridPlace[], from: number, key: string): number | null {
  const step = steps[key];
  const start = places[from];
  if (step === undefined || start === undefined) return null;
  const row = step[0] > 0 ? start.row + start.rows : start.row + step[0];
  const column = start.column + step[1];
  const found = places.findIndex((place) => place.column === column && row >= place.row && row < place.row + place.rows);
  return found < 0 ? null : found;
}
