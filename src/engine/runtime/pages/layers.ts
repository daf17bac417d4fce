/** The layers page: what was answered before about a run. */
import { sensitivitySchema, siteErrorsSchema, type StoredLayers } from '../../../shared/layers';
import { storedRun } from '../results/stored-run';
import { answerKinds } from '../store/answer-kinds';
import type { RunSources } from './run-sources';

/** Newest first; computes nothing. Throws a 'not-found' failure for a run that is not in the workspace. */
export async function storedLayers({ store }: Pick<RunSources, 'store'>, runId: string): Promise<StoredLayers> {
  await storedRun(store, runId);
  return {
    errors: [...(await store.savedAnalyses(runId, answerKinds.siteErrors, siteErrorsSchema))],
    sensitivity: [...(await store.savedAnalyses(runId, answerKinds.sensitivity, sensitivitySchema))],
  };
}
