/** Parameters over draws as strips: a column per quantiser in network order, a dot per draw, how far it lies from the median. */
import type { CustomSeriesOption, EChartsOption, ScatterSeriesOption } from 'echarts';
import { chartFont } from './chart-theme';
import type { ChartTheme } from './chart-theme';

export interface StripColumn {
  readonly site: string;
  /** For the tooltip: "blocks.3.attn.qkv, input". */
  readonly name: string;
  /** Where a new block begins: its short name under the axis; null elsewhere. */
  readonly heading: string | null;
  /** One per draw; null where it has none. */
  readonly values: readonly (number | null)[];
}

export interface DrawStripsWords {
  /** Title of the y axis with its unit. */
  readonly axis: string;
  readonly number: (value: number) => string;
  /** One per draw. */
  readonly draws: readonly string[];
}

export interface DrawStripsLook {
  /** Position of the run that is looked at among the draws; -1 for none. */
  readonly own: number;
  readonly selected: string | null;
  readonly colour: string;
}

interface Dot {
  readonly column: number;
  readonly value: number;
  readonly draw: number;
}

/** The dots of one series, so that an index in it leads back to its column. */
export function stripDots(columns: readonly StripColumn[], wanted: (draw: number) => boolean): Dot[] {
  return columns.flatMap(({ values }, column) => values.flatMap((value, draw) => (value === null || !wanted(draw) ? [] : [{ column, value, draw }])));
}

export function drawStripsOption(columns: readonly StripColumn[], { own, selected, colour }: DrawStripsLook, theme: ChartTheme, words: DrawStripsWords): EChartsOption {
  const most = Math.max(1e-9, ...columns.flatMap(({ values }) => values.map((value) => Math.abs(value ?? 0))));
  const others = stripDots(columns, (draw) => draw !== own);
  const ours = stripDots(columns, (draw) => draw === own);
  return {
    animation: false,
    backgroundColor: 'transparent',
    textStyle: { fontFamily: chartFont, fontSize: 12, color: theme.text },
    grid: { left: 56, right: 8, top: 22, bottom: 22 },
    tooltip: {
      trigger: 'item', renderMode: 'richText', confine: true,
      backgroundColor: theme.surface, borderColor: theme.line, textStyle: { color: theme.text, fontSize: 12 },
      formatter: (item) => {
        const one = Array.isArray(item) ? item[0] : item;
        const dot = (one?.seriesId === 'own' ? ours : others)[one?.dataIndex ?? -1];
        const column = dot === undefined ? undefined : columns[dot.column];
        return dot === undefined || column === undefined ? '' : `${column.name}\n${words.draws[dot.draw] ?? ''}: ${words.number(dot.value)}`;
      },
    },
    xAxis: {
      type: 'category', data: columns.map((_, column) => String(column)),
      axisTick: { show: false }, axisLine: { lineStyle: { color: theme.line } },
      splitLine: { show: true, interval: (index: number) => columns[index]?.heading !== null, lineStyle: { color: theme.line } },
      axisLabel: { color: theme.textWeak, fontSize: 12, hideOverlap: true, interval: (index: number) => columns[index]?.heading !== null, formatter: (index: string) => columns[Number(index)]?.heading ?? '' },
    },
    yAxis: {
      type: 'value', min: -most * 1.05, max: most * 1.05, splitNumber: 4, name: words.axis, nameLocation: 'end', nameGap: 8,
      nameTextStyle: { color: theme.textWeak, align: 'left', padding: [0, 0, 0, -50] },
      axisLabel: { color: theme.textWeak, fontSize: 12, showMinLabel: false, showMaxLabel: false, formatter: (value: number) => words.number(value) },
      axisLine: { show: false }, axisTick: { show: false }, splitLine: { lineStyle: { color: theme.line } },
    },
    series: [
      marker(columns, selected, theme),
      spans(columns, theme),
      dots('others', others, { color: theme.surface, borderColor: theme.textWeak, borderWidth: 1, opacity: 0.9 }, 5),
      dots('own', ours, { color: colour }, 6),
    ],
  };
}

function dots(id: string, data: readonly Dot[], itemStyle: ScatterSeriesOption['itemStyle'], size: number): ScatterSeriesOption {
  return { id, type: 'scatter', data: data.map(({ column, value }) => [column, value]), symbolSize: size, itemStyle: { ...itemStyle }, z: id === 'own' ? 4 : 3 };
}

/** From the least to the most draw of each column. */
function spans(columns: readonly StripColumn[], theme: ChartTheme): CustomSeriesOption {
  const data = columns.flatMap(({ values }, column) => {
    const known = values.filter((value) => value !== null);
    return known.length < 2 ? [] : [[column, Math.min(...known), Math.max(...known)]];
  });
  return {
    id: 'spans', type: 'custom', silent: true, z: 2, encode: { x: 0, y: [1, 2] }, data,
    renderItem: (_params, api) => {
      const [x = 0, low = 0] = api.coord([api.value(0), api.value(1)]);
      const [, high = 0] = api.coord([api.value(0), api.value(2)]);
      return { type: 'line', shape: { x1: x, y1: low, x2: x, y2: high }, style: { fill: 'none', stroke: theme.textWeak, lineWidth: 1, opacity: 0.7 } };
    },
  };
}

/** A band behind the columns of the selected site. */
function marker(columns: readonly StripColumn[], selected: string | null, theme: ChartTheme): CustomSeriesOption {
  return {
    id: 'selected', type: 'custom', silent: true, z: 1, encode: { x: 0 }, data: columns.flatMap(({ site }, column) => (site === selected ? [[column, 0]] : [])),
    renderItem: (params, api) => {
      const [x = 0] = api.coord([api.value(0), 0]);
      const size = api.size?.([1, 0]);
      const wide = Math.max(4, Array.isArray(size) ? size[0] ?? 4 : 4);
      const area = params.coordSys;
      const [y, height] = 'y' in area && typeof area.y === 'number' && 'height' in area && typeof area.height === 'number' ? [area.y, area.height] : [0, 0];
      return { type: 'rect', shape: { x: x - wide / 2, y, width: wide, height }, style: { fill: theme.textWeak, opacity: 0.22 } };
    },
  };
}
