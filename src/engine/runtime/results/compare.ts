/** The runs that a person chose, held against each other. */
import type { PairedResult } from '../../../shared/records';
import type { Store, StoredRun } from '../store/store-types';
import { adjustByHolm, comparePair } from './paired';
import { storedRun } from './stored-run';

/**
 * Which of the chosen runs are compared: those of one model, and those of one scheme and arithmetic across models (pairs that differ in both
 * answer no question); two runs alone always. The one chosen later is a, the earlier b. Runs of different data sets have no image in common.
 */
export function comparablePairs(runs: readonly StoredRun[]): (readonly [StoredRun, StoredRun])[] {
  const pairs = runs.flatMap((a, later) => runs.slice(0, later).map((b) => [a, b] as const)).filter(([a, b]) => a.id !== b.id && a.datasetId === b.datasetId);
  return runs.length === 2 ? pairs : pairs.filter(([a, b]) => a.modelId === b.modelId || (a.settings.scheme === b.settings.scheme && a.settings.arithmetic === b.settings.arithmetic));
}

/** Holm over all of them. Throws EngineError 'not-found' for a run that is not in the workspace. */
export async function compareRuns(store: Store, runIds: readonly string[]): Promise<PairedResult[]> {
  const runs: StoredRun[] = [];
  for (const runId of runIds) runs.push(await storedRun(store, runId));
  const results: PairedResult[] = [];
  for (const [a, b] of comparablePairs(runs)) {
    const result = await comparePair(store, a, b);
    if (result !== null) results.push(result);
  }
  return adjustByHolm(results);
}
