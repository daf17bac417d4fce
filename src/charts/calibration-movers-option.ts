/** What moves a run's top-1, in points on one axis: intervals as bars, tries as dots, and a line at zero. */
import type { CustomSeriesOption, EChartsOption, ScatterSeriesOption } from 'echarts';
import { chartFont } from './chart-theme';
import type { ChartTheme } from './chart-theme';

export type MoverRow =
  | { readonly kind: 'interval'; readonly name: string; readonly text: string; readonly point: number; readonly low: number; readonly high: number; readonly strong: boolean }
  | { readonly kind: 'points'; readonly name: string; readonly text: string; readonly points: readonly number[] }
  /** `text` says why nothing is known. */
  | { readonly kind: 'unknown'; readonly name: string; readonly text: string };

export interface MoverWords {
  readonly axis: string;
  readonly number: (value: number) => string;
}

const rowHeight = 26;
const bottom = 40;

export function moversHeight(rows: number): number {
  return 8 + bottom + rowHeight * Math.max(1, rows);
}

/** @param nameWidth pixels for the names at the left, textWidth for the figures at the right */
export function moversOption(rows: readonly MoverRow[], colour: string, theme: ChartTheme, words: MoverWords, { nameWidth, textWidth }: { readonly nameWidth: number; readonly textWidth: number }): EChartsOption {
  const ends = rows.flatMap((row) => (row.kind === 'interval' ? [row.low, row.high] : row.kind === 'points' ? row.points : []));
  const least = Math.min(0, ...ends);
  const most = Math.max(0, ...ends);
  const air = Math.max(0.05, (most - least) * 0.04);
  return {
    animation: false,
    backgroundColor: 'transparent',
    textStyle: { fontFamily: chartFont, fontSize: 12, color: theme.text },
    grid: { left: nameWidth, right: textWidth, top: 8, bottom },
    tooltip: {
      renderMode: 'richText', confine: true, backgroundColor: theme.surface, borderColor: theme.line, textStyle: { color: theme.text, fontSize: 12 },
      formatter: (item) => {
        const value: unknown = (Array.isArray(item) ? item[0] : item)?.value;
        const row = Array.isArray(value) ? rows[Number(value[1])] : undefined;
        return row === undefined || !Array.isArray(value) ? '' : `${row.name}\n${row.kind === 'points' ? words.number(Number(value[0])) : row.text}`;
      },
    },
    xAxis: {
      type: 'value', min: least - air, max: most + air, splitNumber: 5, name: words.axis, nameLocation: 'middle', nameGap: 22, nameTextStyle: { color: theme.textWeak },
      axisLabel: { color: theme.textWeak, showMinLabel: false, showMaxLabel: false, formatter: (value: number) => words.number(value) }, axisLine: { show: false }, axisTick: { show: false },
      splitLine: { lineStyle: { color: theme.line } },
    },
    yAxis: [names(rows, theme, ({ name }) => name, 'left', nameWidth), names(rows, theme, ({ text }) => (textWidth < 40 ? '' : text), 'right', textWidth)],
    series: [zero(theme), intervals(rows, colour, theme), tries(rows, theme)],
  };
}

function names(rows: readonly MoverRow[], theme: ChartTheme, text: (row: MoverRow) => string, position: 'left' | 'right', width: number): object {
  return {
    type: 'category', inverse: true, position, data: rows.map((_, row) => String(row)), axisLine: { show: false }, axisTick: { show: false }, splitLine: { show: false },
    axisLabel: {
      interval: 0, width: width - 12, overflow: 'truncate', color: position === 'left' ? theme.text : theme.textWeak,
      formatter: (index: string) => { const row = rows[Number(index)]; return row === undefined ? '' : text(row); },
    },
  };
}

function intervals(rows: readonly MoverRow[], colour: string, theme: ChartTheme): CustomSeriesOption {
  const shown = rows.flatMap((row, place) => (row.kind === 'interval' ? [{ row, place }] : []));
  return {
    id: 'intervals', type: 'custom', z: 3, encode: { x: [0, 2, 3], y: 1 }, data: shown.map(({ row, place }) => [row.point, place, row.low, row.high]),
    renderItem: (params, api) => {
      const item = shown[params.dataIndex];
      const [x = 0, y = 0] = api.coord([api.value(0), api.value(1)]);
      const [left = 0] = api.coord([api.value(2), api.value(1)]);
      const [right = 0] = api.coord([api.value(3), api.value(1)]);
      const stroke = item?.row.strong === true ? colour : theme.textWeak;
      const style = { fill: 'none', stroke, lineWidth: 2 };
      return {
        type: 'group',
        children: [
          { type: 'line', shape: { x1: left, y1: y, x2: right, y2: y }, style },
          { type: 'line', shape: { x1: left, y1: y - 4, x2: left, y2: y + 4 }, style },
          { type: 'line', shape: { x1: right, y1: y - 4, x2: right, y2: y + 4 }, style },
          { type: 'circle', shape: { cx: x, cy: y, r: 4.5 }, style: { ...style, fill: item?.row.strong === true ? stroke : theme.surface } },
        ],
      };
    },
  };
}

/** Equal tries lie on one another: they are piled up, so that ten of one value look like ten. */
function tries(rows: readonly MoverRow[], theme: ChartTheme): ScatterSeriesOption {
  const data = rows.flatMap((row, place) => (row.kind === 'points' ? pile(row.points).map(({ value, height }) => ({ value: [value, place], symbolOffset: [0, -height * 3] })) : []));
  return { id: 'tries', type: 'scatter', z: 4, symbolSize: 6, data, itemStyle: { color: theme.surface, borderColor: theme.text, borderWidth: 1.2 } };
}

/** Height of each in the pile of its value: 0, 1, -1, 2, ... at most three rows either way. */
export function pile(points: readonly number[]): { readonly value: number; readonly height: number }[] {
  const seen = new Map<string, number>();
  return points.map((value) => {
    const key = value.toFixed(6);
    const count = seen.get(key) ?? 0;
    seen.set(key, count + 1);
    const step = count % 5;
    return { value, height: step === 0 ? 0 : (step % 2 === 1 ? 1 : -1) * Math.ceil(step / 2) };
  });
}

function zero(theme: ChartTheme): CustomSeriesOption {
  return {
    id: 'zero', type: 'custom', silent: true, z: 1, encode: { x: 0 }, data: [[0]],
    renderItem: (params, api) => {
      const [x = 0] = api.coord([0, 0]);
      const area = params.coordSys;
      const [y, height] = 'y' in area && typeof area.y === 'number' && 'height' in area && typeof area.height === 'number' ? [area.y, area.height] : [0, 0];
      return { type: 'line', shape: { x1: x, y1: y, x2: x, y2: y + height }, style: { fill: 'none', stroke: theme.schemes.none, lineWidth: 1.5, lineDash: [2, 3] } };
    },
  };
}
