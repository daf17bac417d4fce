import { describe, expect, it } from 'vitest';
import { boardText } from '../../../src/renderer/src/board/board-copy';
import { boardColumns, boardRows, largestLoss, namesArithmetic } from '../../../src/renderer/src/board/board-rows';
import { stepOnGrid } from '../../../src/renderer/src/board/step-on-grid';
import { runDetails } from '../../../src/renderer/src/run-names';
import { integerSpecs, unfinishedSpecs } from '../../../src/renderer/src/run-spec';
import { pairedRows } from '../../../src/renderer/src/inspector-rows';
import { arithmeticsOf, boardWithRun, cellOf, summaryWithRun } from '../../../src/renderer/src/stores/board-state';
import type { RunRecord } from '../../../src/shared/records';
import { makeBoard, makeIntegerRun, makePaired, makeRun, makeRuns, makeSummary, pairedOf, swin, vit } from '../fixture-data';

const board = makeBoard(makeRuns());
const rows = boardRows(board);
const words = {
  arithmetic: (id: string) => `<${id}>`, seed: (seed: number) => `seed ${seed}`, images: (limit: number | null) => `${limit ?? 'all'} images`,
  overrides: (count: number) => `${count} overrides`, calibration: (images: number, chosen: boolean) => (chosen ? 'chosen' : `${images} to calibrate`), batch: (images: number) => `batch ${images}`, chosenImages: () => 'some images',
};
const withInteger = makeBoard([...makeRuns(), makeIntegerRun(vit, 'Sqrt2_17'), makeIntegerRun(vit, 'BitLog2_Half_17')]);

describe('board rows', () => {
  it('put FP32 beside the model and the six schemes in their order', () => {
    expect(rows.map((row) => row.model.name)).toEqual(['fashion_vit', 'fashion_swin']);
    expect(rows[0]?.baseline?.run?.settings.scheme).toBe('none');
    expect(rows[0]?.cells.map((cell) => cell?.scheme)).toEqual(['Sqrt2_16', 'Sqrt2_17', 'BitLog2_Single_16', 'BitLog2_Single_17', 'BitLog2_Half_16', 'BitLog2_Half_17']);
    expect(largestLoss(rows)).toBeCloseTo(6.4, 6);
  });

  it('are one for each arithmetic that a model was run with; FP32 and the name stand once', () => {
    const found = boardRows(withInteger);
    expect(found.map(({ model, arithmetic, place, span }) => [model.name, arithmetic, place, span])).toEqual([
      ['fashion_vit', 'reference', 0, 2], ['fashion_vit', 'integer', 1, 2], ['fashion_swin', 'reference', 0, 1],
    ]);
    expect(found[1]?.cells.map((cell) => cell?.run?.id ?? null)).toEqual([null, 'r-m-vit-Sqrt2_17-integer', null, null, null, 'r-m-vit-BitLog2_Half_17-integer']);
    expect(found[1]?.cells[1]?.counterpart).toMatchObject({ a: 'r-m-vit-Sqrt2_17-integer', b: 'r-m-vit-Sqrt2_17' });
    expect(found[1]?.baseline).toBe(found[0]?.baseline);
  });

  it('say their arithmetic only when there is something to tell', () => {
    expect([namesArithmetic(rows), namesArithmetic(boardRows(withInteger))]).toEqual([false, true]);
    expect([arithmeticsOf(board), arithmeticsOf(withInteger), arithmeticsOf(withInteger, swin.id)]).toEqual([['reference'], ['reference', 'integer'], ['reference']]);
    expect(namesArithmetic(boardRows(makeBoard([])))).toBe(false);
  });

  it('are walked by arrow keys, FP32 reaching down beside all rows of its model', () => {
    const places = [{ row: 0, rows: 2, column: 0 }, { row: 0, rows: 1, column: 1 }, { row: 1, rows: 1, column: 1 }, { row: 2, rows: 1, column: 0 }, { row: 2, rows: 1, column: 1 }];
    const walk = (from: number, ...keys: string[]): number | null => keys.reduce<number | null>((at, key) => (at === null ? null : stepOnGrid(places, at, key)), from);
    expect(walk(2, 'ArrowLeft')).toBe(0);
    expect(walk(0, 'ArrowDown')).toBe(3);
    expect(walk(3, 'ArrowUp')).toBe(0);
    expect(walk(0, 'ArrowRight', 'ArrowDown', 'ArrowDown', 'ArrowLeft')).toBe(3);
    expect([walk(4, 'ArrowRight'), walk(0, 'ArrowUp'), walk(1, 'Enter'), walk(-1, 'ArrowUp')]).toEqual([null, null, null, null]);
  });
});

describe('live results', () => {
  it('replace the figures of their own cell only', () => {
    const run = makeRun(vit, 'Sqrt2_17', { id: 'new', images: 40, state: 'running', top1: 75 });
    const next = boardWithRun(board, run, null, []);
    expect(cellOf(next, vit.id, 'Sqrt2_17', 'reference')).toMatchObject({ run: { id: 'new', top1: 75 }, paired: null });
    expect(cellOf(next, swin.id, 'Sqrt2_17', 'reference')).toBe(cellOf(board, swin.id, 'Sqrt2_17', 'reference'));
    expect(next.cells).toHaveLength(board.cells.length);
  });

  it('make a cell where there was none, and leave boards of other data alone', () => {
    const run = makeRun(vit, 'Sqrt2_17');
    const integer = { ...run, settings: { ...run.settings, arithmetic: 'integer' as const } };
    expect(boardWithRun(board, integer, null, []).cells).toHaveLength(board.cells.length + 1);
    expect(boardWithRun(board, { ...run, datasetId: 'other' }, null, [])).toBe(board);
  });

  it('enter the list of runs once, as the newest', () => {
    const summary = makeSummary([makeRun(vit, 'none')]);
    const added = summaryWithRun(summary, makeRun(vit, 'Sqrt2_16'));
    expect(summaryWithRun(added, makeRun(vit, 'Sqrt2_16', { images: 5 })).runs.map((run) => run.images)).toEqual([1000, 5]);
  });
});

describe('copied tables', () => {
  const columns = boardColumns(board);

  it('as Markdown, with intervals, and a star where Holm is survived', () => {
    const lines = boardText('markdown', rows, columns).trim().split('\n');
    expect(lines).toHaveLength(4);
    expect(lines[0]).toBe('| Model | FP32 | `Sqrt2_16` | `Sqrt2_17` | `BitLog2_Single_16` | `BitLog2_Single_17` | `BitLog2_Half_16` | `BitLog2_Half_17` |');
    expect(lines[2]).toContain('| fashion_vit | 90.20 [88.36, 92.04] | 85.30\\* [83.11, 87.49] |');
    expect(lines[2]).toMatch(/89\.50 \[/);
  });

  it('as CSV, one line per measured cell, quoting names', () => {
    const odd = makeBoard([makeRun(vit, 'none'), makeRun(vit, 'Sqrt2_16', { images: 40 })], [{ ...vit, name: 'a "b", c' }]);
    const lines = boardText('csv', boardRows(odd), boardColumns(odd)).trim().split('\n');
    expect(lines).toHaveLength(3);
    expect(lines[1]).toBe('"a ""b"", c",FP32,fp32,1000,90.20,88.36,92.04,,,,,,,');
    expect(lines[2]).toMatch(/^"a ""b"", c",Sqrt2_16,reference,40,85\.30,/);
  });

  it('names the arithmetic where it tells rows apart, and holds integer against reference', () => {
    const found = boardRows(withInteger);
    expect(boardText('markdown', found, columns).split('\n').map((line) => line.split(' | ')[0])).toEqual(['| Model', '| ---', '| fashion_vit (reference)', '| fashion_vit (integer)', '| fashion_swin (reference)', '']);
    const integer = boardText('csv', found, columns).split('\n').filter((line) => line.includes(',integer,'));
    expect(integer.map((line) => line.split(',').at(-4))).toEqual(['0.20', '0.20']);
    expect(boardText('csv', found, columns).match(/,fp32,/g)).toHaveLength(2);
  });

  it('as LaTeX, with underscores escaped', () => {
    const text = boardText('latex', rows, columns);
    expect(text).toContain('\\begin{tabular}{lrrrrrrr}');
    expect(text).toContain('fashion\\_vit & 90.20 {\\scriptsize [88.36, 92.04]} & 85.30$^{*}$');
    expect(text.match(/\\\\/g)).toHaveLength(3);
  });
});

describe('paired table', () => {
  it('stands FP32 first, then the schemes, and names what else differs', () => {
    const runs = makeRuns([vit]);
    const run = makeRun(vit, 'BitLog2_Half_17');
    const other = { ...makeRun(vit, 'Sqrt2_17', { id: 'w8' }), settings: { ...makeRun(vit, 'Sqrt2_17').settings, wBits: 8, seed: 3 } };
    const pairs = [other, ...[...runs].reverse()].filter(({ id }) => id !== run.id).map((b) => pairedOf(run, b));
    const found = pairedRows(run, pairs, [...runs, other], words);
    expect(found.map((row) => row.name)).toEqual(['FP32', 'Sqrt2_16', 'Sqrt2_17 · W8A4 · seed 3', 'Sqrt2_17', 'BitLog2_Single_16', 'BitLog2_Single_17', 'BitLog2_Half_16']);
  });

  it('stands the same scheme in the other arithmetic beside FP32, and names arithmetics and limits', () => {
    const runs = [...makeRuns([vit]), makeIntegerRun(vit, 'Sqrt2_17'), makeIntegerRun(vit, 'Sqrt2_16')];
    const part = makeRun(vit, 'none', { id: 'part' });
    const few = { ...part, settings: { ...part.settings, limit: 100 } };
    const names = (run: RunRecord): string[] => pairedRows(run, [...runs, few].filter(({ id }) => id !== run.id).map((b) => pairedOf(run, b)), [...runs, few], words).map((row) => row.name);
    expect(names(makeIntegerRun(vit, 'Sqrt2_17')).slice(0, 5)).toEqual(['FP32', 'FP32 · 100 images', 'Sqrt2_17 · <reference>', 'Sqrt2_16', 'Sqrt2_16 · <reference>']);
    expect(names(makeRun(vit, 'none')).slice(0, 4)).toEqual(['FP32 · 100 images', 'Sqrt2_16', 'Sqrt2_17', 'BitLog2_Single_16']);
    expect(names(makeRun(vit, 'none')).slice(-2)).toEqual(['Sqrt2_16 · <integer>', 'Sqrt2_17 · <integer>']);
  });

  it('leaves out pairs of runs that are gone', () => {
    const run = makeRun(vit, 'Sqrt2_16');
    expect(pairedRows(run, [makePaired(run, makeRun(vit, 'none'), 3, 1)], [], words)).toEqual([]);
  });
});

describe('the list of runs', () => {
  it('says what is out of the ordinary', () => {
    const run = makeIntegerRun(vit, 'Sqrt2_17', { state: 'stopped' });
    const odd = { ...run, settings: { ...run.settings, wBits: 3, seed: 2, limit: 50 } };
    expect(runDetails(odd, words, 'stopped')).toBe('fashion_vit · W3A4 · <integer> · seed 2 · 50 images · stopped');
    expect(runDetails(makeRun(vit, 'none'), words, 'done')).toBe('fashion_vit');
  });
});

describe('measuring in integers too', () => {
  it('repeats what stands finished in reference, with its own settings, and nothing that is there already', () => {
    const runs = makeRuns().map((run) => (run.modelId === swin.id ? { ...run, settings: { ...run.settings, limit: 50 } } : run));
    const specs = integerSpecs(makeBoard([...runs, makeIntegerRun(vit, 'Sqrt2_17')]), makeSummary([]).datasets);
    expect(specs.map(({ models, schemes, withFp32, arithmetic, limit }) => ({ models, schemes, withFp32, arithmetic, limit }))).toEqual([
      { models: [vit.file], schemes: ['Sqrt2_16', 'BitLog2_Single_16', 'BitLog2_Single_17', 'BitLog2_Half_16', 'BitLog2_Half_17'], withFp32: false, arithmetic: 'integer', limit: null },
      { models: [swin.file], schemes: ['Sqrt2_16', 'Sqrt2_17', 'BitLog2_Single_16', 'BitLog2_Single_17', 'BitLog2_Half_16', 'BitLog2_Half_17'], withFp32: false, arithmetic: 'integer', limit: 50 },
    ]);
    expect(integerSpecs(makeBoard(makeRuns()), makeSummary([]).datasets).map(({ models }) => models)).toEqual([[vit.file, swin.file]]);
    expect(integerSpecs(makeBoard([makeRun(vit, 'Sqrt2_17', { state: 'stopped' })]), makeSummary([]).datasets)).toEqual([]);
  });
});

describe('unfinished runs', () => {
  it('are finished by one job per model and settings, done ones left out', () => {
    const stopped = { state: 'stopped', images: 300 } as const;
    const runs = [makeRun(vit, 'none', stopped), makeRun(vit, 'Sqrt2_17', stopped), makeRun(vit, 'BitLog2_Half_17'), makeRun(swin, 'Sqrt2_16', stopped), makeRun(vit, 'Sqrt2_16', { ...stopped, datasetId: 'other' })];
    const specs = unfinishedSpecs(makeSummary(runs), 'd-sample');
    expect(specs.map(({ models, schemes, withFp32 }) => ({ models, schemes, withFp32 }))).toEqual([
      { models: ['/sample/fashion_vit.onnx'], schemes: ['Sqrt2_17'], withFp32: true },
      { models: ['/sample/fashion_swin.onnx'], schemes: ['Sqrt2_16'], withFp32: false },
    ]);
  });
});
