/** Reading DuckDB's values with their type checked: a column of another type is a bug and says which. */
import type { DuckDBValue } from '@duckdb/node-api';
import { DuckDBBlobValue } from '@duckdb/node-api';

export type Row = readonly DuckDBValue[];

export function text(row: Row, column: number): string {
  const value = row[column];
  if (typeof value === 'string') return value;
  throw new TypeError(`column ${column}: expected text, found ${typeof value}`);
}

export function textOrNull(row: Row, column: number): string | null {
  return row[column] === null ? null : text(row, column);
}

/** Numbers of every width; a BIGINT must be exact as a JavaScript number. */
export function number(row: Row, column: number): number {
  const value = row[column];
  if (typeof value === 'number') return value;
  if (typeof value === 'bigint') {
    const asNumber = Number(value);
    if (BigInt(asNumber) === value) return asNumber;
  }
  throw new TypeError(`column ${column}: expected a number, found ${String(value)}`);
}

export function numberOrNull(row: Row, column: number): number | null {
  return row[column] === null ? null : number(row, column);
}

export function booleanOrNull(row: Row, column: number): boolean | null {
  const value = row[column];
  if (value === null || typeof value === 'boolean') return value;
  throw new TypeError(`column ${column}: expected a boolean, found ${typeof value}`);
}

export function bytesOrNull(row: Row, column: number): Uint8Array | null {
  const value = row[column];
  if (value === null) return null;
  // A copy of our own: DuckDB gives a Buffer.
  if (value instanceof DuckDBBlobValue) return new Uint8Array(value.bytes);
  throw new TypeError(`column ${column}: expected bytes, found ${typeof value}`);
}
