/** How far one image has drifted from FP32 at the input of each block and at the logits, in a figure of choice, with the blocks named under it. */
import type { EChartsOption } from 'echarts';
import type { ErrorFigures } from '../shared/attention';
import type { Divergence } from '../shared/images';
import type { SchemeId } from '../shared/settings';
import { chartFont, isDashed, type ChartTheme } from './chart-theme';

export const depthFigures = ['relativeL2', 'sqnrDb', 'cosine'] as const;
export type DepthFigure = (typeof depthFigures)[number];

export interface ImagesDepthWords {
  /** The figure with its unit. */
  readonly figure: string;
  /** What the columns are. */
  readonly blockAxis: string;
  /** Short name of a column. */
  readonly column: (index: number) => string;
  readonly number: (value: number) => string;
}

/** Null: equal to FP32 (an SQNR without noise). */
export function depthValue(error: ErrorFigures, figure: DepthFigure): number | null {
  return error[figure];
}

/** @param selected block that is looked at elsewhere; drawn larger */
export function imagesDepthOption(depth: Divergence['depth'], figure: DepthFigure, selected: number, scheme: SchemeId, theme: ChartTheme, words: ImagesDepthWords): EChartsOption {
  const colour = theme.schemes[scheme];
  const values = depth.map(({ error }) => depthValue(error, figure));
  return {
    animation: false,
    backgroundColor: 'transparent',
    textStyle: { fontFamily: chartFont, fontSize: 12, color: theme.text },
    grid: { left: 58, right: 12, top: 10, bottom: 38 },
    tooltip: {
      trigger: 'axis', renderMode: 'richText', confine: true,
      axisPointer: { type: 'line', lineStyle: { color: theme.textWeak, type: 'dotted' } },
      backgroundColor: theme.surface, borderColor: theme.line, textStyle: { color: theme.text, fontSize: 12 },
      formatter: (items) => {
        const [first] = Array.isArray(items) ? items : [items];
        const index = first?.dataIndex ?? 0;
        const value = values[index] ?? null;
        return depth[index] === undefined ? '' : `${depth[index].name}\n${words.figure} ${value === null ? '∞' : words.number(value)}`;
      },
    },
    xAxis: {
      type: 'category', data: depth.map((_, index) => words.column(index)), boundaryGap: true,
      name: words.blockAxis, nameLocation: 'middle', nameGap: 24, nameTextStyle: { color: theme.textWeak },
      axisLabel: { color: theme.textWeak, fontSize: 12, hideOverlap: true }, axisTick: { show: false }, axisLine: { lineStyle: { color: theme.line } },
    },
    yAxis: {
      type: 'value', splitNumber: 3, scale: figure !== 'relativeL2', ...(figure === 'relativeL2' ? { min: 0 } : {}),
      name: words.figure, nameLocation: 'middle', nameGap: 42, nameTextStyle: { color: theme.textWeak },
      axisLabel: { color: theme.textWeak, fontSize: 12, formatter: (value: number) => words.number(value) },
      axisLine: { show: false }, axisTick: { show: false }, splitLine: { lineStyle: { color: theme.line } },
    },
    series: [
      {
        id: 'depth', type: 'line', data: values.map((value) => value ?? '-'), symbol: 'circle',
        symbolSize: (_value: unknown, item: { dataIndex: number }) => (item.dataIndex === selected ? 10 : 6),
        itemStyle: { color: colour }, lineStyle: { color: colour, width: 2, type: isDashed(scheme) ? 'dashed' : 'solid' },
      },
    ],
  };
}
