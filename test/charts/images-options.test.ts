/** The two charts of an image: what is drawn where, and what is said about it. */
import { describe, expect, it } from 'vitest';
import { imagesBlameOption } from '../../src/charts/images-blame-option';
import { depthFigures, imagesDepthOption } from '../../src/charts/images-depth-option';
import { lightTheme } from '../../src/charts/chart-theme';
import { renderSvg } from '../../src/charts/render-svg';
import type { Blame, BypassOutcome } from '../../src/shared/images';

const depth = [0, 1, 2].map((index) => ({ name: index === 2 ? 'logits' : `blocks.${index}.attn`, error: { sqnrDb: index === 0 ? null : 20 - index, relativeL2: index * 0.25, cosine: 1 - index / 10 } }));
const words = { figure: 'rel. L2', blockAxis: 'block', column: (index: number) => ['0', '1', 'logits'][index] ?? '', number: (value: number) => value.toFixed(2) };

describe('drift by block', () => {
  it.each(depthFigures)('draws %s of every block and of the logits, names them, and marks the chosen one', (figure) => {
    const option = imagesDepthOption(depth, figure, 1, 'Sqrt2_16', lightTheme, words);
    const [series] = Array.isArray(option.series) ? option.series : [];
    // Without any error there is no SQNR: a gap, not a zero.
    expect(series).toMatchObject({ data: depth.map(({ error }) => error[figure] ?? '-'), lineStyle: { type: 'dashed', color: lightTheme.schemes.Sqrt2_16 } });
    expect(option.xAxis).toMatchObject({ data: ['0', '1', 'logits'] });
    const size = (series as { symbolSize: (value: unknown, item: { dataIndex: number }) => number }).symbolSize;
    expect([0, 1, 2].map((dataIndex) => size(null, { dataIndex }))).toEqual([6, 10, 6]);
    const svg = renderSvg(option, { width: 400, height: 140 });
    for (const name of ['logits', '>0<', '>1<']) expect(svg).toContain(name);
  });
});

describe('margin with one thing unquantised', () => {
  const outcome = (best: number, answerMargin: number): BypassOutcome => ({ top5: [best], margin: 1, answerMargin });
  const blame: Blame = {
    runId: 'r', image: 4, arithmetic: 'reference', exact: true, answer: 3, fp32Margin: 2, base: outcome(5, -1), everyMap: outcome(3, 1),
    layers: [{ block: 0, outcome: outcome(5, -0.5) }, { block: 1, outcome: outcome(3, 0.5) }],
    heads: [{ block: 1, head: 1, outcome: outcome(3, 0.25) }, { block: 0, head: 0, outcome: outcome(5, -1.5) }],
  };
  const says = { column: String, block: (block: number) => `block ${block}`, head: (block: number, head: number) => `head ${head} of block ${block}`, margin: 'margin', blockAxis: 'block', marginAxis: 'margin, logits', asRun: 'as run', number: (value: number) => value.toFixed(2) };
  const option = imagesBlameOption(blame, 'Sqrt2_17', lightTheme, says);
  const series = Array.isArray(option.series) ? option.series : [];

  it('has a bar per block, a dot per head in its block, filled where it brings the answer back', () => {
    expect(series.map(({ id }) => id)).toEqual(['layers', 'heads']);
    expect(series[0]).toMatchObject({ data: [[0, -0.5], [1, 0.5]] });
    expect(series[1]).toMatchObject({ data: [
      { value: [1, 0.25], itemStyle: { color: lightTheme.schemes.Sqrt2_17 } },
      { value: [0, -1.5], itemStyle: { color: lightTheme.surface, borderColor: lightTheme.schemes.Sqrt2_17 } },
    ] });
  });

  it('shows the run itself and the line where the answer turns, with room above and below', () => {
    expect(series[1]).toMatchObject({ markLine: { data: [{ yAxis: -1, label: { formatter: 'as run' } }, { yAxis: 0 }] } });
    const { min, max } = option.yAxis as { min: number; max: number };
    expect(min).toBeLessThan(-1.5);
    expect(max).toBeGreaterThan(0.5);
    const svg = renderSvg(option, { width: 400, height: 150 });
    expect(svg).toContain('as run');
    expect(svg.match(/<path[^>]*fill-opacity="0.35"|opacity="0.35"/g)?.length ?? 0).toBeGreaterThanOrEqual(2);
  });

  it('says which block or head a mark is', () => {
    const { formatter } = option.tooltip as { formatter: (item: unknown) => string };
    expect(formatter({ seriesId: 'layers', dataIndex: 1 })).toBe('block 1\nmargin 0.50');
    expect(formatter({ seriesId: 'heads', dataIndex: 0 })).toBe('head 1 of block 1\nmargin 0.25');
  });
});
