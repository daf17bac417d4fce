/** What a workspace holds, in a form that can be compared. Needs the store only, no engine. */
import { openStore } from '../../src/engine/runtime/store/open-store';
import type { LevelCounts, SkippedRow, StoredCalibration, StoredPrediction } from '../../src/engine/runtime/store/store-types';
import type { SiteFallback } from '../../src/shared/records';

/** Everything of a run that must not depend on how it came about: no ids, no times. */
export interface RunContent {
  readonly scheme: string;
  readonly state: string;
  readonly images: number;
  readonly top1Correct: number;
  readonly meanLoss: number | null;
  readonly predictions: readonly StoredPrediction[];
  readonly skipped: readonly SkippedRow[];
  readonly levelCounts: readonly LevelCounts[];
  readonly batches: readonly number[];
  readonly calibration: StoredCalibration | null;
  readonly exact: boolean | null;
  readonly fallbacks: readonly SiteFallback[];
}

/** The runs of a workspace that nobody has open, in the order of their creation. */
export async function workspaceContent(file: string): Promise<RunContent[]> {
  const store = await openStore(file);
  try {
    const content: RunContent[] = [];
    for (const run of await store.runs()) {
      content.push({
        scheme: run.settings.scheme,
        state: run.state,
        images: run.images,
        top1Correct: run.top1Correct,
        meanLoss: run.meanLoss,
        predictions: (await store.predictions(run.id, 0, 1_000_000)).predictions,
        skipped: await store.skipped(run.id),
        levelCounts: await store.levelCounts(run.id),
        batches: [...(await store.committedBatches(run.id))],
        calibration: await store.calibration(run.id),
        exact: run.exact,
        fallbacks: run.fallbacks,
      });
    }
    return content.sort((a, b) => (a.scheme < b.scheme ? -1 : a.scheme > b.scheme ? 1 : 0));
  } finally {
    await store.close();
  }
}
