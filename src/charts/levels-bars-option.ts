/** Four columns of bars beside the rows of an occupancy map: dead codes, zero share, top code, share of the error. The figure stands on its bar. */
import type { EChartsOption } from 'echarts';
import type { SchemeId } from '../shared/settings';
import { chartFont, type ChartTheme } from './chart-theme';

export interface LevelBarRow {
  readonly name: string;
  /** Number of codes that no element has; shares 0 to 1; null where it is not known. */
  readonly dead: number | null;
  readonly zero: number | null;
  readonly saturated: number | null;
  readonly error: number | null;
}

export const levelBarColumns = ['dead', 'zero', 'saturated', 'error'] as const;
export type LevelBarColumn = (typeof levelBarColumns)[number];

export interface LevelBarsWords {
  readonly columns: Readonly<Record<LevelBarColumn, string>>;
  /** A share as text. */
  readonly share: (value: number) => string;
  readonly count: (value: number) => string;
}

/**
 * Rows are `rowHeight` pixels high, without a margin, so that they stand beside those of a table.
 * @param codes of the scheme: the most that can be dead
 * @param alone with the names of rows and columns, for a picture that stands by itself
 */
export function levelBarsOption(rows: readonly LevelBarRow[], codes: number, scheme: SchemeId, rowHeight: number, theme: ChartTheme, words: LevelBarsWords, alone = false): EChartsOption {
  const first = alone ? 20 : 0;
  const width = (100 - first) / levelBarColumns.length;
  return {
    animation: false,
    backgroundColor: 'transparent',
    textStyle: { fontFamily: chartFont, fontSize: 12, color: theme.text },
    grid: levelBarColumns.map((_, index) => ({ left: `${first + index * width + 2}%`, width: `${width - 3}%`, top: alone ? 24 : 0, height: rows.length * rowHeight })),
    xAxis: levelBarColumns.map((column, gridIndex) => ({ type: 'value' as const, gridIndex, min: 0, max: column === 'dead' ? codes : 1, ...(alone ? heading(words.columns[column], theme) : { show: false }) })),
    yAxis: levelBarColumns.map((_, gridIndex) => ({
      type: 'category' as const, gridIndex, inverse: true, data: rows.map(({ name }) => name),
      axisLabel: alone && gridIndex === 0 ? { color: theme.text, interval: 0 } : { show: false }, axisTick: { show: false }, axisLine: { lineStyle: { color: theme.line } },
    })),
    series: levelBarColumns.map((column, index) => ({
      type: 'bar' as const, id: column, name: words.columns[column], xAxisIndex: index, yAxisIndex: index, barWidth: Math.max(8, rowHeight - 6), silent: true,
      itemStyle: { color: theme.schemes[scheme], opacity: 0.4 },
      // A bar of no length has room for its figure all the same.
      data: rows.map((row) => row[column] ?? 0),
      label: {
        show: true, position: [4, (Math.max(8, rowHeight - 6) - 12) / 2], color: theme.text, fontSize: 12, opacity: 1,
        formatter: ({ dataIndex }: { dataIndex: number }) => {
          const value = rows[dataIndex]?.[column] ?? null;
          if (value === null) return '–';
          return column === 'dead' ? words.count(value) : words.share(value);
        },
      },
    })),
  };
}

/** A name over a column, and nothing else of its axis. */
function heading(name: string, theme: ChartTheme): object {
  return { position: 'top', name, nameLocation: 'middle', nameGap: 8, nameTextStyle: { color: theme.textWeak }, axisLabel: { show: false }, axisTick: { show: false }, axisLine: { show: false }, splitLine: { show: false } };
}
