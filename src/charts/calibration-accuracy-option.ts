/** Top-1 of each draw with its interval, a row per draw. */
import type { CustomSeriesOption, EChartsOption } from 'echarts';
import { chartFont } from './chart-theme';
import type { ChartTheme } from './chart-theme';

export interface AccuracyRow {
  readonly name: string;
  /** Percent. */
  readonly top1: number;
  readonly ci95: readonly [number, number];
  readonly own: boolean;
  /** False while its run goes on or was stopped. */
  readonly complete: boolean;
}

export interface AccuracyWords {
  readonly axis: string;
  readonly baseline: string;
  readonly number: (value: number) => string;
}

const rowHeight = 20;
const bottom = 40;

export function accuracyHeight(rows: number): number {
  return 8 + bottom + rowHeight * Math.max(1, rows);
}

/** @param baseline top-1 of FP32 on the same data, drawn as a line; null for none */
export function accuracyOption(rows: readonly AccuracyRow[], baseline: number | null, colour: string, theme: ChartTheme, words: AccuracyWords): EChartsOption {
  const values = [...rows.flatMap(({ ci95 }) => ci95), ...(baseline === null ? [] : [baseline])];
  const least = Math.min(...values);
  const most = Math.max(...values);
  const air = Math.max(0.1, (most - least) * 0.04);
  return {
    animation: false,
    backgroundColor: 'transparent',
    textStyle: { fontFamily: chartFont, fontSize: 12, color: theme.text },
    grid: { left: 92, right: 56, top: 8, bottom },
    tooltip: {
      renderMode: 'richText', confine: true, backgroundColor: theme.surface, borderColor: theme.line, textStyle: { color: theme.text, fontSize: 12 },
      formatter: (item) => {
        const row = rows[(Array.isArray(item) ? item[0] : item)?.dataIndex ?? -1];
        return row === undefined ? '' : `${row.name}\n${words.number(row.top1)} % [${words.number(row.ci95[0])}, ${words.number(row.ci95[1])}]`;
      },
    },
    xAxis: {
      type: 'value', min: Math.max(0, least - air), max: Math.min(100, most + air), splitNumber: 5, name: words.axis, nameLocation: 'middle', nameGap: 22,
      nameTextStyle: { color: theme.textWeak },
      axisLabel: { color: theme.textWeak, showMinLabel: false, showMaxLabel: false, formatter: (value: number) => String(Math.round(value * 100) / 100) }, axisLine: { show: false }, axisTick: { show: false },
      splitLine: { lineStyle: { color: theme.line } },
    },
    yAxis: [names(rows, theme, ({ name }) => name, 'left'), names(rows, theme, ({ top1 }) => words.number(top1), 'right')],
    series: [...(baseline === null ? [] : [line(baseline, theme, words)]), intervals(rows, colour, theme)],
  };
}

function names(rows: readonly AccuracyRow[], theme: ChartTheme, text: (row: AccuracyRow) => string, position: 'left' | 'right'): object {
  return {
    type: 'category', inverse: true, position, data: rows.map((_, row) => String(row)), axisLine: { show: false }, axisTick: { show: false }, splitLine: { show: false },
    axisLabel: {
      interval: 0, color: theme.text, rich: { own: { color: theme.text, fontWeight: 600, fontSize: 12 }, weak: { color: theme.textWeak, fontSize: 12 } },
      formatter: (index: string) => {
        const row = rows[Number(index)];
        return row === undefined ? '' : `{${row.own ? 'own' : 'weak'}|${text(row)}}`;
      },
    },
  };
}

function intervals(rows: readonly AccuracyRow[], colour: string, theme: ChartTheme): CustomSeriesOption {
  return {
    id: 'draws', type: 'custom', z: 3, encode: { x: [0, 2, 3], y: 1 }, data: rows.map(({ top1, ci95 }, row) => [top1, row, ...ci95]),
    renderItem: (params, api) => {
      const row = rows[params.dataIndex];
      const [x = 0, y = 0] = api.coord([api.value(0), api.value(1)]);
      const [left = 0] = api.coord([api.value(2), api.value(1)]);
      const [right = 0] = api.coord([api.value(3), api.value(1)]);
      const style = { fill: 'none', stroke: row?.own === true ? colour : theme.textWeak, lineWidth: 2, opacity: row?.complete === false ? 0.55 : 1 };
      return {
        type: 'group',
        children: [
          { type: 'line', shape: { x1: left, y1: y, x2: right, y2: y }, style },
          { type: 'line', shape: { x1: left, y1: y - 4, x2: left, y2: y + 4 }, style },
          { type: 'line', shape: { x1: right, y1: y - 4, x2: right, y2: y + 4 }, style },
          { type: 'circle', shape: { cx: x, cy: y, r: 4.5 }, style: { ...style, fill: row?.own === true ? colour : theme.surface } },
        ],
      };
    },
  };
}

function line(value: number, theme: ChartTheme, words: AccuracyWords): CustomSeriesOption {
  return {
    id: 'baseline', name: words.baseline, type: 'custom', silent: true, z: 1, encode: { x: 0 }, data: [[value]],
    renderItem: (params, api) => {
      const [x = 0] = api.coord([api.value(0), 0]);
      const area = params.coordSys;
      const [y, height] = 'y' in area && typeof area.y === 'number' && 'height' in area && typeof area.height === 'number' ? [area.y, area.height] : [0, 0];
      return { type: 'line', shape: { x1: x, y1: y, x2: x, y2: y + height }, style: { fill: 'none', stroke: theme.schemes.none, lineWidth: 1.5, lineDash: [2, 3] } };
    },
  };
}
