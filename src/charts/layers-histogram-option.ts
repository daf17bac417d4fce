/**
 * The values of one operand with the grid of its quantiser: bars by how many values fall there, a line for each value that a code stands
 * for, and what lies outside of the grid (clipped to its ends) in another colour.
 */
import type { CustomSeriesOption, EChartsOption } from 'echarts';
import type { SiteHistogram } from '../shared/layers';
import { chartFont } from './chart-theme';
import type { ChartTheme } from './chart-theme';

export interface HistogramWords {
  /** Title of the axis of values; with a log2 scale those are magnitudes. */
  readonly value: string;
  readonly clipped: string;
  readonly number: (value: number) => string;
  readonly percent: (share: number) => string;
}

export type CountScale = 'linear' | 'log';

/** A bar: from, to (values, or exponents of two on a log2 scale), share of the elements, and which end of the grid it lies beyond. */
export interface HistogramBar {
  readonly from: number;
  readonly to: number;
  readonly share: number;
  readonly beyond: 'low' | 'high' | null;
}

/** A line for each of up to this many levels runs through the picture; of more, a tick at the axis each. */
const mostLines = 40;

type Binned = Pick<SiteHistogram, 'scale' | 'min' | 'max' | 'counts' | 'elements' | 'grid'>;

/** Levels as they stand on the axis: exponents of their magnitudes on a log2 scale, where zero has no place. Ascending, each once. */
export function gridPlaces({ scale, grid }: Pick<SiteHistogram, 'scale' | 'grid'>): number[] {
  if (scale === 'linear') return [...grid];
  const places = grid.filter((level) => level !== 0).map((level) => Math.log2(Math.abs(level)));
  return [...new Set(places)].sort((a, b) => a - b);
}

export function histogramBars(histogram: Binned): HistogramBar[] {
  const { scale, min, max, counts, elements } = histogram;
  const width = (max - min) / Math.max(1, counts.length);
  const places = gridPlaces(histogram);
  const last = places.length - 1;
  const [low = -Infinity] = places;
  const high = places[last] ?? Infinity;
  // Half a step beyond the last level still rounds to it. Small magnitudes are not clipped: they become zero.
  const under = scale === 'log2' ? -Infinity : low - ((places[1] ?? low) - low) / 2;
  const over = high + (high - (places[last - 1] ?? high)) / 2;
  return counts.map((count, at) => {
    const from = min + at * width;
    const to = at === counts.length - 1 ? max : from + width;
    const middle = (from + to) / 2;
    return { from, to, share: elements === 0 ? 0 : count / elements, beyond: middle < under ? 'low' : middle > over ? 'high' : null };
  });
}

/** 2⁻⁸ */
export function powerOfTwo(exponent: number): string {
  const digits = '⁰¹²³⁴⁵⁶⁷⁸⁹';
  return `2${[...String(exponent)].map((sign) => (sign === '-' ? '⁻' : sign === '.' ? '·' : digits[Number(sign)] ?? sign)).join('')}`;
}

/** Height of a share in the picture: itself, or on a log scale its decades above the smallest that can be (one element). */
export function barHeight(share: number, elements: number, scale: CountScale): number {
  if (scale === 'linear') return share;
  return share <= 0 ? 0 : Math.log10(share * Math.max(1, elements)) + 1;
}

export function histogramOption(histogram: SiteHistogram, scale: CountScale, theme: ChartTheme, words: HistogramWords): EChartsOption {
  const bars = histogramBars(histogram);
  const heights = bars.map(({ share }) => barHeight(share, histogram.elements, scale));
  const top = Math.max(...heights, scale === 'log' ? 1 : 1e-9);
  const { min, max } = range(histogram);
  const log2 = histogram.scale === 'log2';
  const place = (value: number): string => (log2 ? powerOfTwo(Number(value.toFixed(2))) : words.number(value));
  return {
    animation: false,
    backgroundColor: 'transparent',
    textStyle: { fontFamily: chartFont, fontSize: 12, color: theme.text },
    grid: { left: 44, right: 8, top: 6, bottom: 36 },
    tooltip: {
      trigger: 'item', renderMode: 'richText', confine: true,
      backgroundColor: theme.surface, borderColor: theme.line, textStyle: { color: theme.text, fontSize: 12 },
      formatter: (item) => {
        const bar = bars[(Array.isArray(item) ? item[0] : item)?.dataIndex ?? -1];
        return bar === undefined ? '' : `${place(bar.from)} … ${place(bar.to)}\n${words.percent(bar.share)}${bar.beyond === null ? '' : `\n${words.clipped}`}`;
      },
    },
    xAxis: {
      type: 'value', min, max, splitNumber: 4, ...(log2 ? { minInterval: 1 } : {}), name: words.value, nameLocation: 'middle', nameGap: 20, nameTextStyle: { color: theme.textWeak },
      axisLabel: { color: theme.textWeak, hideOverlap: true, showMinLabel: false, showMaxLabel: false, formatter: (value: number) => place(value) },
      axisLine: { lineStyle: { color: theme.line } }, axisTick: { show: false }, splitLine: { show: false },
    },
    yAxis: {
      type: 'value', min: 0, max: top * 1.04, splitNumber: 2, ...(scale === 'log' ? { interval: Math.max(1, Math.ceil(top / 4)) } : {}),
      axisLabel: { color: theme.textWeak, showMaxLabel: false, formatter: (height: number) => yLabel(height, scale, histogram.elements, words) },
      axisLine: { show: false }, axisTick: { show: false }, splitLine: { lineStyle: { color: theme.line } },
    },
    series: [gridLines(gridPlaces(histogram), top, theme), barSeries(bars, heights, theme)],
  };
}

function yLabel(height: number, scale: CountScale, elements: number, words: HistogramWords): string {
  if (scale === 'linear') return words.percent(height);
  return height < 1 ? '0' : words.percent(10 ** (height - 1) / Math.max(1, elements));
}

/** The data, and the grid where it reaches further: a grid twice as wide as its data is a finding. */
function range(histogram: SiteHistogram): { readonly min: number; readonly max: number } {
  const places = gridPlaces(histogram);
  const low = Math.min(histogram.min, places[0] ?? histogram.min);
  const high = Math.max(histogram.max, places.at(-1) ?? histogram.max);
  const air = (high - low || 1) * 0.02;
  return { min: low - air, max: high + air };
}

function barSeries(bars: readonly HistogramBar[], heights: readonly number[], theme: ChartTheme): CustomSeriesOption {
  return {
    id: 'counts', type: 'custom', z: 2, encode: { x: [0, 1], y: 2 },
    data: bars.map(({ from, to }, at) => [from, to, heights[at] ?? 0]),
    renderItem: (params, api) => {
      const bar = bars[params.dataIndex];
      const [left = 0, y = 0] = api.coord([api.value(0), api.value(2)]);
      const [right = 0, floor = 0] = api.coord([api.value(1), 0]);
      if (bar === undefined || bar.share === 0) return { type: 'group', children: [] };
      const clipped = bar.beyond !== null;
      return {
        type: 'rect', shape: { x: left, y: Math.min(y, floor - 1), width: Math.max(1, right - left - 0.5), height: Math.max(1, floor - y) },
        style: { fill: clipped ? theme.positive : theme.textWeak, opacity: clipped ? 1 : 0.8 },
      };
    },
  };
}

function gridLines(grid: readonly number[], top: number, theme: ChartTheme): CustomSeriesOption {
  const whole = grid.length <= mostLines;
  return {
    id: 'grid', type: 'custom', silent: true, z: 3, encode: { x: 0 }, data: grid.map((value) => [value]),
    renderItem: (_params, api) => {
      const [x = 0, floor = 0] = api.coord([api.value(0), 0]);
      const [, roof = 0] = api.coord([api.value(0), top]);
      return { type: 'line', shape: { x1: x, x2: x, y1: floor, y2: whole ? roof : floor - 8 }, style: { fill: 'none', stroke: theme.schemes.BitLog2_Single_16, lineWidth: 1, opacity: 0.85 } };
    },
  };
}
