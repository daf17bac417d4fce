/** Several seeds as one job: the board's cell is of the newest one, whatever order their news come in. */
import { describe, expect, it } from 'vitest';
import { boardWithRun as withRun, cellOf } from '../../../src/renderer/src/stores/board-state';
import { newestFirst } from '../../../src/renderer/src/run-choices';
import { makeBoard, makeRun, vit } from '../fixture-data';

const seeded = (seed: number, created: string, images = 1000) => {
  const run = makeRun(vit, 'Sqrt2_17', { id: `seed-${seed}`, created, images });
  return { ...run, settings: { ...run.settings, seed } };
};

describe('seeds on the board', () => {
  const older = seeded(0, '2026-01-05T09:12:00.000Z');
  const newest = seeded(1, '2026-01-05T09:12:00.500Z');
  /** The clock was set back by a year after the first of them. */
  const third = seeded(2, '2025-01-05T09:13:00.000Z');
  const runs = [older, newest, third];
  const boardWithRun = (before: Parameters<typeof withRun>[0], run: typeof newest, cell: null) => withRun(before, run, cell, runs);
  const board = boardWithRun(makeBoard([makeRun(vit, 'none')], [vit]), newest, null);

  it('keep the newest run in the cell', () => {
    expect(boardWithRun(board, older, null)).toBe(board);
    const further = { ...newest, top1: 12 };
    expect(cellOf(boardWithRun(board, further, null), vit.id, 'Sqrt2_17', 'reference')?.run).toBe(further);
    expect(cellOf(boardWithRun(board, third, null), vit.id, 'Sqrt2_17', 'reference')?.run).toBe(third);
    expect(boardWithRun(boardWithRun(board, third, null), newest, null)).toEqual(boardWithRun(board, third, null));
    expect(newestFirst(runs)).toEqual([third, newest, older]);
  });

  it('let go of the spreads of another run', () => {
    const cell = cellOf(board, vit.id, 'Sqrt2_17', 'reference');
    if (cell === null) throw new Error('no cell');
    const known = { ...cell, seeds: { count: 2, min: 80, max: 82, mean: 81 }, noise: { repeats: 3, images: 1000, spread: 0.1 } };
    const filled = { ...board, cells: board.cells.map((other) => (other === cell ? known : other)) };
    const spreads = (run: typeof newest) => { const now = cellOf(boardWithRun(filled, run, null), vit.id, 'Sqrt2_17', 'reference'); return [now?.seeds, now?.noise]; };
    expect(spreads({ ...newest, images: 500 })).toEqual([known.seeds, known.noise]);
    expect(spreads(third)).toEqual([null, null]);
  });
});
