/** The selected model, scheme, cell and run, and the FP32 run they are held against. One derivation for every page. */
import type { ComputedRef } from 'vue';
import { computed, watchEffect } from 'vue';
import type { BoardCell, ModelRecord, RunRecord } from '../../../shared/records';
import type { SchemeId } from '../../../shared/settings';
import { arithmeticsOf, cellOf } from '../stores/board-state';
import { useSelection } from '../stores/selection';
import { useWorkspace } from '../stores/workspace';

export interface SelectedRun {
  readonly model: ComputedRef<ModelRecord | null>;
  readonly cell: ComputedRef<BoardCell | null>;
  readonly run: ComputedRef<RunRecord | null>;
  readonly baseline: ComputedRef<RunRecord | null>;
  readonly arithmetics: ComputedRef<string[]>;
  readonly scheme: ComputedRef<SchemeId | null>;
}

export function useSelectedRun(): SelectedRun {
  const workspace = useWorkspace();
  const selection = useSelection();

  const model = computed(() => workspace.board?.models.find((other) => other.id === selection.current.modelId) ?? null);
  const scheme = computed(() => selection.current.scheme);
  const cell = computed(() => find(scheme.value));
  const run = computed(() => known(selection.current.runId) ?? cell.value?.run ?? null);
  const baseline = computed(() => known(selection.current.baselineId) ?? find('none')?.run ?? null);
  const arithmetics = computed(() => (workspace.board === null ? [] : arithmeticsOf(workspace.board)));

  function find(id: SchemeId | null): BoardCell | null {
    if (workspace.board === null || model.value === null || id === null) return null;
    return cellOf(workspace.board, model.value.id, id, selection.current.arithmetic);
  }

  function known(id: string | null): RunRecord | null {
    return id === null ? null : workspace.summary?.runs.find((run) => run.id === id) ?? null;
  }

  return { model, cell, run, baseline, arithmetics, scheme };
}

/** Chooses the first model and a scheme when nothing is chosen, or when what was chosen is not on the board any more. */
export function useSettledSelection(): void {
  const workspace = useWorkspace();
  const selection = useSelection();
  watchEffect(() => {
    const { board } = workspace;
    const [first] = board?.models ?? [];
    if (board === null || first === undefined) return;
    if (!board.models.some((model) => model.id === selection.current.modelId)) selection.settle({ modelId: first.id });
    if (selection.current.scheme === null) selection.settle({ scheme: 'BitLog2_Half_17' });
    const arithmetics = arithmeticsOf(board);
    const [arithmetic] = arithmetics;
    if (arithmetic !== undefined && !arithmetics.includes(selection.current.arithmetic)) selection.settle({ arithmetic });
  });
}
