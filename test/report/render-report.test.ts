import { describe, expect, it } from 'vitest';
import { renderReport } from '../../src/report/render-report';
import { board, runRecord } from '../helpers/board-records';
import { datasetRecord, settings } from '../helpers/store-records';
import type { BoardCell, RunRecord } from '../../src/shared/records';

const data = { board: board(), workspace: '/somewhere/default.bitlog2', engine: '1.2.3', created: '2026-01-02T03:04:05.000Z' };

/** Elements of a kind whose attribute has this value. */
function marks(page: string, element: string, attribute: string, value: string): number {
  return page.split(`<${element} `).slice(1).filter((rest) => rest.slice(0, rest.indexOf('>')).includes(`${attribute}="${value}"`)).length;
}

describe('renderReport', () => {
  it('needs nothing from outside and runs no script', () => {
    const page = renderReport(data, datasetRecord('small'));
    expect(page).not.toMatch(/<script|<link|<img|@import|url\((?!#)|href=|src=/i);
    expect(page.match(/https?:\/\/[^"' ]+/g)?.filter((url) => !url.startsWith('http://www.w3.org/')) ?? []).toEqual([]);
    expect(page).toContain("default-src 'none'");
    expect(page).toContain('prefers-color-scheme: dark');
  });

  it('gives each figure with its uncertainty, unit and number of images', () => {
    const page = renderReport(data, datasetRecord('small'));
    for (const text of ['fashion_swin', 'fashion_vit', '88.00', '[86.00, 89.50]', '−2.00 <i class="dot" role', '−7.00 <i class="dot filled"', '[−3.00, −1.00]', '30 / 10', 'of 1,000', '1,000 images', 'seed 0', '4/4', '32/32', '1.2.3', 'reference']) {
      expect(page, text).toContain(text);
    }
  });

  it('draws a dot for every measured cell in its colour, a cross for every published figure and a line for every FP32', () => {
    const svg = renderReport(data).split('<figure>')[1]?.split('</figure>')[0] ?? '';
    for (const variable of ['--fp32', '--sqrt2-17', '--single-17', '--half-17']) expect(marks(svg, 'circle', 'fill', `var(${variable})`) + marks(svg, 'path', 'fill', `var(${variable})`), variable).toBe(2);
    for (const variable of ['--sqrt2-16', '--single-16', '--half-16']) {
      const hollow = svg.split('<').filter((tag) => tag.includes(`stroke="var(${variable})"`) && tag.includes('fill="var(--surface)"'));
      expect(hollow, variable).toHaveLength(2);
    }
    expect(svg.split('<').filter((tag) => tag.startsWith('path') && tag.includes('stroke="var(--text-3)"') && tag.includes('fill="none"'))).toHaveLength(4);
  });

  it('escapes every string', () => {
    const nasty = '<script>alert("x")</script>&\'';
    const evil = board([nasty]);
    const page = renderReport({ ...data, board: evil, workspace: nasty, engine: nasty }, datasetRecord('small', { name: nasty, root: nasty }));
    expect(page).not.toContain('<script');
    expect(page).not.toContain('alert("x")');
    expect(page).toContain('&lt;script&gt;');
  });

  it('says what is partial and what was skipped', () => {
    const partial = board(['tiny']);
    const model = partial.models[0];
    if (model === undefined) throw new Error('no model');
    const cells = partial.cells.map((cell) => (cell.scheme === 'Sqrt2_16' ? { ...cell, run: runRecord(model, 'Sqrt2_16', 80, { state: 'stopped', images: 250, skipped: 3 }) } : cell));
    const page = renderReport({ ...data, board: { ...partial, cells } });
    expect(page).toContain('(stopped, 250 of 1,000)');
    expect(page).toContain('3 skipped');
    expect(page).toContain('250 to 1,000 images');
  });

  it('tells integer runs from reference ones, and whether they are so throughout', () => {
    const [, cell] = data.board.cells;
    const run = cell?.run ?? null;
    if (cell === undefined || run === null) throw new Error('the board has no run');
    const integer = (extra: Partial<RunRecord>): BoardCell => ({ ...cell, arithmetic: 'integer', run: { ...run, settings: { ...settings(cell.scheme), arithmetic: 'integer' }, ...extra } });
    const page = (extra: Partial<RunRecord>): string => renderReport({ ...data, board: { ...data.board, cells: [...data.board.cells, integer(extra)] } });
    expect(page({ exact: true })).toContain('integer, exact</span>');
    expect(page({ exact: false, fallbacks: [{ site: 'patch_embed', reason: 'r' }, { site: 'head', reason: 'r' }] })).toContain('integer, 2 sites in reference arithmetic</span>');
    expect(renderReport(data)).not.toContain('integer, exact');
  });

  it('is a page even without a run', () => {
    expect(renderReport({ ...data, board: { datasetId: null, models: [], columns: [], cells: [] } })).toContain('There is no run');
  });
});
