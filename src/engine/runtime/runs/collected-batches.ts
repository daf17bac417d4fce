/**
 * Finished batches that wait for a transaction. Their level counts are added up as they come: the workspace keeps nothing but the sums, and
 * dozens of small arrays per batch that live until the transaction make V8 enlarge its young generation.
 */
import type { BatchCommit, LevelCounts } from '../store/store-types';

export class CollectedBatches {
  private commits: BatchCommit[] = [];
  /** By run; the arrays are ours. */
  private sums = new Map<string, LevelCounts[]>();

  get count(): number {
    return this.commits.length;
  }

  add(commit: BatchCommit): void {
    for (const { runId, levelCounts } of commit.cells) {
      const sums = this.sums.get(runId) ?? [];
      for (const increment of levelCounts) addTo(sums, increment);
      this.sums.set(runId, sums);
    }
    this.commits.push(withLevels(commit, () => []));
  }

  /** All of them for one transaction, and none is left. The first batch of each run carries the counts of all its batches. */
  take(): BatchCommit[] {
    const { commits, sums } = this;
    this.commits = [];
    this.sums = new Map();
    return commits.map((commit) => withLevels(commit, (runId) => {
      const levels = sums.get(runId) ?? [];
      sums.delete(runId);
      return levels;
    }));
  }
}

function withLevels(commit: BatchCommit, levelsOf: (runId: string) => readonly LevelCounts[]): BatchCommit {
  return { ...commit, cells: commit.cells.map((cell) => ({ ...cell, levelCounts: levelsOf(cell.runId) })) };
}

function addTo(sums: LevelCounts[], { block, heads, codes, counts }: LevelCounts): void {
  const sum = sums.find((known) => known.block === block && known.heads === heads && known.codes === codes && known.counts.length === counts.length);
  // Counts of another shape are kept apart: the store refuses them.
  if (sum === undefined) sums.push({ block, heads, codes, counts: counts.slice() });
  else for (let i = 0; i < counts.length; i++) sum.counts[i] = (sum.counts[i] ?? 0) + (counts[i] ?? 0);
}
