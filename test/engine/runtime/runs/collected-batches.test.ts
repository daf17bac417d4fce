import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CollectedBatches } from '../../../../src/engine/runtime/runs/collected-batches';
import { addLevels } from '../../../../src/engine/runtime/store/level-totals';
import type { BatchCommit } from '../../../../src/engine/runtime/store/store-types';
import { batchCommit } from '../../../helpers/store-records';

/** What the store makes of these commits, by run: totals, batches and predictions in order. */
function stored(commits: readonly BatchCommit[], run: string): unknown {
  const cells = commits.flatMap(({ batch, cells: all }) => all.filter(({ runId }) => runId === run).map((cell) => ({ batch, ...cell })));
  return {
    batches: cells.map(({ batch }) => batch),
    predictions: cells.flatMap(({ predictions }) => predictions),
    levels: addLevels(new Map(), cells.flatMap(({ levelCounts }) => [...levelCounts])),
  };
}

describe('CollectedBatches', () => {
  it('gives the store the same as the batches one by one, whatever runs they are of', () => {
    const runsOf = fc.subarray(['r1', 'r2', 'r3'], { minLength: 1 });
    fc.assert(fc.property(fc.array(runsOf, { maxLength: 20 }), fc.nat(20), (batches, cut) => {
      const commits = batches.map((runs, batch) => batchCommit(batch, runs, 2, batch % 3 === 0 ? [2 * batch] : []));
      const collected = new CollectedBatches();
      const taken: BatchCommit[] = [];
      for (const [index, commit] of commits.entries()) {
        collected.add(commit);
        if (index === cut) taken.push(...collected.take());
      }
      taken.push(...collected.take());
      expect(collected.count).toBe(0);
      expect(taken.map(({ batch, skipped }) => ({ batch, skipped }))).toEqual(commits.map(({ batch, skipped }) => ({ batch, skipped })));
      for (const run of ['r1', 'r2', 'r3']) expect(stored(taken, run)).toEqual(stored(commits, run));
    }));
  });

  it('leaves the arrays that it was given as they were', () => {
    const collected = new CollectedBatches();
    const [first, second] = [batchCommit(1, ['r1'], 1), batchCommit(2, ['r1'], 1)];
    collected.add(first);
    collected.add(second);
    expect(first).toEqual(batchCommit(1, ['r1'], 1));
    expect(second).toEqual(batchCommit(2, ['r1'], 1));
  });

  it('hands counts of another shape on to the store, which refuses them', () => {
    const collected = new CollectedBatches();
    collected.add(batchCommit(0, ['r1'], 1));
    const other = batchCommit(1, ['r1'], 1);
    collected.add({ ...other, cells: other.cells.map((cell) => ({ ...cell, levelCounts: cell.levelCounts.map((levels) => ({ ...levels, codes: 16, counts: new Float64Array(48) })) })) });
    expect(() => stored(collected.take(), 'r1')).toThrow(RangeError);
  });
});
