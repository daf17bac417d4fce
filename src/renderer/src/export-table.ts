/** What a chart or map shows, as a table: the form in which it leaves the program as CSV or JSON, and what readers are given instead of the picture. */
export interface ExportTable {
  /** Names with units. */
  readonly columns: readonly string[];
  readonly rows: readonly (readonly (string | number | null)[])[];
}

/** RFC 4180, full precision. */
export function tableToCsv({ columns, rows }: ExportTable): string {
  const cell = (value: string | number | null): string => {
    const text = value === null ? '' : String(value);
    return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  return [columns, ...rows].map((row) => row.map(cell).join(',')).join('\r\n') + '\r\n';
}

/** A list of objects with the columns' names. */
export function tableToJson({ columns, rows }: ExportTable): string {
  return JSON.stringify(rows.map((row) => Object.fromEntries(columns.map((column, index) => [column, row[index] ?? null]))), null, 2);
}
