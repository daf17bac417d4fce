/** Numbers as they stand in the report: two decimals for accuracies, a true minus, never "p = 0.000". */

export function percent(value: number | null): string {
  return value === null ? '–' : value.toFixed(2);
}

export function points(value: number): string {
  const text = Math.abs(value).toFixed(2);
  if (Number(text) === 0) return text;
  return `${value < 0 ? '−' : '+'}${text}`;
}

export function interval(bounds: readonly [number, number], write: (value: number) => string): string {
  return `[${write(bounds[0])}, ${write(bounds[1])}]`;
}

export function pValue(value: number): string {
  if (value < 0.0001) return '< 0.0001';
  return value < 0.01 ? value.toFixed(4) : value.toFixed(3);
}

export function count(value: number): string {
  return value.toLocaleString('en');
}

export function seconds(value: number): string {
  if (value < 100) return `${value.toFixed(1)} s`;
  const minutes = Math.round(value / 60);
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** "1.2 M". */
export function parameterCount(value: number): string {
  return value >= 1e6 ? `${(value / 1e6).toFixed(1)} M` : `${Math.round(value / 1e3)} k`;
}

/** One value, or all different ones in order: "4", "4, 8". */
export function distinct(values: readonly (string | number)[]): string {
  return [...new Set(values)].join(', ');
}
