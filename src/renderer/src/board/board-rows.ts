/** The board as the rows of its matrix. */
import type { Board, BoardCell, ModelRecord, SchemeLadder } from './types';
import { cellOf } from '../stores/board-state';

export interface BoardRow {
  readonly model: ModelRecord;
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

export function boardRows(board: Board, arithmetic: string): BoardRow[] {
  const columns = boardColumns(board);
  return board.models.map((model) => ({
    model,
    tokens: model.blocks[0]?.tokens ?? 0,
    baseline: cellOf(board, model.id, 'none', arithmetic),
    cells: columns.map((column) => cellOf(board, model.id, column.id, arithmetic)),
  }));
}

/** The largest loss against FP32 on the board, in points; 0 when nothing is lost or nothing is known. It scales the tint of every cell. */
export function largestLoss(rows: readonly BoardRow[]): number {
  const losses = rows.flatMap((row) => row.cells.map((cell) => -(cell?.paired?.difference ?? 0)));
  return Math.max(0, ...losses);
}

/** Holm-adjusted at 5 %: whether a difference is more than chance over the comparisons of its row. */
export function survives(holmP: number): boolean {
  return holmP < 0.05;
}
