/**
 * Error along the network, one point for each site. The x axis counts the columns of the strip above the chart (blocks, and what stands
 * between them), so that a column of the chart lies under the same column of the strip.
 */
import type { CustomSeriesOption, EChartsOption, LineSeriesOption } from 'echarts';
import { chartFont, darkTheme } from './chart-theme';
import type { ChartTheme } from './chart-theme';

export const depthSeries = ['cumulative', 'local', 'weights', 'activations', 'attention'] as const;
export type DepthSeries = (typeof depthSeries)[number];

export interface DepthPoint {
  readonly site: string;
  /** In columns: 2.5 is the middle of the third column. */
  readonly x: number;
  /** Null where the site has nothing of the kind, or no error can be drawn (infinite SQNR). */
  readonly values: Readonly<Record<DepthSeries, number | null>>;
}

export interface LayersDepthWords {
  /** Name of the figure, with its unit. */
  readonly figure: string;
  readonly names: Readonly<Record<DepthSeries, string>>;
  readonly number: (value: number) => string;
}

export interface LayersDepth {
  readonly points: readonly DepthPoint[];
  readonly columns: number;
  readonly shown: readonly DepthSeries[];
  readonly selected: string | null;
  /** Errors begin at zero; SQNR and cosine do not. */
  readonly fromZero: boolean;
}

/** What the page says around the chart, for a picture that stands by itself. */
export interface AloneNames {
  /** Names of the columns, in their order. */
  readonly columns: readonly string[];
  readonly axis: string;
}

/** Pixels left of the first column: the names of the strip's rows stand in the same column. */
export const layersLeft = 72;

/** How each line looks: known by its mark too, not by colour alone. */
export function depthLook(series: DepthSeries, theme: ChartTheme): { readonly colour: string; readonly symbol: string; readonly dashed: boolean } {
  const dark = theme === darkTheme;
  switch (series) {
    case 'cumulative': return { colour: theme.text, symbol: 'circle', dashed: false };
    case 'local': return { colour: theme.textWeak, symbol: 'rect', dashed: false };
    case 'weights': return { colour: dark ? '#e08fbf' : '#a04878', symbol: 'triangle', dashed: true };
    case 'activations': return { colour: dark ? '#e6d84a' : '#7d7100', symbol: 'diamond', dashed: true };
    case 'attention': return { colour: dark ? '#8fd0dd' : '#2f6f80', symbol: 'rect', dashed: true };
  }
}

/** @param alone with the names of columns and figure and a legend, for a picture that stands by itself */
export function layersDepthOption({ points, columns, shown, selected, fromZero }: LayersDepth, theme: ChartTheme, words: LayersDepthWords, alone?: AloneNames): EChartsOption {
  const nameStyle = { nameLocation: 'middle' as const, nameTextStyle: { color: theme.textWeak } };
  const lines = depthSeries.filter((name) => name !== 'local' && shown.includes(name)).map((name) => line(name, points, selected, theme, words));
  return {
    animation: false,
    backgroundColor: 'transparent',
    textStyle: { fontFamily: chartFont, fontSize: 12, color: theme.text },
    grid: { left: layersLeft, right: alone === undefined ? 0 : 12, top: alone === undefined ? 8 : 32, bottom: alone === undefined ? 6 : 40 },
    ...(alone === undefined ? {} : { legend: { top: 0, left: layersLeft, itemWidth: 24, textStyle: { color: theme.text, fontSize: 12 }, data: depthSeries.filter((name) => shown.includes(name)).map((name) => ({ name: words.names[name] })) } }),
    tooltip: {
      trigger: 'axis', renderMode: 'richText', confine: true,
      axisPointer: { type: 'line', snap: true, lineStyle: { color: theme.textWeak, type: 'dotted' }, label: { show: false } },
      backgroundColor: theme.surface, borderColor: theme.line, textStyle: { color: theme.text, fontSize: 12 },
      formatter: (items) => {
        const [first] = Array.isArray(items) ? items : [items];
        const point = points[first?.dataIndex ?? -1];
        return point === undefined ? '' : tooltip(point, shown, words);
      },
    },
    xAxis: {
      type: 'value', min: 0, max: Math.max(1, columns), interval: 1,
      ...(alone === undefined ? { axisLabel: { show: false } } : { name: alone.axis, nameGap: 26, ...nameStyle, axisLabel: columnLabels(alone.columns, theme) }),
      axisTick: { show: false }, axisLine: { lineStyle: { color: theme.line } },
      splitLine: { show: columns <= 64, lineStyle: { color: theme.line, opacity: 0.6 } },
    },
    yAxis: {
      type: 'value', splitNumber: 3, ...(fromZero ? { min: 0 } : { scale: true }),
      ...(alone === undefined ? {} : { name: words.figure, nameGap: 44, ...nameStyle }),
      axisLabel: { color: theme.textWeak, fontSize: 12, formatter: (value: number) => words.number(value) },
      axisLine: { show: false }, axisTick: { show: false }, splitLine: { lineStyle: { color: theme.line } },
    },
    series: [...(shown.includes('local') ? [bars(points, selected, fromZero, theme, words)] : []), ...lines, marker(points, selected, theme)],
  };
}

/** The axis counts columns: the name of one stands at its middle. */
function columnLabels(columns: readonly string[], theme: ChartTheme): { readonly customValues: number[]; readonly formatter: (value: number) => string; readonly color: string; readonly fontSize: number; readonly hideOverlap: boolean } {
  return { customValues: columns.map((_, at) => at + 0.5), formatter: (value) => columns[Math.floor(value)] ?? '', color: theme.textWeak, fontSize: 12, hideOverlap: true };
}

/** "blocks.3.attn.qkv", then a line for each kind that is shown. */
function tooltip({ site, values }: DepthPoint, shown: readonly DepthSeries[], words: LayersDepthWords): string {
  const lines = depthSeries.flatMap((name) => {
    const value = values[name];
    return shown.includes(name) && value !== null ? [`${words.names[name]} ${words.number(value)}`] : [];
  });
  return [site, words.figure, ...lines].join('\n');
}

function line(name: DepthSeries, points: readonly DepthPoint[], selected: string | null, theme: ChartTheme, words: LayersDepthWords): LineSeriesOption {
  const { colour, symbol, dashed } = depthLook(name, theme);
  return {
    id: name, name: words.names[name], type: 'line', z: name === 'cumulative' ? 4 : 3, connectNulls: true, symbol, showAllSymbol: true,
    // A gap in the data keeps its place: the index of a point is the index of its site.
    data: points.map(({ x, values }) => [x, values[name] ?? '-']),
    symbolSize: (_value: unknown, item: { dataIndex: number }) => (points[item.dataIndex]?.site === selected ? 9 : 5),
    itemStyle: { color: colour }, lineStyle: { color: colour, width: name === 'cumulative' ? 2 : 1.5, type: dashed ? 'dashed' : 'solid' },
  };
}

/** The error of each site alone as a bar: it does not lead to the next one, so no line joins them. */
function bars(points: readonly DepthPoint[], selected: string | null, fromZero: boolean, theme: ChartTheme, words: LayersDepthWords): CustomSeriesOption {
  const { colour } = depthLook('local', theme);
  const width = barWidth(points);
  return {
    id: 'local', name: words.names.local, type: 'custom', encode: { x: 0, y: 1 }, z: 2, itemStyle: { color: colour },
    data: points.map(({ x, values }) => [x, values.local ?? NaN]),
    renderItem: (params, api) => {
      const value = Number(api.value(1));
      if (!Number.isFinite(value)) return { type: 'group', children: [] };
      const [x = 0, y = 0] = api.coord([api.value(0), value]);
      const size = api.size?.([width, 0]);
      const wide = Math.max(2, Math.min(14, (Array.isArray(size) ? size[0] ?? 2 : 2) * 0.7));
      const mark = points[params.dataIndex]?.site === selected;
      const style = { fill: mark ? theme.text : colour, opacity: mark ? 1 : 0.6 };
      if (!fromZero) return { type: 'rect', shape: { x: x - wide / 2, y: y - 2, width: wide, height: 4 }, style };
      const [, floor = y] = api.coord([api.value(0), 0]);
      return { type: 'rect', shape: { x: x - wide / 2, y, width: wide, height: Math.max(1, floor - y) }, style };
    },
  };
}

/** The least distance of two sites. */
function barWidth(points: readonly DepthPoint[]): number {
  let least = 1;
  for (let i = 1; i < points.length; i++) least = Math.min(least, (points[i]?.x ?? 0) - (points[i - 1]?.x ?? 0));
  return Math.max(0.02, least);
}

/** A line through the selected site. */
function marker(points: readonly DepthPoint[], selected: string | null, theme: ChartTheme): LineSeriesOption {
  const x = points.find(({ site }) => site === selected)?.x;
  return {
    id: 'selected', type: 'line', data: [], silent: true, tooltip: { show: false },
    ...(x === undefined ? {} : { markLine: { silent: true, symbol: 'none', animation: false, label: { show: false }, lineStyle: { color: theme.text, type: 'dotted', width: 1, opacity: 0.7 }, data: [{ xAxis: x }] } }),
  };
}
