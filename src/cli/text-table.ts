/** Columns of text for a terminal: the first to the left, the others to the right. */

export function textTable(rows: readonly (readonly string[])[]): string {
  const widths: number[] = [];
  for (const row of rows) row.forEach((cell, column) => { widths[column] = Math.max(widths[column] ?? 0, width(cell)); });
  return rows
    .map((row) => row.map((cell, column) => {
      const space = ' '.repeat((widths[column] ?? 0) - width(cell));
      return column === 0 ? cell + space : space + cell;
    }).join('  ').trimEnd())
    .map((line) => `${line}\n`)
    .join('');
}

/** Code points, so that a character outside the basic plane counts once. */
function width(text: string): number {
  return [...text].length;
}
