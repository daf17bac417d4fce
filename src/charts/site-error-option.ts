/** Errors of a run's sites in network order, for a page that nobody hovers over: local as a bar, cumulative as a line. */
import type { EChartsOption } from 'echarts';
import type { SiteErrors } from '../shared/layers';
import type { SchemeId } from '../shared/settings';
import { chartFont, type ChartTheme } from './chart-theme';

export interface SiteErrorWords {
  readonly local: string;
  readonly cumulative: string;
  readonly axis: string;
}

export const englishSiteErrorWords: SiteErrorWords = { local: 'this site alone', cumulative: 'everything before it too', axis: 'relative L2 of the site’s output' };

/** One place per site, named only at the first site of a block: a network has a hundred of them. */
export function siteErrorOption({ sites }: SiteErrors, scheme: SchemeId, theme: ChartTheme, words: SiteErrorWords = englishSiteErrorWords): EChartsOption {
  const first = sites.map(({ block }, at) => block !== null && block !== sites[at - 1]?.block);
  const axis = { axisLine: { lineStyle: { color: theme.line } }, axisTick: { show: false }, axisLabel: { color: theme.textWeak, fontSize: 12 } };
  return {
    animation: false,
    backgroundColor: 'transparent',
    textStyle: { fontFamily: chartFont, fontSize: 12, color: theme.text },
    legend: { show: true, top: 0, right: 0, itemWidth: 16, itemHeight: 8, textStyle: { color: theme.text }, data: [words.local, words.cumulative] },
    grid: { left: 52, right: 12, top: 28, bottom: 24 },
    xAxis: { ...axis, type: 'category', data: sites.map(({ site }) => site), axisLabel: { ...axis.axisLabel, interval: (at: number) => first[at] === true, formatter: (_name: string, at: number) => String(sites[at]?.block ?? '') } },
    yAxis: { ...axis, type: 'value', min: 0, name: words.axis, nameLocation: 'end', nameGap: 8, nameTextStyle: { color: theme.textWeak, align: 'left', padding: [0, 0, 0, -44] }, splitNumber: 4, splitLine: { lineStyle: { color: theme.line } } },
    series: [
      { type: 'bar', name: words.local, data: sites.map(({ local }) => local?.relativeL2 ?? null), itemStyle: { color: theme.schemes[scheme] }, barMaxWidth: 10 },
      { type: 'line', name: words.cumulative, data: sites.map(({ cumulative }) => cumulative.relativeL2), symbol: 'none', itemStyle: { color: theme.text }, lineStyle: { color: theme.text, width: 1.5 } },
    ],
  };
}
