import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Blame, BypassOutcome } from '../../../src/shared/images';
import { tableToCsv } from '../../../src/renderer/src/export-table';
import { missingPages, noPages, pageSize, pagesOf, positionOf, rowAt, withPage } from '../../../src/renderer/src/images/flip-pages';
import { blameTable, divergenceTable, flipsTable } from '../../../src/renderer/src/images/flips-table';
import { assignSlots, gridLayout, stepOnCards } from '../../../src/renderer/src/images/grid-layout';
import { headsTested, restores, verdictOf } from '../../../src/renderer/src/images/verdict';
import { swin, vit } from '../fixture-data';
import { blameOf, divergenceOf, flipRow } from '../fixture-images';

describe('pages of a long list', () => {
  it('have a row at every position once they arrived in any order, and lack none then', () => {
    fc.assert(fc.property(fc.integer({ min: 0, max: 5 * pageSize }), fc.array(fc.nat(4), { maxLength: 12 }), (total, order) => {
      const rows = Array.from({ length: total }, (_, index) => flipRow(index));
      let pages = { ...noPages, total };
      for (const page of order) if (page * pageSize < total) pages = withPage(pages, page, rows.slice(page * pageSize, (page + 1) * pageSize));
      for (const page of missingPages(pages, 0, total - 1)) pages = withPage(pages, page, rows.slice(page * pageSize, (page + 1) * pageSize));
      expect(missingPages(pages, 0, total + 1000)).toEqual([]);
      expect(rows.map((_, position) => rowAt(pages, position))).toEqual(rows);
      expect(rows.every((row, position) => positionOf(pages, row.index) === position)).toBe(true);
      expect([rowAt(pages, total), positionOf(pages, -1)]).toEqual([null, null]);
    }), { numRuns: 20 });
  });

  it('ask for what a range needs and no more', () => {
    const pages = withPage({ ...noPages, total: 10 * pageSize }, 3, [flipRow(0)]);
    expect(missingPages(pages, 2 * pageSize - 1, 4 * pageSize)).toEqual([1, 2, 4]);
    expect(missingPages(pages, 3 * pageSize, 4 * pageSize - 1)).toEqual([]);
    expect(missingPages(noPages, 0, 100)).toEqual([]);
  });

  it('keep the pages near the newest when there are too many', () => {
    let pages = { ...noPages, total: 200 * pageSize };
    for (let page = 0; page < 100; page++) pages = withPage(pages, page, [flipRow(page)]);
    expect([...pages.pages.keys()].sort((a, b) => a - b)).toEqual(Array.from({ length: 40 }, (_, index) => 60 + index));
  });

  it('hold a short list whole', () => {
    const rows = Array.from({ length: pageSize + 3 }, (_, index) => flipRow(index * 2));
    expect(pagesOf(rows).total).toBe(pageSize + 3);
    expect(positionOf(pagesOf(rows), 2 * pageSize + 2)).toBe(pageSize + 1);
  });
});

describe('the grid', () => {
  it('fills the width with cards of at least the least size', () => {
    fc.assert(fc.property(fc.integer({ min: 0, max: 4000 }), (width) => {
      const { columns, cardWidth, rowHeight } = gridLayout(width, { least: 112, gap: 12, textHeight: 58 });
      expect(columns * cardWidth + (columns - 1) * 12).toBeLessThanOrEqual(Math.max(1, width));
      if (width >= 112) expect(cardWidth).toBeGreaterThanOrEqual(112);
      expect(rowHeight).toBe(cardWidth + 70);
    }));
    expect(gridLayout(400, { least: 112, gap: 12, textHeight: 58 })).toEqual({ columns: 3, cardWidth: 125, rowHeight: 195 });
  });

  it('uses the slots of lines that left for those that came, and never moves a line', () => {
    fc.assert(fc.property(fc.array(fc.tuple(fc.nat(40), fc.integer({ min: 0, max: 7 })), { maxLength: 12 }), (windows) => {
      let before = new Map<number, number>();
      let most = 0;
      for (const [first, count] of windows) {
        const lines = Array.from({ length: count }, (_, index) => first + index);
        const slots = assignSlots(before, lines);
        most = Math.max(most, count);
        expect([...slots.keys()].sort((a, b) => a - b)).toEqual(lines);
        expect(new Set(slots.values()).size).toBe(count);
        for (const line of lines) if (before.has(line)) expect(slots.get(line)).toBe(before.get(line));
        expect(Math.max(-1, ...slots.values())).toBeLessThan(most);
        before = slots;
      }
    }));
  });

  it('is walked by keys, and stays inside', () => {
    const step = (key: string, at: number): number | null => stepOnCards(key, at, 10, 3, 2);
    expect(['ArrowRight', 'ArrowLeft', 'ArrowDown', 'ArrowUp', 'PageDown', 'PageUp', 'Home', 'End'].map((key) => step(key, 4))).toEqual([5, 3, 7, 1, 9, 0, 0, 9]);
    expect(['ArrowRight', 'ArrowDown', 'PageDown', 'End'].map((key) => step(key, 9))).toEqual([null, null, null, null]);
    expect(['ArrowLeft', 'ArrowUp', 'PageUp', 'Home'].map((key) => step(key, 0))).toEqual([null, null, null, null]);
    expect([step('ArrowDown', -1), step('x', 4), stepOnCards('End', -1, 0, 3, 2)]).toEqual([0, null, null]);
  });
});

describe('the verdict', () => {
  const outcome = (best: number, answerMargin: number): BypassOutcome => ({ top5: [best, 8, 9], margin: Math.abs(answerMargin), answerMargin });
  const blame = (change: Partial<Blame>): Blame => ({
    runId: 'r', image: 0, arithmetic: 'reference', exact: true, answer: 3, fp32Margin: 2, base: outcome(7, -1), everyMap: outcome(7, -0.5),
    layers: [{ block: 0, outcome: outcome(7, -1) }, { block: 1, outcome: outcome(7, -1) }], heads: [{ block: 0, head: 0, outcome: outcome(7, -1) }], ...change,
  });

  it('names the heads that undo it, the surest first, before blocks, before all maps', () => {
    const heads = [{ block: 0, head: 0, outcome: outcome(3, 0.1) }, { block: 1, head: 2, outcome: outcome(3, 0.6) }, { block: 1, head: 1, outcome: outcome(5, -0.1) }];
    const layers = [{ block: 0, outcome: outcome(3, 0.2) }, { block: 1, outcome: outcome(3, 0.3) }];
    expect(verdictOf(blame({ heads, layers }))).toEqual({ kind: 'heads', heads: [{ block: 1, head: 2 }, { block: 0, head: 0 }], fragile: false });
    expect(verdictOf(blame({ layers }))).toEqual({ kind: 'layers', blocks: [1, 0] });
    expect(verdictOf(blame({ everyMap: outcome(3, 0.2) }))).toEqual({ kind: 'maps' });
    expect(verdictOf(blame({}))).toEqual({ kind: 'elsewhere' });
  });

  it('says of an image that many heads bring back that it is fragile', () => {
    const heads = (guilty: number): Blame['heads'] => Array.from({ length: 12 }, (_, head) => ({ block: 0, head, outcome: head < guilty ? outcome(3, 0.5) : outcome(7, -1) }));
    expect([1, 3, 4].map((guilty) => verdictOf(blame({ heads: heads(guilty) }))).map((verdict) => verdict.kind === 'heads' && verdict.fragile)).toEqual([false, false, true]);
  });

  it('blames nobody where the answer stayed', () => {
    const same = blame({ base: outcome(3, 1), heads: [{ block: 0, head: 0, outcome: outcome(3, 2) }] });
    expect(verdictOf(same)).toEqual({ kind: 'unflipped' });
    expect(restores(same, outcome(3, 2))).toBe(false);
  });

  it('tests all heads of a small network, five of a large one', () => {
    expect([headsTested(vit), headsTested(swin)]).toEqual([24, 12]);
    expect(headsTested({ ...vit, parameters: 22_000_000 })).toBe(5);
    expect(headsTested({ parameters: 1e9, blocks: [{ name: 'a', heads: 3, tokens: 4 }] })).toBe(3);
  });
});

describe('tables to export', () => {
  it('give every row with class numbers and names, and blanks without a baseline', () => {
    const table = flipsTable([flipRow(50), flipRow(51, false)], (label) => `class ${label}`);
    expect(table.rows[0]).toEqual([50, 'val/0/0050.png', 0, 'class 0', 'lost', 0, 'class 0', 2.5, 0.1, 1, 'class 1', 0.75, 1.2]);
    expect(table.rows[1]).toEqual([51, 'val/1/0051.png', 1, 'class 1', null, null, null, null, null, 1, 'class 1', 2.5, 0.1]);
    expect(table.columns).toHaveLength(13);
    expect(tableToCsv(table).split('\r\n')[2]).toBe('51,val/1/0051.png,1,class 1,,,,,,1,class 1,2.5,0.1');
  });

  it('give the drift block by block and every test', () => {
    const drift = divergenceTable(divergenceOf('r', 50, vit));
    expect(drift.rows.map(([name]) => name)).toEqual([...vit.blocks.map(({ name }) => name), 'logits']);
    expect(drift.rows[0]).toEqual(['blocks.0.attn', 0, null, 1]);
    const tests = blameTable(blameOf('r', 50, 3, vit), (block) => vit.blocks[block]?.name ?? '');
    expect(tests.rows.map(([what]) => what)).toEqual(['nothing', 'every map', ...vit.blocks.map(() => 'block'), 'head', 'head', 'head']);
    expect(tests.rows[8]).toEqual(['head', 'blocks.4.attn', 3, 0, 0.4, 0.4]);
  });
});
