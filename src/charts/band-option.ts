/** How certain an accuracy became: top-1 as a line over the images so far, its 95 % interval as a band that narrows, FP32 or another run as a level. */
import type { CustomSeriesOption, EChartsOption } from 'echarts';
import type { Band } from '../shared/records';
import type { SchemeId } from '../shared/settings';
import { chartFont, type ChartTheme } from './chart-theme';

export interface BandWords {
  /** With its unit: "Top-1, %". */
  readonly axis: string;
  readonly images: (count: number) => string;
  readonly percent: (value: number) => string;
}

/** @param baseline top-1 of what the run is held against, null for none */
export function bandOption({ points, total }: Band, scheme: SchemeId, baseline: number | null, theme: ChartTheme, words: BandWords): EChartsOption {
  const colour = theme.schemes[scheme];
  // The first few images say nothing but "anything": they would flatten everything after them.
  const shown = points.filter(({ images }) => images >= 10 || points.length < 10);
  const last = shown.at(-1);
  const edge = shown[Math.floor(shown.length / 10)] ?? last;
  const around = [...(edge === undefined ? [] : edge.ci95), ...(last === undefined ? [] : last.ci95), ...(baseline === null ? [] : [baseline])];
  const low = around.length === 0 ? 0 : Math.max(0, Math.floor(Math.min(...around) - 1));
  const high = around.length === 0 ? 100 : Math.min(100, Math.ceil(Math.max(...around) + 1));
  const axis = { axisLabel: { color: theme.textWeak, fontSize: 12 }, axisTick: { show: false }, splitLine: { lineStyle: { color: theme.line } } };
  return {
    animation: false,
    backgroundColor: 'transparent',
    textStyle: { fontFamily: chartFont, fontSize: 12, color: theme.text },
    grid: { left: 34, right: 8, top: 22, bottom: 22 },
    tooltip: {
      trigger: 'axis', renderMode: 'richText', confine: true, backgroundColor: theme.surface, borderColor: theme.line, textStyle: { color: theme.text, fontSize: 12 },
      axisPointer: { type: 'line', lineStyle: { color: theme.textWeak, type: 'dotted' } },
      formatter: (items) => {
        const [first] = Array.isArray(items) ? items : [items];
        const point = shown[first?.dataIndex ?? -1];
        return point === undefined ? '' : `${words.images(point.images)}\n${words.percent(point.top1)} % [${words.percent(point.ci95[0])}, ${words.percent(point.ci95[1])}]`;
      },
    },
    xAxis: { ...axis, type: 'value', min: 0, max: total, splitNumber: 3, splitLine: { show: false }, axisLine: { lineStyle: { color: theme.line } }, axisLabel: { ...axis.axisLabel, hideOverlap: true, showMinLabel: false } },
    yAxis: {
      ...axis, type: 'value', min: low, max: high, splitNumber: 3, axisLine: { show: false },
      name: words.axis, nameLocation: 'end', nameGap: 8, nameTextStyle: { color: theme.textWeak, align: 'left', padding: [0, 0, 0, -28] },
      // The ends are where the figures are, not round numbers: their labels would lie on others.
      axisLabel: { ...axis.axisLabel, showMinLabel: false, showMaxLabel: false },
    },
    series: [
      {
        type: 'line', id: 'top1', name: words.axis, data: shown.map(({ images, top1 }) => [images, top1]), symbol: 'none', clip: true, z: 3,
        itemStyle: { color: colour }, lineStyle: { color: colour, width: 2 },
        ...(baseline === null ? {} : { markLine: { silent: true, symbol: 'none', label: { show: false }, lineStyle: { color: theme.schemes.none, type: 'dashed', width: 1 }, data: [{ yAxis: baseline }] } }),
      },
      bandSeries(shown, colour),
    ],
  };
}

function bandSeries(points: Band['points'], colour: string): CustomSeriesOption {
  return {
    type: 'custom', id: 'band', silent: true, clip: true, z: 2, data: points.length === 0 ? [] : [[points.at(-1)?.images ?? 0, points.at(-1)?.top1 ?? 0]],
    renderItem: (_params, api) => {
      const low = points.map(({ images, ci95 }) => api.coord([images, ci95[0]]));
      const high = points.map(({ images, ci95 }) => api.coord([images, ci95[1]])).reverse();
      return { type: 'polygon', shape: { points: [...low, ...high] }, style: { fill: colour, stroke: 'none', opacity: 0.2 } };
    },
  };
}
