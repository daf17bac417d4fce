/** Which runs of a model can be looked at, and which it can be held against: the board's cells, and every other run as a variant. */
import type { Board, BoardCell, RunRecord } from '../../shared/records';
import { logSchemeIds, type SchemeId } from '../../shared/settings';
import type { RunWords } from './run-names';
import { runName } from './run-names';
import { arithmeticsOf, cellOf } from './stores/board-state';

/** A place of the board's row: FP32, or a scheme under an arithmetic; there is one whether or not it was measured. */
export interface CellChoice {
  readonly kind: 'cell';
  /** Of a menu entry. */
  readonly value: string;
  readonly scheme: SchemeId;
  readonly arithmetic: string;
  readonly cell: BoardCell | null;
}

/** A run that stands in no cell: another seed, other bits, overrides, a part of the images, or an older repetition. */
export interface VariantChoice {
  readonly kind: 'variant';
  readonly value: string;
  readonly name: string;
  readonly run: RunRecord;
}

export type RunChoice = CellChoice | VariantChoice;

export const cellValue = (scheme: SchemeId, arithmetic: string): string => `cell ${scheme === 'none' ? 'fp32' : arithmetic} ${scheme}`;
export const variantValue = (runId: string): string => `run ${runId}`;

/** FP32, then the six schemes under each arithmetic that the board has. */
export function cellChoices(board: Board, modelId: string): CellChoice[] {
  const arithmetics = arithmeticsOf(board);
  const places: { scheme: SchemeId; arithmetic: string }[] = [
    { scheme: 'none', arithmetic: 'fp32' },
    ...(arithmetics.length === 0 ? ['reference'] : arithmetics).flatMap((arithmetic) => logSchemeIds.map((scheme) => ({ scheme, arithmetic }))),
  ];
  return places.map(({ scheme, arithmetic }) => ({ kind: 'cell', value: cellValue(scheme, arithmetic), scheme, arithmetic, cell: cellOf(board, modelId, scheme, arithmetic) }));
}

/** Runs of the model on the board's data set that stand in no cell, newest first. */
export function variantRuns(board: Board, modelId: string, runs: readonly RunRecord[]): RunRecord[] {
  const standing = cellRunIds(board);
  return newestFirst(runs.filter((run) => run.modelId === modelId && run.datasetId === board.datasetId && !standing.has(run.id)));
}

/** Runs that the board shows. */
export function cellRunIds(board: Board): ReadonlySet<string> {
  return new Set(board.cells.flatMap(({ run }) => (run === null ? [] : [run.id])));
}

/** Names of runs, each its own: what is still equal after its settings gains the time of its start, then its number among them. */
export function namedRuns(runs: readonly RunRecord[], words: RunWords, time: (iso: string) => string): VariantChoice[] {
  const withTime = runs.map((run) => ({ run, name: runName(run, words) })).map(({ run, name }, _at, all) => ({ run, name: all.filter((other) => other.name === name).length > 1 ? `${name} · ${time(run.created)}` : name }));
  const seen = new Map<string, number>();
  return withTime.map(({ run, name }) => {
    const count = (seen.get(name) ?? 0) + 1;
    seen.set(name, count);
    return { kind: 'variant', value: variantValue(run.id), name: count > 1 ? `${name} (${count})` : name, run };
  });
}

/** The workspace has them in the order they began, which their times need not follow: a clock may have been set back. */
export function newestFirst(runs: readonly RunRecord[]): RunRecord[] {
  return [...runs].reverse();
}
