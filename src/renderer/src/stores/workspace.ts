/** What is in the open workspace: models, data, runs, the board. Filled by the engine only. */
import { defineStore } from 'pinia';
import { ref, shallowRef } from 'vue';
import type { CallOptions, ParamsOf } from '../../../shared/engine-contract';
import type { Failure } from '../../../shared/failure';
import { toFailure } from '../../../shared/failure';
import type { Board, BoardCell, DatasetRecord, ModelRecord, Removal, RunRecord, WorkspaceSummary } from '../../../shared/records';
import type { SchemeId } from '../../../shared/settings';
import { announceEngineReturn } from '../composables/engine-return';
import { useServices } from '../services';
import { boardWithRun, summaryWithRun } from './board-state';

export type Phase = 'connecting' | 'ready' | 'failed';

/** Milliseconds between two looks at the whole board while a run goes on. */
const boardPause = 2000;

export const useWorkspace = defineStore('workspace', () => {
  const { engine } = useServices();
  const phase = ref<Phase>('connecting');
  const failure = shallowRef<Failure | null>(null);
  const summary = shallowRef<WorkspaceSummary | null>(null);
  const board = shallowRef<Board | null>(null);
  /** The data set of the board; null until something ran or was chosen. */
  const datasetId = ref<string | null>(null);

  /** The column that the board's differences are against; `none`: FP32. */
  const boardBaseline = ref<SchemeId>('none');
  let refreshing: ReturnType<typeof setTimeout> | null = null;

  async function refresh(): Promise<void> {
    summary.value = await engine.call('workspace.summary', null);
    await showDataset(datasetId.value);
  }

  async function showDataset(id: string | null): Promise<void> {
    const next = await engine.call('board.get', { datasetId: id, ...(boardBaseline.value === 'none' ? {} : { baseline: boardBaseline.value }) });
    board.value = next;
    datasetId.value = next.datasetId ?? id ?? summary.value?.datasets[0]?.id ?? null;
  }

  async function setBoardBaseline(scheme: SchemeId): Promise<void> {
    boardBaseline.value = scheme;
    await showDataset(datasetId.value);
  }

  /** Opens a workspace file (null: the default one). A failure is kept for the page to show. */
  async function open(file: string | null): Promise<boolean> {
    phase.value = 'connecting';
    failure.value = null;
    try {
      summary.value = await engine.call('workspace.open', { file });
      datasetId.value = null;
      await showDataset(null);
      phase.value = 'ready';
      return true;
    } catch (error) {
      failure.value = toFailure(error);
      phase.value = 'failed';
      return false;
    }
  }

  /** After the engine came back: the same workspace file again, nothing on the screen is thrown away meanwhile. */
  async function reopen(): Promise<void> {
    const file = summary.value?.file;
    if (file === undefined) return;
    try {
      summary.value = await engine.call('workspace.open', { file });
      await showDataset(datasetId.value);
    } catch (error) {
      failure.value = toFailure(error);
      return;
    }
    announceEngineReturn();
  }

  async function openSample(): Promise<{ models: readonly ModelRecord[]; dataset: DatasetRecord }> {
    const sample = await engine.call('sample.open', null);
    datasetId.value = sample.dataset.id;
    await refresh();
    return sample;
  }

  async function addModel(file: string): Promise<ModelRecord> {
    const model = await engine.call('model.add', { file });
    await refresh();
    return model;
  }

  async function addDataset(question: ParamsOf<'dataset.add'>, options: CallOptions<'dataset.add'>): Promise<DatasetRecord> {
    const dataset = await engine.call('dataset.add', question, options);
    datasetId.value = dataset.id;
    await refresh();
    return dataset;
  }

  /** Takes something out of the workspace; its files stay where they are. */
  async function remove(removal: Removal): Promise<void> {
    summary.value = await engine.call('workspace.remove', removal);
    await showDataset(removal.kind === 'dataset' && removal.id === datasetId.value ? null : datasetId.value);
  }

  function applyRun(run: RunRecord, cell: BoardCell | null): void {
    if (summary.value !== null) summary.value = summaryWithRun(summary.value, run);
    if (board.value !== null) board.value = boardWithRun(board.value, run, boardBaseline.value === 'none' || cell === null ? cell : heldElsewhere(board.value, cell), summary.value?.runs ?? []);
    datasetId.value ??= run.datasetId;
  }

  /** News of a run compare it with FP32: against another column the older figures stand until the board is asked again, soon. */
  function heldElsewhere(known: Board, cell: BoardCell): BoardCell {
    refreshing ??= setTimeout(() => {
      refreshing = null;
      void showDataset(datasetId.value).catch(() => undefined);
    }, boardPause);
    const old = known.cells.find((other) => other.run?.id === cell.run?.id);
    return { ...cell, paired: old?.paired ?? null };
  }

  return { phase, failure, summary, board, datasetId, open, reopen, refresh, showDataset, openSample, addModel, addDataset, remove, applyRun, boardBaseline, setBoardBaseline };
});
