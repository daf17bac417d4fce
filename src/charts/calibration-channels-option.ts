/** One figure per channel, from the smallest to the largest: how unlike the channels are that share a grid, or would have to. */
import type { EChartsOption } from 'echarts';
import { chartFont } from './chart-theme';
import type { ChartTheme } from './chart-theme';

export interface ChannelsWords {
  /** Title of the y axis. */
  readonly axis: string;
  /** "channel 17" */
  readonly channel: (index: number) => string;
  readonly number: (value: number) => string;
}

/** Channels by their value, each with its index. */
export function channelOrder(values: readonly number[]): { readonly channel: number; readonly value: number }[] {
  return values.map((value, channel) => ({ channel, value })).sort((a, b) => a.value - b.value || a.channel - b.channel);
}

/** @param level a value that all channels share (the common grid), drawn as a line; null for none */
export function channelsOption(values: readonly number[], level: number | null, colour: string, theme: ChartTheme, words: ChannelsWords): EChartsOption {
  const order = channelOrder(values);
  return {
    animation: false,
    backgroundColor: 'transparent',
    textStyle: { fontFamily: chartFont, fontSize: 12, color: theme.text },
    grid: { left: 52, right: 4, top: 20, bottom: 6 },
    tooltip: {
      trigger: 'axis', renderMode: 'richText', confine: true,
      axisPointer: { type: 'line', lineStyle: { color: theme.textWeak, type: 'dotted' }, label: { show: false } },
      backgroundColor: theme.surface, borderColor: theme.line, textStyle: { color: theme.text, fontSize: 12 },
      formatter: (items) => {
        const item = order[(Array.isArray(items) ? items[0] : items)?.dataIndex ?? -1];
        return item === undefined ? '' : `${words.channel(item.channel)}\n${words.number(item.value)}`;
      },
    },
    xAxis: { type: 'value', min: 0, max: Math.max(1, order.length - 1), show: false },
    yAxis: {
      type: 'value', splitNumber: 2, min: Math.min(0, ...values), name: words.axis, nameLocation: 'end', nameGap: 6, nameTextStyle: { color: theme.textWeak, align: 'left', padding: [0, 0, 0, -44] },
      axisLabel: { color: theme.textWeak, fontSize: 12, formatter: (value: number) => words.number(value) },
      axisLine: { show: false }, axisTick: { show: false }, splitLine: { lineStyle: { color: theme.line } },
    },
    series: [{
      id: 'channels', type: 'line', step: 'middle', symbol: 'none', data: order.map(({ value }, place) => [place, value]), lineStyle: { color: colour, width: 1.5 },
      ...(level === null ? {} : { markLine: { silent: true, symbol: 'none', label: { show: false }, lineStyle: { color: theme.schemes.none, type: [2, 3] }, data: [{ yAxis: level }] } }),
    }],
  };
}
