import type { SensitivityRow } from '../../../shared/layers';

/** The rows with this one added, or in the place of the one for the same site. */
export function withRow(rows: readonly SensitivityRow[], row: SensitivityRow): SensitivityRow[] {
  const at = rows.findIndex(({ site }) => site === row.site);
  return at < 0 ? [...rows, row] : rows.map((old, index) => (index === at ? row : old));
}
