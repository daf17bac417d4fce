/** Rows of the inspector's paired table: who the run is held against, FP32 first, then the schemes in their usual order. */
import type { PairedResult, RunRecord } from '../../shared/records';
import { type SchemeId, schemeIds } from '../../shared/settings';
import type { RunWords } from './run-names';
import { otherName, runName, separator } from './run-names';

export interface PairedRow {
  readonly other: RunRecord;
  /** Shown name of the other run: its scheme, and what else tells it apart. */
  readonly name: string;
  readonly paired: PairedResult;
}

export function pairedRows(run: RunRecord, pairs: readonly PairedResult[], runs: readonly RunRecord[], words: RunWords): PairedRow[] {
  const rows: PairedRow[] = [];
  for (const paired of pairs) {
    const other = runs.find((candidate) => candidate.id === paired.b);
    if (paired.a !== run.id || other === undefined) continue;
    rows.push({ other, name: otherName(run, other, words), paired });
  }
  return rows.sort((a, b) => place(run, a.other) - place(run, b.other));
}

/** FP32, then the same scheme in another arithmetic, then the schemes in this run's arithmetic, then the rest. */
function place({ settings }: RunRecord, { settings: other }: RunRecord): number {
  if (other.arithmetic === 'fp32') return -2;
  if (settings.arithmetic !== 'fp32' && other.arithmetic !== settings.arithmetic && other.scheme === settings.scheme) return -1;
  const sameGroup = other.arithmetic === (settings.arithmetic === 'fp32' ? 'reference' : settings.arithmetic);
  return schemeIds.indexOf(other.scheme) + (sameGroup ? 0 : schemeIds.length);
}

/** A pair of the chosen runs, both named. */
export interface ComparisonRow {
  readonly a: string;
  readonly b: string;
  readonly schemeA: SchemeId;
  readonly schemeB: SchemeId;
  readonly paired: PairedResult;
}

/** In the order in which they were compared; models are named where there are several. */
export function comparisonRows(pairs: readonly PairedResult[], runs: readonly RunRecord[], words: RunWords): ComparisonRow[] {
  const several = new Set(runs.map(({ modelId }) => modelId)).size > 1;
  const parts = new Map(runs.map((run) => [run.id, runName(run, words).split(separator)]));
  // What all of them share tells nothing apart.
  const shared = (part: string): boolean => [...parts.values()].every((others) => others.includes(part));
  const name = (run: RunRecord): string => {
    const [scheme = '', ...rest] = parts.get(run.id) ?? [];
    return [several ? `${run.modelName} ${scheme}` : scheme, ...rest.filter((part) => !shared(part))].join(separator);
  };
  return pairs.flatMap((paired) => {
    const a = runs.find(({ id }) => id === paired.a);
    const b = runs.find(({ id }) => id === paired.b);
    return a === undefined || b === undefined ? [] : [{ a: name(a), b: name(b), schemeA: a.settings.scheme, schemeB: b.settings.scheme, paired }];
  });
}
