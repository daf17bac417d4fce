import { describe, expect, it } from 'vitest';
import { boardText } from '../../../src/renderer/src/board/board-copy';
import { boardColumns, boardRows, largestLoss } from '../../../src/renderer/src/board/board-rows';
import { unfinishedSpecs } from '../../../src/renderer/src/run-spec';
import { pairedRows } from '../../../src/renderer/src/inspector-rows';
import { arithmeticsOf, boardWithRun, cellOf, summaryWithRun } from '../../../src/renderer/src/stores/board-state';
import { makeBoard, makePaired, makeRun, makeRuns, makeSummary, pairedOf, swin, vit } from '../fixture-data';

const board = makeBoard(makeRuns());
const rows = boardRows(board, 'reference');

describe('board rows', () => {
  it('put FP32 beside the model and the six schemes in their order', () => {
    expect(rows.map((row) => row.model.name)).toEqual(['fashion_vit', 'fashion_swin']);
    expect(rows[0]?.baseline?.run?.settings.scheme).toBe('none');
    expect(rows[0]?.cells.map((cell) => cell?.scheme)).toEqual(['Sqrt2_16', 'Sqrt2_17', 'BitLog2_Single_16', 'BitLog2_Single_17', 'BitLog2_Half_16', 'BitLog2_Half_17']);
    expect(largestLoss(rows)).toBeCloseTo(6.4, 6);
  });

  it('are empty for an arithmetic that nothing was run with, except FP32', () => {
    const [row] = boardRows(board, 'integer');
    expect(row?.baseline?.run?.top1).toBe(90.2);
    expect(row?.cells.every((cell) => cell === null)).toBe(true);
    expect(arithmeticsOf(board)).toEqual(['reference']);
  });
});

describe('live results', () => {
  it('replace the figures of their own cell only', () => {
    const run = makeRun(vit, 'Sqrt2_17', { id: 'new', images: 40, state: 'running', top1: 75 });
    const next = boardWithRun(board, run, null);
    expect(cellOf(next, vit.id, 'Sqrt2_17', 'reference')).toMatchObject({ run: { id: 'new', top1: 75 }, paired: null });
    expect(cellOf(next, swin.id, 'Sqrt2_17', 'reference')).toBe(cellOf(board, swin.id, 'Sqrt2_17', 'reference'));
    expect(next.cells).toHaveLength(board.cells.length);
  });

  it('make a cell where there was none, and leave boards of other data alone', () => {
    const run = makeRun(vit, 'Sqrt2_17');
    const integer = { ...run, settings: { ...run.settings, arithmetic: 'integer' as const } };
    expect(boardWithRun(board, integer, null).cells).toHaveLength(board.cells.length + 1);
    expect(boardWithRun(board, { ...run, datasetId: 'other' }, null)).toBe(board);
  });

  it('enter the list of runs once', () => {
    const summary = makeSummary([makeRun(vit, 'none')]);
    const added = summaryWithRun(summary, makeRun(vit, 'Sqrt2_16'));
    expect(summaryWithRun(added, makeRun(vit, 'Sqrt2_16', { images: 5 })).runs.map((run) => run.images)).toEqual([5, 1000]);
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
    const lines = boardText('csv', boardRows(odd, 'reference'), boardColumns(odd)).trim().split('\n');
    expect(lines).toHaveLength(3);
    expect(lines[1]).toBe('"a ""b"", c",FP32,1000,90.20,88.36,92.04,,,');
    expect(lines[2]).toMatch(/^"a ""b"", c",Sqrt2_16,40,85\.30,/);
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
    const found = pairedRows(run, pairs, [...runs, other]);
    expect(found.map((row) => row.name)).toEqual(['FP32', 'Sqrt2_16', 'Sqrt2_17 · W8A4 · seed 3', 'Sqrt2_17', 'BitLog2_Single_16', 'BitLog2_Single_17', 'BitLog2_Half_16']);
  });

  it('leaves out pairs of runs that are gone', () => {
    const run = makeRun(vit, 'Sqrt2_16');
    expect(pairedRows(run, [makePaired(run, makeRun(vit, 'none'), 3, 1)], [])).toEqual([]);
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
