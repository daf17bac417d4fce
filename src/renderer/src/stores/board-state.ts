/** Pure steps on a board: finding cells, and laying live results over it while a job goes on. */
import type { Board, BoardCell, RunRecord, WorkspaceSummary } from '../../../shared/records';
import { someOverrides } from '../../../shared/overrides';
import type { SchemeId } from '../../../shared/settings';

/** FP32 runs stand under scheme `none` with arithmetic `fp32`, whatever arithmetic is looked at. */
export function cellOf(board: Board, modelId: string, scheme: SchemeId, arithmetic: string): BoardCell | null {
  const wanted = scheme === 'none' ? 'fp32' : arithmetic;
  return board.cells.find((cell) => cell.modelId === modelId && cell.scheme === scheme && cell.arithmetic === wanted) ?? null;
}

/** Arithmetics that some quantised cell (of this model) was run with, `reference` first. */
export function arithmeticsOf(board: Board, modelId: string | null = null): string[] {
  const cells = board.cells.filter((cell) => cell.arithmetic !== 'fp32' && (modelId === null || cell.modelId === modelId));
  const found = new Set(cells.map((cell) => cell.arithmetic));
  return [...found].sort((a, b) => (a === 'reference' ? -1 : b === 'reference' ? 1 : a.localeCompare(b)));
}

/**
 * The board with a run's new state in its cell. `cell`: the whole cell as the engine sees it now, when it has paired figures; `runs`: those of the
 * workspace, in the order they began. Their times are what a clock said, which may have been set back in between.
 */
export function boardWithRun(board: Board, run: RunRecord, cell: BoardCell | null, runs: readonly Pick<RunRecord, 'id'>[]): Board {
  if (board.datasetId !== null && board.datasetId !== run.datasetId) return board;
  // A run with exceptions stands in no cell (results/board.ts).
  if (someOverrides(run.settings.overrides) !== undefined) return board;
  const at = board.cells.findIndex((old) => old.modelId === run.modelId && old.scheme === run.settings.scheme && old.arithmetic === run.settings.arithmetic);
  const old = board.cells[at];
  const place = (id: string): number => runs.findIndex((other) => other.id === id);
  // An earlier seed of the same job: a newer run stands in its place.
  if (cell === null && old?.run && old.run.id !== run.id && place(run.id) >= 0 && place(old.run.id) > place(run.id)) return board;
  const next: BoardCell = cell ?? {
    modelId: run.modelId,
    scheme: run.settings.scheme,
    arithmetic: run.settings.arithmetic,
    published: old?.published ?? null,
    publishedAs: old?.publishedAs ?? null,
    publishedLog: old?.publishedLog ?? null,
    // Paired figures of an older run say nothing about this one.
    paired: old?.run?.id === run.id ? old.paired : null,
    counterpart: old?.run?.id === run.id ? old.counterpart : null,
    seeds: old?.run?.id === run.id ? old.seeds : null,
    noise: old?.run?.id === run.id ? old.noise : null,
    run,
  };
  const cells = at < 0 ? [...board.cells, next] : board.cells.map((other, index) => (index === at ? next : other));
  return { ...board, datasetId: run.datasetId, cells };
}

/** The summary with a run brought up to date, or added as the newest: runs stand in the order they began. */
export function summaryWithRun(summary: WorkspaceSummary, run: RunRecord): WorkspaceSummary {
  const known = summary.runs.some((old) => old.id === run.id);
  return { ...summary, runs: known ? summary.runs.map((old) => (old.id === run.id ? run : old)) : [...summary.runs, run] };
}
