/** The board as text for a paper or a spreadsheet. Figures as stored (percent, two decimals), never localised: they are pasted into other programs. */
import { assertNever } from '../../../shared/assert-never';
import type { BoardRow } from './board-rows';
import { namesArithmetic, survives } from './board-rows';
import type { BoardCell, SchemeLadder } from './types';

export type CopyKind = 'markdown' | 'csv' | 'latex';

/** `baseline`: what the differences are against. */
export function boardText(kind: CopyKind, rows: readonly BoardRow[], columns: readonly SchemeLadder[], baseline = 'FP32'): string {
  switch (kind) {
    case 'markdown': return markdown(rows, columns);
    case 'csv': return csv(rows, columns, baseline);
    case 'latex': return latex(rows, columns);
    default: return assertNever(kind, 'table format');
  }
}

interface Figures {
  readonly top1: string;
  readonly low: string;
  readonly high: string;
  readonly images: string;
  readonly difference: string;
  readonly holmP: string;
  /** Integer minus reference. */
  readonly toReference: string;
  readonly partial: boolean;
}

function figures(cell: BoardCell | null): Figures | null {
  const run = cell?.run;
  if (run === null || run === undefined || run.top1 === null) return null;
  return {
    top1: run.top1.toFixed(2),
    low: run.top1Ci95?.[0].toFixed(2) ?? '',
    high: run.top1Ci95?.[1].toFixed(2) ?? '',
    images: String(run.images),
    difference: cell?.paired?.difference.toFixed(2) ?? '',
    holmP: cell?.paired?.holmP.toPrecision(3) ?? '',
    toReference: cell?.counterpart?.difference.toFixed(2) ?? '',
    partial: run.images < run.total,
  };
}

/** The model, and the arithmetic where rows are told apart by it. */
function rowName(row: BoardRow, rows: readonly BoardRow[]): string {
  return namesArithmetic(rows) ? `${row.model.name} (${row.arithmetic})` : row.model.name;
}

function markdown(rows: readonly BoardRow[], columns: readonly SchemeLadder[]): string {
  const head = ['Model', 'FP32', ...columns.map((column) => `\`${column.id}\``)];
  const lines = rows.map((row) => [rowName(row, rows), ...[row.baseline, ...row.cells].map(cellText)]);
  return [head, head.map((_, index) => (index === 0 ? '---' : '---:')), ...lines].map((cells) => `| ${cells.join(' | ')} |`).join('\n') + '\n';
}

/** "88.30 [86.2, 90.1]", a star where the difference to the baseline survives Holm, "(n of N)" while partial. */
function cellText(cell: BoardCell | null): string {
  const found = figures(cell);
  if (found === null) return '–';
  const star = cell?.paired !== null && cell?.paired !== undefined && survives(cell.paired.holmP) ? '\\*' : '';
  return `${found.top1}${star} [${found.low}, ${found.high}]${found.partial ? ` (${found.images} images)` : ''}`;
}

function csv(rows: readonly BoardRow[], columns: readonly SchemeLadder[], baseline: string): string {
  const quote = (text: string): string => (/[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  const lines = [['model', 'scheme', 'arithmetic', 'images', 'top1', 'ci95_low', 'ci95_high', 'difference', 'against', 'holm_p', 'difference_to_reference', 'published', 'published_as', 'published_log']];
  for (const row of rows) {
    const quantised = columns.map((column, index) => ({ id: column.id, arithmetic: row.arithmetic, cell: row.cells[index] ?? null }));
    const cells = [...(row.place === 0 ? [{ id: 'FP32', arithmetic: 'fp32', cell: row.baseline }] : []), ...quantised];
    for (const { id, arithmetic, cell } of cells) {
      const found = figures(cell);
      if (found === null) continue;
      lines.push([row.model.name, id, arithmetic, found.images, found.top1, found.low, found.high, found.difference, found.difference === '' ? '' : baseline, found.holmP, found.toReference, cell?.published?.toString() ?? '', cell?.publishedAs ?? '', cell?.publishedLog?.toString() ?? '']);
    }
  }
  return lines.map((cells) => cells.map(quote).join(',')).join('\n') + '\n';
}

function latex(rows: readonly BoardRow[], columns: readonly SchemeLadder[]): string {
  const escape = (text: string): string => text.replace(/[\\&%$#_{}]/g, (character) => (character === '\\' ? '\\textbackslash{}' : `\\${character}`));
  const cellTex = (cell: BoardCell | null): string => {
    const found = figures(cell);
    if (found === null) return '--';
    const star = cell?.paired !== null && cell?.paired !== undefined && survives(cell.paired.holmP) ? '$^{*}$' : '';
    return `${found.top1}${star} {\\scriptsize [${found.low}, ${found.high}]}`;
  };
  const head = ['Model', 'FP32', ...columns.map((column) => escape(column.id))];
  const lines = rows.map((row) => [escape(rowName(row, rows)), ...[row.baseline, ...row.cells].map(cellTex)]);
  return [
    `\\begin{tabular}{l${'r'.repeat(columns.length + 1)}}`,
    '\\hline',
    `${head.join(' & ')} \\\\`,
    '\\hline',
    ...lines.map((cells) => `${cells.join(' & ')} \\\\`),
    '\\hline',
    '\\end{tabular}',
  ].join('\n') + '\n';
}
