/** The quantisers of a run as rows of a table, with how far other draws move them. */
import { median, type Calibration, type CalibrationDraws } from '../../../shared/calibration';
import { operandWord, type OperandWord } from './operand-words';

export interface ParameterRow {
  readonly key: string;
  /** Place in the network. */
  readonly order: number;
  readonly site: string;
  readonly operand: string;
  readonly word: OperandWord;
  readonly head: number | null;
  readonly bits: number;
  readonly scheme: string | null;
  /** Values of delta: 1 for a grid per tensor. */
  readonly channels: number;
  /** Middle of the channels. */
  readonly delta: number;
  readonly zeroPoint: number | null;
  readonly low: number;
  readonly high: number;
  /** Largest distance of delta from its median over the draws, as a share of it; null with fewer than two draws. */
  readonly deviation: number | null;
}

export const parameterKinds = ['activations', 'weights', 'maps'] as const;
export type ParameterKind = (typeof parameterKinds)[number];

export function kindOf(word: OperandWord): ParameterKind {
  return word === 'weight' ? 'weights' : word === 'map' ? 'maps' : 'activations';
}

export function parameterRows({ operands }: Pick<Calibration, 'operands'>, draws: CalibrationDraws | null): ParameterRow[] {
  const deviations = new Map((draws?.operands ?? []).map(({ site, operand, delta }) => [`${site}:${operand}`, largestDeviation(delta)]));
  return operands.map(({ site, operand, bits, scheme, delta, zeroPoint, low, high }, order) => {
    const key = `${site}:${operand}`;
    return {
      key, order, site, operand, ...operandWord(site, operand), bits, scheme, channels: delta.length,
      delta: median(delta), zeroPoint: zeroPoint === null ? null : median(zeroPoint), low, high, deviation: deviations.get(key) ?? null,
    };
  });
}

function largestDeviation(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  if (known.length < 2) return null;
  const middle = median(known);
  return Math.max(...known.map((value) => Math.abs(value / middle - 1)));
}

export const sortColumns = ['site', 'delta', 'zeroPoint', 'low', 'high', 'deviation'] as const;
export type SortColumn = (typeof sortColumns)[number];
export interface Sorting {
  readonly column: SortColumn;
  readonly descending: boolean;
}

/** Rows without a figure stand last either way; equal ones stay in network order. */
export function sortedRows(rows: readonly ParameterRow[], { column, descending }: Sorting): ParameterRow[] {
  const value = (row: ParameterRow): number | null => (column === 'site' ? row.order : row[column]);
  return [...rows].sort((a, b) => {
    const [x, y] = [value(a), value(b)];
    if (x === null || y === null) return x === y ? a.order - b.order : x === null ? 1 : -1;
    return (descending ? y - x : x - y) || a.order - b.order;
  });
}

/** The first click sorts figures from the largest, sites in network order; the next one turns it round. */
export function nextSorting(sorting: Sorting, column: SortColumn): Sorting {
  return column === sorting.column ? { column, descending: !sorting.descending } : { column, descending: column !== 'site' };
}

/** Where zero lies in a range, 0 at its low end and 1 at its high end; null when it lies outside. */
export function zeroPlace({ low, high }: Pick<ParameterRow, 'low' | 'high'>): number | null {
  if (low > 0 || high < 0 || high === low) return null;
  return -low / (high - low) + 0;
}
