/** From the store to the records of the contract. */
import type { PairedResult, Prediction, RunRecord, WorkspaceSummary } from '../../../shared/records';
import type { Store, StoredPrediction, StoredRun } from '../store/store-types';
import { adjustByHolm, comparePair } from './paired';
import { toRunRecord } from './run-record';
import { storedRun } from './stored-run';

export { runBand } from './band';
export { compareRuns } from './compare';
export { boardCell, boardCells, buildBoard } from './board';
export { nothingPublished, readPublished, type PublishedTable } from './published';

export async function workspaceSummary(store: Store): Promise<WorkspaceSummary> {
  const [models, datasets, runs] = await Promise.all([store.models(), store.datasets(), store.runs()]);
  const names = new Map(models.map((model) => [model.id, model.name]));
  return { file: store.file, models: [...models], datasets: [...datasets], runs: runs.map((run) => toRunRecord(run, names.get(run.modelId) ?? run.modelId)) };
}

/** Throws EngineError 'not-found' for a run that is not in the workspace. */
export async function runRecord(store: Store, runId: string): Promise<RunRecord> {
  const run = await storedRun(store, runId);
  const model = (await store.models()).find((candidate) => candidate.id === run.modelId);
  return toRunRecord(run, model?.name ?? run.modelId);
}

export async function predictionsPage(store: Store, runId: string, offset: number, count: number): Promise<{ total: number; predictions: Prediction[] }> {
  await storedRun(store, runId);
  const page = await store.predictions(runId, offset, count);
  return { total: page.total, predictions: page.predictions.map(toPrediction) };
}

export function toPrediction({ index, file, label, top5, margin, mapDigest }: StoredPrediction): Prediction {
  return { index, file, label, top5: [...top5], margin, correct: top5[0] === label, mapDigest };
}

/** This run against every other run of its model on its data set with images in common, newest first; Holm over all of them. */
export async function pairedOf(store: Store, runId: string): Promise<PairedResult[]> {
  const run = await storedRun(store, runId);
  const others = (await store.runs()).filter((other) => other.id !== run.id && other.modelId === run.modelId && other.datasetId === run.datasetId).reverse();
  const results: PairedResult[] = [];
  for (const other of others) {
    const result = await comparePair(store, run, other);
    if (result !== null) results.push(result);
  }
  return adjustByHolm(results);
}

/** Every pair of these runs that share model and data set: the later one (a) against the earlier (b). Holm over the pairs of a model. */
export async function pairedOfRuns(store: Store, runIds: readonly string[]): Promise<PairedResult[]> {
  const runs: StoredRun[] = [];
  for (const runId of runIds) runs.push(await storedRun(store, runId));
  const groups = new Map<string, PairedResult[]>();
  for (const [later, a] of runs.entries()) {
    for (const b of runs.slice(0, later)) {
      if (a.modelId !== b.modelId || a.datasetId !== b.datasetId) continue;
      const result = await comparePair(store, a, b);
      if (result !== null) groups.set(a.modelId, [...(groups.get(a.modelId) ?? []), result]);
    }
  }
  return [...groups.values()].flatMap((group) => adjustByHolm(group));
}
