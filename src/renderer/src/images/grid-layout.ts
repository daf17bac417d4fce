/** A grid of equal cards in a box: how many beside each other, how large, and where a key leads. */

export interface GridLayout {
  readonly columns: number;
  /** Pixels, without the gap. */
  readonly cardWidth: number;
  readonly rowHeight: number;
}

export interface CardSize {
  readonly least: number;
  readonly gap: number;
  /** Under the square picture. */
  readonly textHeight: number;
}

export function gridLayout(width: number, { least, gap, textHeight }: CardSize): GridLayout {
  const columns = Math.max(1, Math.floor((width + gap) / (least + gap)));
  const cardWidth = Math.max(1, Math.floor((width - gap * (columns - 1)) / columns));
  return { columns, cardWidth, rowHeight: cardWidth + textHeight + gap };
}

/**
 * Which slot draws which line: a line keeps its slot as long as it is in sight, and one that comes into sight takes over a free one, so that
 * scrolling changes what cards show and makes none.
 */
export function assignSlots(before: ReadonlyMap<number, number>, lines: readonly number[]): Map<number, number> {
  const slots = new Map<number, number>();
  for (const line of lines) {
    const kept = before.get(line);
    if (kept !== undefined) slots.set(line, kept);
  }
  const taken = new Set(slots.values());
  let next = 0;
  for (const line of lines) {
    if (slots.has(line)) continue;
    while (taken.has(next)) next++;
    taken.add(next);
    slots.set(line, next);
  }
  return slots;
}

/** The position that a key leads to from `at`; null for keys that move nothing, and at the ends. `rows`: rows of the visible page. */
export function stepOnCards(key: string, at: number, total: number, columns: number, rows: number): number | null {
  const step = ((): number | null => {
    switch (key) {
      case 'ArrowRight': return at + 1;
      case 'ArrowLeft': return at - 1;
      case 'ArrowDown': return at + columns;
      case 'ArrowUp': return at - columns;
      case 'PageDown': return Math.min(total - 1, at + columns * Math.max(1, rows));
      case 'PageUp': return Math.max(0, at - columns * Math.max(1, rows));
      case 'Home': return 0;
      case 'End': return total - 1;
      default: return null;
    }
  })();
  if (step === null || total === 0) return null;
  // Nothing is chosen yet: any of these keys begins at the first.
  if (at < 0) return 0;
  return step < 0 || step >= total || step === at ? null : step;
}
