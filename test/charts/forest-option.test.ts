import { describe, expect, it } from 'vitest';
import { chartFont, darkTheme, isDashed, lightTheme, themeVariables, variableTheme } from '../../src/charts/chart-theme';
import { englishForestWords, forestHeight, forestOption, forestRows } from '../../src/charts/forest-option';
import { renderSvg } from '../../src/charts/render-svg';
import { schemeIds } from '../../src/shared/settings';
import { board } from '../helpers/board-records';

/** Centres of drawn circles with their fill, read off the picture. ECharts draws a circle as a circle or as an arc path. */
function circles(svg: string): { readonly x: number; readonly y: number; readonly fill: string }[] {
  return [...svg.matchAll(/<circle cx="([\d.]+)" cy="([\d.]+)" r="5"[^>]*? fill="([^"]+)"/g)].map(([, x, y, fill]) => ({ x: Number(x), y: Number(y), fill: fill ?? '' }));
}

describe('forestRows', () => {
  it('puts FP32 first and the schemes in the order of every table, models apart', () => {
    const rows = forestRows(board(['one', 'two']));
    expect(rows.map((row) => (row.kind === 'cell' ? row.scheme : row.kind))).toEqual([
      'model', 'none', ...schemeIds.slice(0, 6), 'gap', 'model', 'none', ...schemeIds.slice(0, 6),
    ]);
  });

  it('leaves out models without a figure, keeps published ones', () => {
    const full = board(['one', 'two']);
    const empty = { ...full, cells: full.cells.map((cell) => ({ ...cell, run: null, paired: null, published: cell.modelId === 'm1' ? cell.published : null })) };
    expect(forestRows(empty).map((row) => row.model.name)).toEqual(['two', 'two', 'two']);
    expect(forestRows({ ...full, cells: [] })).toEqual([]);
  });
});

describe('forestOption', () => {
  const size = { width: 900, height: forestHeight(board(['one', 'two'])) };

  it('draws each dot where its figure is: left to right by top-1, top to bottom by row', () => {
    const dots = circles(renderSvg(forestOption(board(['one', 'two']), lightTheme), size));
    expect(dots).toHaveLength(14);
    expect(dots.map((dot) => dot.y)).toEqual([...dots.map((dot) => dot.y)].sort((a, b) => a - b));
    // 90, 88, 87, ... for the first model: equal steps of top-1 are equal steps in pixels.
    const [fp32, first, second, third] = dots;
    if (fp32 === undefined || first === undefined || second === undefined || third === undefined) throw new Error('no dots');
    expect(fp32.x - first.x).toBeCloseTo(2 * (first.x - second.x), 0);
    expect(first.x - second.x).toBeCloseTo(second.x - third.x, 0);
    expect(dots.slice(0, 7).map((dot) => dot.fill)).toEqual(
      (['none', ...schemeIds.slice(0, 6)] as const).map((id) => (isDashed(id) ? lightTheme.surface : lightTheme.schemes[id])),
    );
  });

  it('stays inside 0 to 100 and has a picture for an empty board', () => {
    const full = board(['one']);
    const extreme = { ...full, cells: full.cells.map((cell) => (cell.run === null ? cell : { ...cell, run: { ...cell.run, top1: 100, top1Ci95: [99.6, 100] as [number, number] } })) };
    expect(forestOption(extreme, lightTheme).xAxis).toMatchObject({ max: 100 });
    expect(renderSvg(forestOption({ ...full, cells: [] }, lightTheme), { width: 300, height: 80 })).toContain('<svg');
  });

  it('draws integer runs as squares under their reference row, named in the words it is given', () => {
    const full = board(['one']);
    const integer = full.cells.filter((cell) => cell.scheme === 'Sqrt2_17').map((cell) => ({ ...cell, arithmetic: 'integer' }));
    const both = { ...full, cells: [...full.cells, ...integer] };
    expect(forestRows(both).map((row) => (row.kind === 'cell' ? `${row.scheme} ${row.arithmetic}` : row.kind)).slice(2, 6)).toEqual(['Sqrt2_16 reference', 'Sqrt2_17 reference', 'Sqrt2_17 integer', 'BitLog2_Single_16 reference']);
    const svg = renderSvg(forestOption(both, lightTheme, { ...englishForestWords, integer: '정수', published: '발표값' }), size);
    expect(svg).toContain('Sqrt2_17 · 정수');
    expect(circles(svg)).toHaveLength(7);
    expect(renderSvg(forestOption({ ...full, cells: full.cells.map((cell) => ({ ...cell, run: null })) }, lightTheme, { ...englishForestWords, published: '발표값' }), size)).toContain('발표값 91');
  });

  it('names nobody’s markup', () => {
    const svg = renderSvg(forestOption(board(['{model|x}<b>']), lightTheme), size);
    expect(svg).not.toContain('<b>');
  });
});

describe('chart theme', () => {
  /** WCAG relative luminance contrast. */
  function contrast(a: string, b: string): number {
    const luminance = (hex: string): number => {
      const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
        const channel = parseInt(hex.slice(at, at + 2), 16) / 255;
        return channel <= 0.03928 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4;
      });
      return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
    };
    const [low = 0, high = 0] = [luminance(a), luminance(b)].sort((x, y) => x - y);
    return (high + 0.05) / (low + 0.05);
  }

  it.each([['light', lightTheme], ['dark', darkTheme]])('%s: marks at least 3:1, text at least 4.5:1 against the surface', (_name, theme) => {
    for (const id of schemeIds) expect(contrast(theme.schemes[id], theme.surface), id).toBeGreaterThanOrEqual(3);
    expect(contrast(theme.text, theme.surface)).toBeGreaterThanOrEqual(4.5);
    expect(contrast(theme.textWeak, theme.surface)).toBeGreaterThanOrEqual(4.5);
  });

  it('sets every variable that the variable theme uses', () => {
    const used = [variableTheme.text, variableTheme.textWeak, variableTheme.line, variableTheme.surface, variableTheme.negative, variableTheme.positive, ...Object.values(variableTheme.schemes)];
    for (const use of used) expect(themeVariables(lightTheme)).toContain(`${use.slice('var('.length, -1)}: #`);
    expect(chartFont).toContain('system-ui');
  });
});
