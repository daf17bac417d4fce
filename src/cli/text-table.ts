/** Columns of text for a terminal: numbers to the right, the columns in `left` (the first, if not said) to the left. */

export function textTable(rows: readonly (readonly string[])[], left: readonly number[] = [0]): string {
  const widths: number[] = [];
  for (const row of rows) row.forEach((cell, column) => { widths[column] = Math.max(widths[column] ?? 0, width(cell)); });
  return rows
    .map((row) => row.map((cell, column) => {
      const space = ' '.repeat((widths[column] ?? 0) - width(cell));
      return left.includes(column) ? cell + space : space + cell;
    }).join('  ').trimEnd())
    .map((line) => `${line}\n`)
    .join('');
}

/** Code points, so that a character outside the basic plane counts once. */
function width(text: string): number {
  return [...text].length;
}
