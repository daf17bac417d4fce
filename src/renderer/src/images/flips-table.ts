/** The list of images, and what was found out about one of them, as tables to export. */
import type { Blame, Divergence, FlipRow, FlipSide } from '../../../shared/images';
import type { ExportTable } from '../export-table';

/** `className`: of a label. Class numbers stand beside the names, because names need not be unique. */
export function flipsTable(rows: readonly FlipRow[], className: (label: number) => string): ExportTable {
  const side = (value: FlipSide | null): (string | number | null)[] => [value?.top5[0] ?? null, value === null ? null : className(value.top5[0] ?? -1), value?.margin ?? null, value?.loss ?? null];
  return {
    columns: ['index', 'file', 'label', 'label name', 'flip', 'baseline class', 'baseline class name', 'baseline margin', 'baseline loss', 'run class', 'run class name', 'run margin', 'run loss'],
    rows: rows.map((row) => [row.index, row.file, row.label, className(row.label), row.flip, ...side(row.baseline), ...side(row.run)]),
  };
}

export function divergenceTable({ depth }: Divergence): ExportTable {
  return { columns: ['input of', 'relative L2', 'SQNR dB', 'cosine'], rows: depth.map(({ name, error }) => [name, error.relativeL2, error.sqnrDb, error.cosine]) };
}

/** `blockName`: of a block's index. */
export function blameTable(blame: Blame, blockName: (block: number) => string): ExportTable {
  const row = (what: string, block: number | null, head: number | null, { top5, margin, answerMargin }: Blame['base']): (string | number | null)[] => [what, block === null ? null : blockName(block), head, top5[0] ?? null, margin, answerMargin];
  return {
    columns: ['left unquantised', 'block', 'head', 'class', 'margin', 'margin of the FP32 answer'],
    rows: [
      row('nothing', null, null, blame.base),
      row('every map', null, null, blame.everyMap),
      ...blame.layers.map(({ block, outcome }) => row('block', block, null, outcome)),
      ...blame.heads.map(({ block, head, outcome }) => row('head', block, head, outcome)),
    ],
  };
}
