/** Rows as a table for people: median, spread, promise. Pure. */
import { judge } from './bars';
import type { Row } from './row';
import type { Figure } from './statistics';

/** Rows of one figure each, so that every figure stands under the same heading. */
export function benchTable(rows: readonly Row[]): string {
  const lines = [['row', 'figure', 'median', 'min', 'max', 'promise']];
  for (const row of rows) {
    const verdict = judge(row);
    Object.entries(row.figures).forEach(([name, figure], index) => {
      const promised = verdict !== null && verdict.text.startsWith(`${name} `);
      lines.push([index === 0 ? row.id : '', name, ...numbers(name, figure), promised ? `${verdict.kept ? 'kept' : 'MISSED'}: ${verdict.text}` : '']);
    });
  }
  return columns(lines);
}

function numbers(name: string, { median, min, max }: Figure): string[] {
  return [median, min, max].map((value) => (name.endsWith('bytes') ? `${(value / 1e6).toFixed(0)} MB` : short(value)));
}

/** Three or four significant digits, never in powers of ten. */
export function short(value: number): string {
  const size = Math.abs(value);
  if (size >= 100) return value.toFixed(0);
  return value.toFixed(size >= 10 ? 1 : size >= 1 ? 2 : 3);
}

function columns(lines: readonly (readonly string[])[]): string {
  const widths = (lines[0] ?? []).map((_, column) => Math.max(...lines.map((line) => (line[column] ?? '').length)));
  const isNumber = (column: number): boolean => column >= 2 && column <= 4;
  return lines
    .map((line) => line.map((cell, column) => (isNumber(column) ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0))).join('  ').trimEnd())
    .map((line) => `${line}\n`)
    .join('');
}
