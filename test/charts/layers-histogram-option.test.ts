import { describe, expect, it } from 'vitest';
import { lightTheme } from '../../src/charts/chart-theme';
import { barHeight, gridPlaces, histogramBars, histogramOption, powerOfTwo } from '../../src/charts/layers-histogram-option';
import { renderSvg } from '../../src/charts/render-svg';
import type { SiteHistogram } from '../../src/shared/layers';

const linear: SiteHistogram = {
  site: 'blocks.0.attn.qkv', operand: 'input', images: 16, scale: 'linear', min: -2, max: 2, counts: [5, 10, 20, 40, 15, 5, 3, 2], outside: 0, elements: 100,
  grid: [-1, -0.5, 0, 0.5, 1], gridChannel: null, clippedLow: 5, clippedHigh: 2, bits: 4, scheme: null, delta: [0.5], zeroPoint: [2], error: null,
  channelKind: 'channel', channels: 48, worstChannels: [],
};
const words = { value: 'value', clipped: 'clipped', number: (value: number) => value.toFixed(2), percent: (share: number) => `${(share * 100).toFixed(1)} %` };

describe('histogramBars', () => {
  it('are equal steps of the range, with shares of all elements', () => {
    const bars = histogramBars(linear);
    expect(bars.map(({ from, to }) => [from, to])).toEqual([[-2, -1.5], [-1.5, -1], [-1, -0.5], [-0.5, 0], [0, 0.5], [0.5, 1], [1, 1.5], [1.5, 2]]);
    expect(bars.map(({ share }) => share)).toEqual([0.05, 0.1, 0.2, 0.4, 0.15, 0.05, 0.03, 0.02]);
  });

  it('say what lies more than half a step beyond the grid', () => {
    expect(histogramBars(linear).map(({ beyond }) => beyond)).toEqual(['low', null, null, null, null, null, null, 'high']);
  });

  it('clip nothing without a grid', () => {
    expect(histogramBars({ ...linear, grid: [] }).every(({ beyond }) => beyond === null)).toBe(true);
  });

  it('clip only large magnitudes on a log2 scale', () => {
    const bars = histogramBars({ ...linear, scale: 'log2', min: -7.5, max: 0.5, grid: [0, 2 ** -4, 2 ** -3, 2 ** -2] });
    expect(bars.map(({ beyond }) => beyond)).toEqual([null, null, null, null, null, null, 'high', 'high']);
  });
});

describe('gridPlaces', () => {
  it('are values, or exponents without zero', () => {
    expect(gridPlaces(linear)).toEqual(linear.grid);
    expect(gridPlaces({ scale: 'log2', grid: [-0.5, 0, 0.25, 0.5] })).toEqual([-2, -1]);
  });
});

describe('histogramOption', () => {
  it('draws a line for each level and a bar for each bin, as high as its share', () => {
    const { series } = histogramOption(linear, 'linear', lightTheme, words);
    expect(series).toMatchObject([{ id: 'grid', data: linear.grid.map((value) => [value]) }, { id: 'counts' }]);
    const counts = Array.isArray(series) ? series[1] : undefined;
    expect(counts?.data).toEqual(histogramBars(linear).map(({ from, to, share }) => [from, to, share]));
  });

  it('shows one value among many on a log axis', () => {
    expect(barHeight(0.01, 100, 'log')).toBe(1);
    expect(barHeight(1, 100, 'log')).toBe(3);
    expect(barHeight(0, 100, 'log')).toBe(0);
  });

  it('reaches as far as the wider of data and grid', () => {
    const { xAxis } = histogramOption({ ...linear, grid: [-4, 0, 4] }, 'linear', lightTheme, words);
    expect(xAxis).toMatchObject({ min: -4.16, max: 4.16 });
  });

  it('draws clipped bars in their own colour', () => {
    const svg = renderSvg(histogramOption(linear, 'linear', lightTheme, words), { width: 280, height: 160 });
    expect(svg.match(new RegExp(`fill="${lightTheme.positive}"`, 'g'))).toHaveLength(2);
    expect(svg.match(new RegExp(`stroke="${lightTheme.schemes.BitLog2_Single_16}"`, 'g'))).toHaveLength(5);
  });

  it('writes exponents as powers', () => {
    expect(powerOfTwo(-12)).toBe('2⁻¹²');
    const { xAxis } = histogramOption({ ...linear, scale: 'log2', min: -8, max: 0, grid: [0, 0.25] }, 'log', lightTheme, words);
    expect(xAxis).toMatchObject({ minInterval: 1 });
  });
});
