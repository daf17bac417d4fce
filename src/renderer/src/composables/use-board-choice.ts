/** Choosing cells of the board: one to look at, or several to hold against each other. */
import type { ComputedRef } from 'vue';
import type { SchemeId } from '../../../shared/settings';
import type { BoardRow } from '../board/board-rows';
import type { BoardCell, SchemeLadder } from '../board/types';
import { useComparison } from '../stores/comparison';
import { type Page, useSelection } from '../stores/selection';
import { useSelectedRun } from './use-selected-run';

export interface BoardChoice {
  cellAt(row: BoardRow, scheme: SchemeId): BoardCell | null;
  isSelected(row: BoardRow, scheme: SchemeId): boolean;
  isCompared(row: BoardRow, scheme: SchemeId): boolean;
  select(row: BoardRow, scheme: SchemeId, page?: Page): void;
  /** Into the comparison, or out of it. */
  toggle(row: BoardRow, scheme: SchemeId): void;
  /** Compares every measured cell of the rectangle between the selected one and this. */
  extend(row: BoardRow, scheme: SchemeId): void;
}

export function useBoardChoice(rows: ComputedRef<readonly BoardRow[]>, columns: ComputedRef<readonly SchemeLadder[]>): BoardChoice {
  const selection = useSelection();
  const comparison = useComparison();
  const selected = useSelectedRun();

  function cellAt(row: BoardRow, scheme: SchemeId): BoardCell | null {
    return scheme === 'none' ? row.baseline : row.cells[columns.value.findIndex((column) => column.id === scheme)] ?? null;
  }

  function isSelected({ model, arithmetic }: BoardRow, scheme: SchemeId): boolean {
    const { current } = selection;
    return current.modelId === model.id && current.scheme === scheme && (scheme === 'none' || current.arithmetic === arithmetic);
  }

  function isCompared(row: BoardRow, scheme: SchemeId): boolean {
    const run = cellAt(row, scheme)?.run;
    return run !== null && run !== undefined && comparison.active && comparison.runIds.includes(run.id);
  }

  /** FP32 belongs to every row of its model: looking at it leaves the arithmetic alone. */
  function select({ model, arithmetic }: BoardRow, scheme: SchemeId, page?: Page): void {
    comparison.clear();
    selection.go({ modelId: model.id, scheme, runId: null, ...(scheme === 'none' ? {} : { arithmetic }), ...(page === undefined ? {} : { page }) });
  }

  function toggle(row: BoardRow, scheme: SchemeId): void {
    const id = cellAt(row, scheme)?.run?.id;
    if (id !== undefined) comparison.toggle(id, selected.run.value?.id ?? null);
  }

  function extend(row: BoardRow, scheme: SchemeId): void {
    const order: readonly SchemeId[] = ['none', ...columns.value.map(({ id }) => id)];
    const anchor = selection.current.scheme ?? 'none';
    const from = rows.value.findIndex((other) => isSelected(other, anchor));
    const to = rows.value.indexOf(row);
    const [left = 0, right = 0] = [order.indexOf(anchor), order.indexOf(scheme)].sort((a, b) => a - b);
    if (from < 0) return;
    comparison.set(rows.value.slice(Math.min(from, to), Math.max(from, to) + 1).flatMap((other) => order.slice(left, right + 1).flatMap((id) => {
      const run = cellAt(other, id)?.run;
      return run === null || run === undefined || run.top1 === null ? [] : [run.id];
    })));
  }

  return { cellAt, isSelected, isCompared, select, toggle, extend };
}
