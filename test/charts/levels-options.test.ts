import { describe, expect, it } from 'vitest';
import { darkTheme, lightTheme } from '../../src/charts/chart-theme';
import { axisPlace, densityPoints, levelsAxisHeight, levelsAxisOption, powerName } from '../../src/charts/levels-axis-option';
import { levelBarsOption } from '../../src/charts/levels-bars-option';
import { renderSvg } from '../../src/charts/render-svg';
import { densityBins } from '../../src/shared/levels';

const words = { density: '% per octave', value: 'attention value', number: (value: number) => value.toFixed(0) };
const bins = (filled: Readonly<Record<number, number>>): number[] => Array.from({ length: densityBins }, (_, bin) => filled[bin] ?? 0);

describe('densityPoints', () => {
  it('gives the share of all elements per octave, bins of an eighth each, from 2^-16 on', () => {
    const points = densityPoints(bins({ 0: 50, 1: 10, 2: 20, [densityBins - 1]: 10, [2 + 8 * 8]: 10 }));
    expect(points).toHaveLength(16 * 8);
    expect(points[0]).toEqual([-16 + 1 / 16, 80]);
    expect(points.at(-1)).toEqual([-1 / 16, 80]);
    expect(densityPoints(bins({})).every(([, share]) => share === 0)).toBe(true);
  });
});

describe('levelsAxisOption', () => {
  const ladders = [{ scheme: 'Sqrt2_16', levels: [0, 0.125, 0.25], zeroBelow: 0.1 }, { scheme: 'BitLog2_Half_17', levels: [0, 2 ** -20, 0.5, 1], zeroBelow: 2 ** -9 }] as const;
  const option = levelsAxisOption(bins({ 100: 4 }), ladders, 'BitLog2_Half_17', darkTheme, words);

  it('puts every level on its ladder at its logarithm, and a zero at the left of each', () => {
    const series = Array.isArray(option.series) ? option.series : [];
    expect(series[1]?.data).toEqual([[-16, 0, 0], [-3, 0, 1], [-2, 0, 2], [-16, 1, 0], [-16, 1, 1], [-1, 1, 2], [0, 1, 3]]);
    expect(series[0]?.data).toEqual(densityPoints(bins({ 100: 4 })));
  });

  it('is drawn in the colours of the schemes, dashed for _16, without anything that listens', () => {
    const svg = renderSvg(option, { width: 900, height: levelsAxisHeight(2) });
    expect(svg.match(/stroke="#56b4e9"[^>]*stroke-dasharray|stroke-dasharray="4,2"[^>]*stroke="#56b4e9"/g) ?? []).toHaveLength(2);
    expect(svg).toContain(darkTheme.schemes.BitLog2_Half_17);
    for (const text of ['BitLog2_Half_17', '2⁻¹⁶', 'attention value', '% per octave']) expect(svg).toContain(text);
    expect(option.tooltip).toBeUndefined();
  });

  it('keeps values outside the axis at its ends', () => {
    expect([0, 2 ** -20, 2 ** -16, 2 ** -8, 1, 2].map(axisPlace)).toEqual([0, 0, 0, 0.5, 1, 1]);
    expect([-16, -1, 0].map(powerName)).toEqual(['2⁻¹⁶', '2⁻¹', '1']);
  });
});

describe('levelBarsOption', () => {
  const rows = [{ name: 'blocks.0', dead: 3, zero: 0.25, saturated: 0.01, error: 0.75 }, { name: 'blocks.1', dead: 0, zero: null, saturated: 0, error: null }];
  const barWords = { columns: { dead: 'dead codes', zero: 'zeros', saturated: 'top code', error: 'error' }, share: (value: number) => `${100 * value} %`, count: String };
  const option = levelBarsOption(rows, 17, 'Sqrt2_17', 20, lightTheme, barWords);

  it('has one column per figure, in rows of the given height', () => {
    expect(option.series).toMatchObject([{ id: 'dead', data: [3, 0] }, { id: 'zero', data: [0.25, 0] }, { id: 'saturated', data: [0.01, 0] }, { id: 'error', data: [0.75, 0] }]);
    expect(option.grid).toMatchObject(Array.from({ length: 4 }, () => ({ top: 0, height: 40 })));
    expect(option.xAxis).toMatchObject([{ max: 17 }, { max: 1 }, { max: 1 }, { max: 1 }]);
  });

  it('writes each figure, and a dash where it is not known', () => {
    const svg = renderSvg(option, { width: 480, height: 40 });
    for (const text of ['>3<', '>25 %<', '>75 %<', '>–<']) expect(svg).toContain(text);
    expect(svg).not.toContain('dead codes');
    const alone = renderSvg(levelBarsOption(rows, 17, 'Sqrt2_17', 20, lightTheme, barWords, true), { width: 760, height: 68 });
    for (const text of ['dead codes', 'top code', 'blocks.1']) expect(alone).toContain(text);
  });
});
