/** Several seeds as one job: the board's cell is of the newest one, whatever order their news come in. */
import { describe, expect, it } from 'vitest';
import { boardWithRun, cellOf } from '../../../src/renderer/src/stores/board-state';
import { makeBoard, makeRun, vit } from '../fixture-data';

const seeded = (seed: number, created: string, images = 1000) => {
  const run = makeRun(vit, 'Sqrt2_17', { id: `seed-${seed}`, created, images });
  return { ...run, settings: { ...run.settings, seed } };
};

describe('seeds on the board', () => {
  const older = seeded(0, '2026-01-05T09:12:00.000Z');
  const newest = seeded(1, '2026-01-05T09:12:00.500Z');
  const board = boardWithRun(makeBoard([makeRun(vit, 'none')], [vit]), newest, null);

  it('keep the newest run in the cell', () => {
    expect(boardWithRun(board, older, null)).toBe(board);
    const further = { ...newest, top1: 12 };
    expect(cellOf(boardWithRun(board, further, null), vit.id, 'Sqrt2_17', 'reference')?.run).toBe(further);
    const next = seeded(2, '2026-01-05T09:13:00.000Z');
    expect(cellOf(boardWithRun(board, next, null), vit.id, 'Sqrt2_17', 'reference')?.run).toBe(next);
  });

  it('let go of the spreads of another run', () => {
    const cell = cellOf(board, vit.id, 'Sqrt2_17', 'reference');
    if (cell === null) throw new Error('no cell');
    const known = { ...cell, seeds: { count: 2, min: 80, max: 82, mean: 81 }, noise: { repeats: 3, images: 1000, spread: 0.1 } };
    const filled = { ...board, cells: board.cells.map((other) => (other === cell ? known : other)) };
    const spreads = (run: typeof newest) => { const now = cellOf(boardWithRun(filled, run, null), vit.id, 'Sqrt2_17', 'reference'); return [now?.seeds, now?.noise]; };
    expect(spreads({ ...newest, images: 500 })).toEqual([known.seeds, known.noise]);
    expect(spreads(seeded(2, '2026-01-05T09:13:00.000Z'))).toEqual([null, null]);
  });
});
