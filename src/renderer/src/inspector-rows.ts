/** Rows of the inspector's paired table: who the run is held against, FP32 first, then the schemes in their usual order. */
import type { PairedResult, RunRecord } from '../../shared/records';
import { schemeIds } from '../../shared/settings';

export interface PairedRow {
  readonly other: RunRecord;
  /** Shown name of the other run: its scheme, and what else tells it apart. */
  readonly name: string;
  readonly paired: PairedResult;
}

export function pairedRows(run: RunRecord, pairs: readonly PairedResult[], runs: readonly RunRecord[]): PairedRow[] {
  const rows: PairedRow[] = [];
  for (const paired of pairs) {
    const other = runs.find((candidate) => candidate.id === paired.b);
    if (paired.a !== run.id || other === undefined) continue;
    rows.push({ other, name: otherName(run, other), paired });
  }
  const order = (row: PairedRow): number => (row.other.settings.scheme === 'none' ? -1 : schemeIds.indexOf(row.other.settings.scheme));
  return rows.sort((a, b) => order(a) - order(b));
}

/** The scheme, then every setting in which the two runs differ otherwise. */
function otherName(run: RunRecord, other: RunRecord): string {
  const { settings } = other;
  if (settings.scheme === 'none' && settings.arithmetic === 'fp32') return 'FP32';
  const differences: string[] = [];
  if (settings.wBits !== run.settings.wBits || settings.aBits !== run.settings.aBits) differences.push(`W${settings.wBits}A${settings.aBits}`);
  if (settings.arithmetic !== run.settings.arithmetic) differences.push(settings.arithmetic);
  if (settings.seed !== run.settings.seed) differences.push(`seed ${settings.seed}`);
  return [settings.scheme, ...(run.settings.arithmetic === 'fp32' ? differences.filter((text) => text.startsWith('seed')) : differences)].join(' · ');
}
