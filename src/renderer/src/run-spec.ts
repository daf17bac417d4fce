/** Evaluation settings as the window starts them. */
import type { DatasetRecord, ModelRecord, RunRecord } from '../../shared/records';
import type { EvaluationSpec } from '../../shared/settings';
import { logSchemeIds } from '../../shared/settings';

/** FP32 and all six schemes at W4A4 on everything given: what the sample starts with, and the run dialog's first values. */
export function defaultSpec(models: readonly ModelRecord[], dataset: DatasetRecord): EvaluationSpec {
  return {
    models: models.map((model) => model.file),
    dataset: dataset.root,
    schemes: [...logSchemeIds],
    withFp32: true,
    wBits: 4,
    aBits: 4,
    arithmetic: 'reference',
    calibrationImages: 32,
    seeds: [0],
    batch: 1,
    limit: null,
    preprocess: 'auto',
    calibrationList: null,
    imageList: null,
    workers: null,
    // Equal settings continue each other: pressing Run twice never measures the same thing twice.
    resume: true,
  };
}

/** The job that finishes (or repeats) one stored run. */
export function specOfRun(run: RunRecord, model: ModelRecord, dataset: DatasetRecord): EvaluationSpec {
  const { settings } = run;
  const fp32 = settings.scheme === 'none' && settings.arithmetic === 'fp32';
  return {
    ...defaultSpec([model], dataset),
    schemes: fp32 ? [] : [settings.scheme],
    withFp32: fp32,
    wBits: fp32 ? 4 : settings.wBits,
    aBits: fp32 ? 4 : settings.aBits,
    arithmetic: fp32 ? 'reference' : settings.arithmetic,
    calibrationImages: settings.calibrationImages,
    seeds: [settings.seed],
    batch: settings.batch,
    limit: settings.limit,
    preprocess: settings.preprocess,
    calibrationList: settings.calibrationList,
    imageList: settings.imageList,
  };
}
