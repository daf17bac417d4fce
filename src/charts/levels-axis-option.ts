/** One value axis, log2 from 2^-16 to 1: the density of the attention values as an area, and under it one ladder per scheme, its levels as rungs. */
import type { CustomSeriesOption, EChartsOption } from 'echarts';
import { binsPerOctave, densityOctaves } from '../shared/levels';
import type { SchemeId } from '../shared/settings';
import { chartFont, isDashed, type ChartTheme } from './chart-theme';

export interface Ladder {
  readonly scheme: SchemeId;
  /** Values of the codes, ascending; code 0 is zero and has no place on the axis. */
  readonly levels: readonly number[];
  /** What is smaller becomes zero: the least value of code 1. */
  readonly zeroBelow: number;
}

export interface LevelsAxisWords {
  /** Of the density's axis: "% per octave". */
  readonly density: string;
  readonly value: string;
  readonly number: (value: number) => string;
}

/** Pixels: what lies over the chart (cursor, readings) keeps to them. */
export interface AxisLayout {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  /** Height of the area; of the room under it; of one ladder. */
  readonly density: number;
  readonly gap: number;
  readonly row: number;
  readonly bottom: number;
}
export const axisLayout: AxisLayout = { left: 168, right: 232, top: 8, density: 92, gap: 4, row: 22, bottom: 38 };
/** Powers of two at the ends. */
export const axisRange = [-16, 0] as const;

export function levelsAxisHeight(ladders: number, { top, density, gap, row, bottom }: AxisLayout = axisLayout): number {
  return top + density + gap + ladders * row + bottom;
}

/** Place of a value on the axis, 0 to 1; what lies outside stands at its end. */
export function axisPlace(value: number): number {
  const [from, to] = axisRange;
  return value <= 0 ? 0 : Math.min(1, Math.max(0, (Math.log2(value) - from) / (to - from)));
}

/** [log2 of the value, share of all elements per octave in percent], bin by bin within the axis. `bins` as in LevelBlock.density. */
export function densityPoints(bins: readonly number[]): [number, number][] {
  const elements = bins.reduce((sum, count) => sum + count, 0);
  return bins.flatMap((count, bin): [number, number][] => {
    const place = -densityOctaves + (bin - 2 + 0.5) / binsPerOctave;
    return bin < 2 || place < axisRange[0] ? [] : [[place, elements === 0 ? 0 : (100 * count * binsPerOctave) / elements]];
  });
}

/**
 * @param selected its name stands out
 * @param alone without the room at the right for what the page writes there
 * @param layout a tall window has more room for the area and the ladders
 */
export function levelsAxisOption(bins: readonly number[], ladders: readonly Ladder[], selected: SchemeId | null, theme: ChartTheme, words: LevelsAxisWords, alone = false, layout: AxisLayout = axisLayout): EChartsOption {
  const { left, top, density, gap, row } = layout;
  const right = alone ? 24 : layout.right;
  const [min, max] = axisRange;
  const names = ladders.map(({ scheme }) => scheme);
  const xAxis = { type: 'value', min, max, interval: 2, axisTick: { show: false }, axisLine: { lineStyle: { color: theme.line } }, splitLine: { lineStyle: { color: theme.line } } } as const;
  return {
    animation: false,
    backgroundColor: 'transparent',
    textStyle: { fontFamily: chartFont, fontSize: 12, color: theme.text },
    grid: [{ left, right, top, height: density }, { left, right, top: top + density + gap, height: ladders.length * row }],
    xAxis: [
      { ...xAxis, gridIndex: 0, axisLabel: { show: false } },
      {
        ...xAxis, gridIndex: 1, axisLine: { show: false }, name: words.value, nameLocation: 'middle', nameGap: 22, nameTextStyle: { color: theme.textWeak },
        axisLabel: { color: theme.textWeak, formatter: powerName },
      },
    ],
    yAxis: [
      {
        type: 'value', gridIndex: 0, min: 0, splitNumber: 2, name: words.density, nameLocation: 'middle', nameGap: 40, nameTextStyle: { color: theme.textWeak },
        axisLabel: { color: theme.textWeak, formatter: words.number }, axisLine: { show: false }, axisTick: { show: false }, splitLine: { lineStyle: { color: theme.line } },
      },
      {
        type: 'category', gridIndex: 1, inverse: true, data: names, axisLine: { show: false }, axisTick: { show: false },
        axisLabel: {
          interval: 0, margin: 24, formatter: (name: string) => `{${name === selected ? 'on' : 'off'}|${name}}`,
          rich: { on: { color: theme.text, fontWeight: 600, fontSize: 12 }, off: { color: theme.textWeak, fontSize: 12 } },
        },
      },
    ],
    series: [
      {
        type: 'line', name: words.density, xAxisIndex: 0, yAxisIndex: 0, data: densityPoints(bins), symbol: 'none', silent: true,
        lineStyle: { color: theme.textWeak, width: 1.5 }, areaStyle: { color: theme.textWeak, opacity: 0.28 },
      },
      rungs(ladders, theme, row / 2 - 4),
    ],
  };
}

/** A line from where values stop being zero up to 1, the rungs on it, `reach` pixels up and down, and a 0 at its left: each scheme in its colour, `_16` dashed. */
function rungs(ladders: readonly Ladder[], theme: ChartTheme, reach: number): CustomSeriesOption {
  const [min] = axisRange;
  return {
    type: 'custom', name: 'levels', xAxisIndex: 1, yAxisIndex: 1, silent: true, encode: { x: 0, y: 1 },
    data: ladders.flatMap(({ levels }, row) => levels.flatMap((level, code) => (code === 0 ? [[min, row, 0]] : [[Math.max(min, Math.log2(level)), row, code]]))),
    renderItem: (_params, api) => {
      const row = Number(api.value(1));
      const ladder = ladders[row];
      if (ladder === undefined) return { type: 'group', children: [] };
      const [x = 0, y = 0] = api.coord([api.value(0), row]);
      const stroke = theme.schemes[ladder.scheme];
      if (Number(api.value(2)) > 0) return { type: 'line', shape: { x1: x, y1: y - reach, x2: x, y2: y + reach }, style: { fill: 'none', stroke, lineWidth: 2, ...(isDashed(ladder.scheme) ? { lineDash: [4, 2] } : {}) } };
      const [from = 0] = api.coord([Math.max(min, Math.log2(ladder.zeroBelow)), row]);
      const [to = 0] = api.coord([axisRange[1], row]);
      return {
        type: 'group',
        children: [
          { type: 'line', shape: { x1: from, y1: y, x2: to, y2: y }, style: { fill: 'none', stroke, lineWidth: 1, opacity: 0.55 } },
          { type: 'text', style: { x: x - 8, y, text: '0', fill: theme.textWeak, font: `12px ${chartFont}`, align: 'right', verticalAlign: 'middle' } },
        ],
      };
    },
  };
}

/** -3 as "2⁻³", 0 as "1". */
export function powerName(power: number): string {
  return power === 0 ? '1' : `2${power < 0 ? '⁻' : ''}${String(Math.abs(power)).replaceAll(/\d/g, (digit) => '⁰¹²³⁴⁵⁶⁷⁸⁹'.charAt(Number(digit)))}`;
}
