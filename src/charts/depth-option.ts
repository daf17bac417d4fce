/** How far the quantised network has drifted from FP32 at the input of each block, and at the logits, for one image. */
import type { EChartsOption } from 'echarts';
import type { AttentionView } from '../shared/attention';
import type { SchemeId } from '../shared/settings';
import { chartFont, isDashed } from './chart-theme';
import type { ChartTheme } from './chart-theme';

export interface DepthWords {
  readonly relativeL2: string;
  readonly logits: string;
  /** Numbers in the language of the page. */
  readonly number: (value: number) => string;
}

/** Pixels left of the first block: the head names of the table underneath stand in the same column. */
export const depthLeft = 56;

/**
 * One column per block and one for the logits, so that a table with the same columns can stand under it.
 * @param selected index of the block that is looked at
 * @param alone with the names of blocks and figure, for a picture that stands by itself
 */
export function depthOption(depth: AttentionView['depthError'], selected: number, scheme: SchemeId, theme: ChartTheme, words: DepthWords, alone = false): EChartsOption {
  const colour = theme.schemes[scheme];
  const name = (index: number): string => (index === depth.length - 1 ? words.logits : depth[index]?.name ?? '');
  return {
    animation: false,
    backgroundColor: 'transparent',
    textStyle: { fontFamily: chartFont, fontSize: 12, color: theme.text },
    grid: { left: depthLeft, right: alone ? 12 : 0, top: 10, bottom: alone ? 22 : 4 },
    tooltip: {
      trigger: 'axis', renderMode: 'richText', confine: true,
      axisPointer: { type: 'line', lineStyle: { color: theme.textWeak, type: 'dotted' } },
      backgroundColor: theme.surface, borderColor: theme.line, textStyle: { color: theme.text, fontSize: 12 },
      formatter: (items) => {
        const [first] = Array.isArray(items) ? items : [items];
        const index = first?.dataIndex ?? 0;
        const error = depth[index]?.error;
        return error === undefined ? '' : `${name(index)}\n${words.relativeL2} ${words.number(error.relativeL2)}`;
      },
    },
    xAxis: {
      type: 'category', data: depth.map((_, index) => name(index)), boundaryGap: true,
      axisLabel: { show: alone, color: theme.textWeak, fontSize: 12, hideOverlap: true }, axisTick: { show: false }, axisLine: { lineStyle: { color: theme.line } },
    },
    yAxis: {
      type: 'value', min: 0, splitNumber: 2, ...(alone ? { name: words.relativeL2, nameLocation: 'middle' as const, nameGap: 36, nameTextStyle: { color: theme.textWeak } } : {}),
      axisLabel: { color: theme.textWeak, fontSize: 12, formatter: (value: number) => words.number(value) },
      axisLine: { show: false }, axisTick: { show: false }, splitLine: { lineStyle: { color: theme.line } },
    },
    series: [
      {
        type: 'line', data: depth.map(({ error }) => error.relativeL2), symbol: 'circle',
        symbolSize: (_value: unknown, item: { dataIndex: number }) => (item.dataIndex === selected ? 9 : 5),
        itemStyle: { color: colour }, lineStyle: { color: colour, width: 2, type: isDashed(scheme) ? 'dashed' : 'solid' },
      },
    ],
  };
}
