/** Rows of the level usage table, from the largest value down to zero. */
import type { AttentionView } from '../../shared/attention';

export interface UsageRow {
  readonly code: number;
  /** The level as the scheme writes it: "1.5·2³/327". */
  readonly name: string;
  readonly value: number;
  /** Shares, 0..1. */
  readonly image: number;
  readonly run: number | null;
}

export function usageRows(view: Pick<AttentionView, 'levels' | 'levelNames' | 'occupancy'>): UsageRow[] {
  const rows = [...view.levels].map((value, code) => ({
    code,
    name: superscripts(view.levelNames[code] ?? String(code)),
    value,
    image: view.occupancy.image[code] ?? 0,
    run: view.occupancy.run === null ? null : view.occupancy.run[code] ?? 0,
  }));
  return rows.sort((a, b) => b.value - a.value || a.code - b.code);
}

/** "2^-9" as "2⁻⁹", and "δ·2^-7/2", whose exponent is a fraction, as "δ/√2⁷". */
export function superscripts(text: string): string {
  return text.replace(/·2\^-(\d+)\/2$/, (_match, odd: string) => (odd === '1' ? '/√2' : `/√2^${odd}`)).replace(/\^(-?)(\d+)/g, (_match, sign: string, digits: string) => (sign === '' ? '' : '⁻') + digits.replace(/\d/g, (digit) => '⁰¹²³⁴⁵⁶⁷⁸⁹'.charAt(Number(digit))));
}
