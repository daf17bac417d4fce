/** Jobs that try other calibration pictures with the settings of a run. */
import type { DatasetRecord, ModelRecord, RunRecord } from '../../../shared/records';
import type { EvaluationSpec } from '../../../shared/settings';
import { specOfRun } from '../run-spec';

/** The run again under other draws of as many pictures. */
export function seedsSpec(run: RunRecord, model: ModelRecord, dataset: DatasetRecord, seeds: readonly number[]): EvaluationSpec {
  const { calibrationImages, calibrationList } = run.settings;
  return { ...specOfRun(run, model, dataset), seeds: [...seeds], calibrationList: null, calibrationImages: calibrationList?.length ?? calibrationImages };
}

/** The run again, calibrated on exactly these pictures. */
export function chosenSpec(run: RunRecord, model: ModelRecord, dataset: DatasetRecord, files: readonly string[]): EvaluationSpec {
  return { ...specOfRun(run, model, dataset), calibrationList: [...files], calibrationImages: files.length };
}
