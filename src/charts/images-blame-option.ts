/**
 * How far the FP32 answer is ahead (above zero: it is the answer) when one thing stays unquantised: a bar from the run's own margin to that
 * of all maps of a block, a dot for each head that was tested. Filled dots bring the FP32 answer back.
 */
import type { CustomSeriesOption, EChartsOption } from 'echarts';
import type { Blame } from '../shared/images';
import type { SchemeId } from '../shared/settings';
import { chartFont, type ChartTheme } from './chart-theme';

export interface BlameWords {
  /** Short name of a block under the axis. */
  readonly column: (block: number) => string;
  readonly block: (block: number) => string;
  readonly head: (block: number, head: number) => string;
  readonly margin: string;
  /** Names of the axes: what the columns are, and the margin with its unit. */
  readonly blockAxis: string;
  readonly marginAxis: string;
  /** Names of the two lines: the run as it is, and where the answer turns. */
  readonly asRun: string;
  readonly number: (value: number) => string;
}

export function imagesBlameOption(blame: Blame, scheme: SchemeId, theme: ChartTheme, words: BlameWords): EChartsOption {
  const colour = theme.schemes[scheme];
  const { base, layers, heads } = blame;
  const margins = [0, base.answerMargin, ...layers.map(({ outcome }) => outcome.answerMargin), ...heads.map(({ outcome }) => outcome.answerMargin)];
  const [low, high] = [Math.min(...margins), Math.max(...margins)];
  const air = 0.08 * (high - low) || 1;
  // Heads of a block stand side by side in their order.
  const most = (block: number | null): number => Math.max(1, ...heads.filter((other) => block === null || other.block === block).map(({ head }) => head + 1));
  const step = Math.min(8, 34 / most(null));
  return {
    animation: false,
    backgroundColor: 'transparent',
    textStyle: { fontFamily: chartFont, fontSize: 12, color: theme.text },
    grid: { left: 60, right: 76, top: 14, bottom: 38 },
    tooltip: {
      trigger: 'item', renderMode: 'richText', confine: true,
      backgroundColor: theme.surface, borderColor: theme.line, textStyle: { color: theme.text, fontSize: 12 },
      formatter: (items) => {
        const [item] = Array.isArray(items) ? items : [items];
        const layer = item?.seriesId === 'layers' ? layers[item.dataIndex] : undefined;
        const head = item?.seriesId === 'heads' ? heads[item.dataIndex] : undefined;
        const name = layer !== undefined ? words.block(layer.block) : head !== undefined ? words.head(head.block, head.head) : words.asRun;
        return `${name}\n${words.margin} ${words.number((layer ?? head)?.outcome.answerMargin ?? base.answerMargin)}`;
      },
    },
    xAxis: {
      type: 'category', data: layers.map(({ block }) => words.column(block)),
      name: words.blockAxis, nameLocation: 'middle', nameGap: 24, nameTextStyle: { color: theme.textWeak },
      axisLabel: { color: theme.textWeak, fontSize: 12, hideOverlap: true }, axisTick: { show: false }, axisLine: { show: false },
    },
    yAxis: {
      type: 'value', splitNumber: 3, min: low - air, max: high + air,
      name: words.marginAxis, nameLocation: 'middle', nameGap: 44, nameTextStyle: { color: theme.textWeak },
      axisLabel: { color: theme.textWeak, fontSize: 12, showMinLabel: false, showMaxLabel: false, hideOverlap: true, formatter: (value: number) => words.number(value) },
      axisLine: { show: false }, axisTick: { show: false }, splitLine: { lineStyle: { color: theme.line } },
    },
    series: [
      layerBars(blame, colour),
      {
        id: 'heads', type: 'scatter', symbolSize: most(null) > 8 ? 6 : 8, z: 3,
        data: heads.map(({ block, head, outcome }) => ({
          value: [block, outcome.answerMargin], symbolOffset: [(head - (most(block) - 1) / 2) * step, 0],
          itemStyle: { color: outcome.top5[0] === blame.answer && base.top5[0] !== blame.answer ? colour : theme.surface, borderColor: colour, borderWidth: 2 },
        })),
        markLine: {
          silent: true, symbol: 'none', animation: false,
          data: [
            { yAxis: base.answerMargin, lineStyle: { color: theme.textWeak, type: 'dashed', width: 1 }, label: { formatter: words.asRun, position: 'end', color: theme.textWeak, fontSize: 12 } },
            { yAxis: 0, lineStyle: { color: theme.text, type: 'solid', width: 1 }, label: { show: false } },
          ],
        },
      },
    ],
  };
}

function layerBars({ base, layers }: Blame, colour: string): CustomSeriesOption {
  return {
    id: 'layers', type: 'custom', z: 2, encode: { x: 0, y: 1 },
    data: layers.map(({ outcome }, column) => [column, outcome.answerMargin]),
    renderItem: (_params, api) => {
      const [x = 0, y = 0] = api.coord([api.value(0), api.value(1)]);
      const [, from = 0] = api.coord([api.value(0), base.answerMargin]);
      const size = api.size?.([1, 0]);
      const width = Math.max(4, Math.min(22, (Array.isArray(size) ? size[0] ?? 20 : 20) * 0.55));
      return { type: 'rect', shape: { x: x - width / 2, y: Math.min(y, from), width, height: Math.max(1.5, Math.abs(y - from)) }, style: { fill: colour, opacity: 0.35 } };
    },
  };
}
