/** A stored run with its figures, as everybody else sees it. */
import { wilsonInterval } from '../../core/metrics/wilson-interval';
import type { RunRecord } from '../../../shared/records';
import type { StoredRun } from '../store/store-types';

/** Accuracies in percent; null before the first image. */
export function toRunRecord(run: StoredRun, modelName: string): RunRecord {
  const { title, id, modelId, datasetId, settings, state, images, total, skipped, seconds, created, failure } = run;
  const share = (correct: number): number | null => (images === 0 ? null : (100 * correct) / images);
  return {
    id, modelId, modelName, datasetId, settings, state, images, total, skipped,
    top1: share(run.top1Correct),
    top5: share(run.top5Correct),
    top1Ci95: images === 0 ? null : percentInterval(wilsonInterval(run.top1Correct, images)),
    loss: run.meanLoss,
    seconds: { ...seconds },
    created,
    failure,
    exact: run.exact,
    fallbacks: [...run.fallbacks],
    ...(title === undefined ? {} : { title }),
  };
}

export function percentInterval([low, high]: readonly [number, number]): [number, number] {
  return [100 * low, 100 * high];
}
