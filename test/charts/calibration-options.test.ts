/** The charts of the calibration page: what is drawn where, that every draw and every channel is there, and what is said about it. */
import { describe, expect, it } from 'vitest';
import { accuracyHeight, accuracyOption } from '../../src/charts/calibration-accuracy-option';
import { channelOrder, channelsOption } from '../../src/charts/calibration-channels-option';
import { drawStripsOption, stripDots } from '../../src/charts/calibration-draws-option';
import { moversHeight, moversOption, pile, type MoverRow } from '../../src/charts/calibration-movers-option';
import { darkTheme, lightTheme } from '../../src/charts/chart-theme';
import { renderSvg } from '../../src/charts/render-svg';

const number = (value: number): string => value.toFixed(2);

/** An option's series by id. */
function seriesOf(option: { readonly series?: unknown }): Map<string, { readonly data: readonly unknown[] }> {
  const list = Array.isArray(option.series) ? (option.series as { id: string; data: readonly unknown[] }[]) : [];
  return new Map(list.map((series) => [series.id, series]));
}

describe('strips over draws', () => {
  const columns = [
    { site: 'a', name: 'a, input', heading: '0', values: [1, -2, null] },
    { site: 'a', name: 'a, weight', heading: null, values: [0, 0, 0] },
    { site: 'b', name: 'b, q', heading: '1', values: [3, 0.5, -4] },
  ];
  const words = { axis: 'percent of the median', number, draws: ['seed 0', 'seed 1', 'seed 2'] };
  const option = drawStripsOption(columns, { own: 1, selected: 'b', colour: '#123456' }, lightTheme, words);

  it('has a dot for each value of each draw, the run apart from the others', () => {
    const series = seriesOf(option);
    expect(series.get('own')?.data).toEqual([[0, -2], [1, 0], [2, 0.5]]);
    expect(series.get('others')?.data).toEqual([[0, 1], [1, 0], [1, 0], [2, 3], [2, -4]]);
    expect(series.get('spans')?.data).toEqual([[0, -2, 1], [1, 0, 0], [2, -4, 3]]);
    expect(series.get('selected')?.data).toEqual([[2, 0]]);
    // What was clicked on leads back to its column and its draw.
    expect(stripDots(columns, (draw) => draw !== 1)[4]).toEqual({ column: 2, value: -4, draw: 2 });
  });

  it('is symmetric about the median, names blocks where they begin, and renders', () => {
    expect(option.yAxis).toMatchObject({ min: -4.2, max: 4.2, name: 'percent of the median' });
    const svg = renderSvg(option, { width: 700, height: 190 });
    for (const name of ['>0<', '>1<', 'percent of the median']) expect(svg).toContain(name);
    expect(svg.match(/#123456/g)?.length).toBe(3);
    expect(() => renderSvg(drawStripsOption([], { own: -1, selected: null, colour: '#000000' }, darkTheme, words), { width: 300, height: 190 })).not.toThrow();
  });
});

describe('accuracy over draws', () => {
  const rows = [
    { name: 'seed 0', top1: 87.4, ci95: [85.2, 89.3] as const, own: true, complete: true },
    { name: 'seed 1', top1: 88, ci95: [86, 90] as const, own: false, complete: false },
  ];
  const option = accuracyOption(rows, 91, '#abcdef', lightTheme, { axis: 'top-1, %', baseline: 'FP32', number });

  it('shows every interval, and the baseline within the axis', () => {
    expect(seriesOf(option).get('draws')?.data).toEqual([[87.4, 0, 85.2, 89.3], [88, 1, 86, 90]]);
    const { min, max } = option.xAxis as { min: number; max: number };
    expect(min).toBeLessThan(85.2);
    expect(max).toBeGreaterThan(91);
    const svg = renderSvg(option, { width: 600, height: accuracyHeight(2) });
    for (const text of ['seed 0', 'seed 1', '87.40', '88.00', 'top-1, %', '#abcdef']) expect(svg).toContain(text);
  });

  it('does without a baseline, and never leaves 0 to 100', () => {
    const edge = accuracyOption([{ name: 'x', top1: 100, ci95: [99, 100], own: true, complete: true }], null, '#abcdef', lightTheme, { axis: 'a', baseline: 'FP32', number });
    expect(edge.xAxis).toMatchObject({ max: 100 });
    expect([...seriesOf(edge).keys()]).toEqual(['draws']);
  });
});

describe('what moves top-1', () => {
  const rows: MoverRow[] = [
    { kind: 'interval', name: 'Difference', text: '-0.3 [-2, 1]', point: -0.3, low: -2, high: 1, strong: true },
    { kind: 'unknown', name: 'Draws', text: 'not tried' },
    { kind: 'points', name: 'Rounding', text: '-0.1 to 0.1', points: [-0.1, 0, 0, 0, 0.1] },
  ];
  const words = { axis: 'points', number };
  const option = moversOption(rows, '#abcdef', lightTheme, words, { nameWidth: 120, textWidth: 120 });

  it('has a bar per interval, a dot per try, and zero in sight', () => {
    expect(seriesOf(option).get('intervals')?.data).toEqual([[-0.3, 0, -2, 1]]);
    expect(seriesOf(option).get('tries')?.data).toHaveLength(5);
    const svg = renderSvg(option, { width: 600, height: moversHeight(3) });
    for (const text of ['Difference', 'not tried', 'Rounding', '-0.1 to 0.1', 'points']) expect(svg).toContain(text);
    const one = moversOption([{ kind: 'interval', name: 'a', text: '', point: 3, low: 2, high: 4, strong: false }], '#abcdef', lightTheme, words, { nameWidth: 100, textWidth: 12 });
    expect((one.xAxis as { min: number }).min).toBeLessThan(0);
  });

  it('piles equal tries, so that they can be counted', () => {
    expect(pile([1, 1, 2, 1])).toEqual([{ value: 1, height: 0 }, { value: 1, height: 1 }, { value: 2, height: 0 }, { value: 1, height: -1 }]);
    expect(Math.max(...pile(Array.from({ length: 40 }, () => 0)).map(({ height }) => Math.abs(height)))).toBe(2);
  });
});

describe('channels', () => {
  it('stand from the smallest to the largest, each with its index, and the shared grid as a line', () => {
    expect(channelOrder([3, 1, 2, 1])).toEqual([{ channel: 1, value: 1 }, { channel: 3, value: 1 }, { channel: 2, value: 2 }, { channel: 0, value: 3 }]);
    const option = channelsOption([3, 1, 2], 1, '#abcdef', lightTheme, { axis: 'r', channel: (index) => `channel ${index}`, number });
    expect(seriesOf(option).get('channels')?.data).toEqual([[0, 1], [1, 2], [2, 3]]);
    const svg = renderSvg(option, { width: 280, height: 104 });
    expect(svg).toContain('#abcdef');
    expect(svg).toContain('>r<');
  });
});
