/** Which batches ended the engine before, and what is done with them. Pure. */
import { quarantinePoints } from '../store/strikes';
import type { BatchWork } from './batches';

/** Points by run and batch, of the runs of a job. */
export type StrikesOfRuns = ReadonlyMap<string, ReadonlyMap<number, number>>;

export interface SortedWork {
  /** Nothing speaks against them. */
  readonly sound: BatchWork[];
  /** Evaluated alone, one after another, when all else is done. */
  readonly suspect: BatchWork[];
  /** Left out, for these runs. */
  readonly quarantined: BatchWork[];
}

export function sortWork(work: readonly BatchWork[], strikes: StrikesOfRuns): SortedWork {
  const sorted: SortedWork = { sound: [], suspect: [], quarantined: [] };
  for (const { batch, runs } of work) {
    const points = (run: string): number => strikes.get(run)?.get(batch) ?? 0;
    const out = runs.filter((run) => points(run) >= quarantinePoints);
    const left = runs.filter((run) => points(run) < quarantinePoints);
    if (out.length > 0) sorted.quarantined.push({ batch, runs: out });
    // What ended the engine under one run may do so under the others: they share the pictures.
    if (left.length > 0) (runs.some((run) => points(run) > 0) ? sorted.suspect : sorted.sound).push({ batch, runs: left });
  }
  return sorted;
}
