/** The board as the rows of its matrix: one per model and arithmetic. */
import type { Board, BoardCell, ModelRecord, SchemeLadder } from './types';
import { arithmeticsOf, cellOf } from '../stores/board-state';

export interface BoardRow {
  readonly model: ModelRecord;
  /** How the quantised networks of this row were computed. */
  readonly arithmetic: string;
  /** Rows of this model: its name and its FP32 stand once, in the `place` 0, beside all of them. */
  readonly place: number;
  readonly span: number;
  /** Tokens of the first attention block (per window where there are windows). */
  readonly tokens: number;
  readonly baseline: BoardCell | null;
  /** One per column of the board, in its order. */
  readonly cells: readonly (BoardCell | null)[];
}

/** Columns are the log schemes only: FP32 stands beside the model's name. */
export function boardColumns(board: Board): readonly SchemeLadder[] {
  return board.columns.filter((column) => column.id !== 'none');
}

export function boardRows(board: Board): BoardRow[] {
  const columns = boardColumns(board);
  return board.models.flatMap((model) => {
    const used = arithmeticsOf(board, model.id);
    const arithmetics = used.length === 0 ? ['reference'] : used;
    return arithmetics.map((arithmetic, place) => ({
      model,
      arithmetic,
      place,
      span: arithmetics.length,
      tokens: model.blocks[0]?.tokens ?? 0,
      baseline: cellOf(board, model.id, 'none', arithmetic),
      cells: columns.map((column) => cellOf(board, model.id, column.id, arithmetic)),
    }));
  });
}

/** Whether rows must say their arithmetic to be told apart, or to be understood: plain reference rows are what everybody expects. */
export function namesArithmetic(rows: readonly BoardRow[]): boolean {
  return rows.some((row) => row.arithmetic !== 'reference');
}

/** The largest loss against FP32 on the board, in points; 0 when nothing is lost or nothing is known. It scales the tint of every cell. */
export function largestLoss(rows: readonly BoardRow[]): number {
  const losses = rows.flatMap((row) => row.cells.map((cell) => -(cell?.paired?.difference ?? 0)));
  return Math.max(0, ...losses);
}

/** A board whose worst loss is a hair's breadth shall not glow: full colour stands for at least this many points. */
export const leastTint = 1;

/** Holm-adjusted at 5 %: whether a difference is more than chance over the comparisons of its row. */
export function survives(holmP: number): boolean {
  return holmP < 0.05;
}
