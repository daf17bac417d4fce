/** Evaluation settings as the window starts them. */
import type { Board, DatasetRecord, ModelRecord, RunRecord, WorkspaceSummary } from '../../shared/records';
import type { EvaluationSpec, SchemeId } from '../../shared/settings';
import { logSchemeIds } from '../../shared/settings';

/** FP32 and all six schemes at W4A4 on everything given: what the sample starts with, and the run dialog's first values. */
export function defaultSpec(models: readonly ModelRecord[], dataset: DatasetRecord): EvaluationSpec {
  return {
    models: models.map((model) => model.file),
    dataset: dataset.root,
    ...(dataset.labels === undefined ? {} : { labels: dataset.labels }),
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

/** The same job on another data set, with the labels that were chosen for it. */
export function withDataset({ labels: _other, ...spec }: EvaluationSpec, { root, labels }: DatasetRecord): EvaluationSpec {
  return { ...spec, dataset: root, ...(labels === undefined ? {} : { labels }) };
}

/** The listed data set that a job is on: one folder can be listed under several choices of labels. */
export function datasetOfSpec({ dataset, labels }: EvaluationSpec, datasets: readonly DatasetRecord[]): DatasetRecord | null {
  return datasets.find((other) => other.root === dataset && other.labels?.file === labels?.file && other.labels?.order === labels?.order) ?? null;
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
    ...(settings.overrides === undefined ? {} : { overrides: settings.overrides }),
    ...(settings.labelMap === undefined ? {} : { labelMap: settings.labelMap }),
  };
}

/** Jobs that finish every run of the data set that was stopped, failed or lost. */
export function unfinishedSpecs({ runs, models, datasets }: WorkspaceSummary, datasetId: string | null): EvaluationSpec[] {
  return jobsOf(runs.filter((run) => run.datasetId === datasetId && run.state !== 'done' && run.images !== run.total), models, datasets);
}

/** Jobs that measure in integer arithmetic what the board has finished in reference only, with the same settings. */
export function integerSpecs(board: Board, datasets: readonly DatasetRecord[]): EvaluationSpec[] {
  const has = (modelId: string, scheme: SchemeId): boolean => board.cells.some((cell) => cell.modelId === modelId && cell.scheme === scheme && cell.arithmetic === 'integer' && cell.run !== null);
  const runs = board.cells.flatMap(({ modelId, scheme, arithmetic, run }) => (arithmetic === 'reference' && run?.state === 'done' && !has(modelId, scheme) ? [run] : []));
  return jobsOf(runs, board.models, datasets).map((spec) => ({ ...spec, arithmetic: 'integer' }));
}

/**
 * Runs of equal settings share one job, because a job decodes each image once for all of its cells; models that want the same share one
 * too. Runs whose model or data are gone are left out.
 */
function jobsOf(runs: readonly RunRecord[], models: readonly ModelRecord[], datasets: readonly DatasetRecord[]): EvaluationSpec[] {
  const byModel: EvaluationSpec[] = [];
  for (const run of runs) {
    const model = models.find((other) => other.id === run.modelId);
    const dataset = datasets.find((other) => other.id === run.datasetId);
    if (model === undefined || dataset === undefined) continue;
    byModel.push(specOfRun(run, model, dataset));
  }
  const ofOneModel = merged(byModel, (spec) => ({ ...spec, schemes: [], withFp32: false }), (a, b) => ({ ...a, schemes: [...new Set([...a.schemes, ...b.schemes])], withFp32: a.withFp32 || b.withFp32 }));
  return merged(ofOneModel, (spec) => ({ ...spec, models: [] }), (a, b) => ({ ...a, models: [...a.models, ...b.models] }));
}

/** One spec for all that `shared` makes equal, in the order of their first. */
function merged(specs: readonly EvaluationSpec[], shared: (spec: EvaluationSpec) => EvaluationSpec, join: (a: EvaluationSpec, b: EvaluationSpec) => EvaluationSpec): EvaluationSpec[] {
  const found = new Map<string, EvaluationSpec>();
  for (const spec of specs) {
    const key = JSON.stringify(shared(spec));
    const known = found.get(key);
    found.set(key, known === undefined ? spec : join(known, spec));
  }
  return [...found.values()];
}
