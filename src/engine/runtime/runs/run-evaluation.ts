/** An evaluation as asked for: several models under several schemes and seeds on one data set. */
import { at } from '../../../shared/at';
import { EngineError, type Failure, fail } from '../../../shared/failure';
import type { Estimate, EvaluationEvent, EvaluationResult } from '../../../shared/evaluation';
import type { EvaluationSpec, RunSettings } from '../../../shared/settings';
import type { KnownModel, ModelLibrary } from '../library/model-library';
import { mappedLabels, usableMap } from '../gate/outputs';
import { loadDataset, type KnownDataset } from '../library/dataset-library';
import { boardCells, pairedOfRuns, runRecord, type PublishedTable } from '../results/results';
import type { Store } from '../store/store-types';
import type { WorkerPool } from '../workers/pool';
import type { StopFlag } from '../workers/stop-flag';
import { calibrationFiles, checkLabels, evaluationImages } from './choose-images';
import { estimateEvaluation } from './estimate';
import { runEvaluationJob } from './evaluation-job';
import { overridesNote } from './model-overrides';
import type { Hold } from './hold';
import { Pace } from './pace';
import { choosePreprocess, planRuns } from './plan';

/** Partial figures go out at most this often, and after this many times as long as telling the last ones took. */
const announceMilliseconds = 400;
const announceRest = 24;

/** Pictures listed between two words about it: a full ImageNet has 1.3 million. */
const listedBetween = 20_000;

export interface EvaluationParts {
  readonly store: Store;
  readonly pool: WorkerPool;
  readonly library: ModelLibrary;
  readonly environment: string;
  /** Of the machine. */
  readonly memoryBytes: number;
  readonly published: PublishedTable;
  /** On while the machine sleeps. */
  readonly hold: Hold;
  readonly now: () => { readonly iso: string; readonly milliseconds: number };
}

/** Runs everything; failures of single runs and models are returned, a failure of all is thrown. */
export async function runEvaluation(parts: EvaluationParts, spec: EvaluationSpec, stop: StopFlag, emit: (event: EvaluationEvent) => void): Promise<EvaluationResult> {
  const pace = new Pace(() => parts.now().milliseconds);
  emit({ kind: 'progress', progress: pace.progress('listing', spec.dataset) });
  let told = 0;
  const dataset = await loadDataset(spec.dataset, {
    shouldStop: () => stop.raised, labels: spec.labels,
    onFiles: (files) => {
      if (files < told + listedBetween) return;
      told = files;
      emit({ kind: 'progress', progress: pace.progress('listing', `${spec.dataset} · ${files}`) });
    },
  });
  await parts.store.upsertDataset(dataset.record);
  const runIds: string[] = [];
  const failures: Failure[] = [];
  let stopped = false;
  for (const file of spec.models) {
    if (stop.raised) stopped = true;
    if (stopped) break;
    try {
      const outcome = await evaluateModel(parts, spec, file, dataset, pace, stop, emit);
      runIds.push(...outcome.runIds);
      failures.push(...outcome.failures);
      stopped = outcome.stopped;
    } catch (error) {
      if (!(error instanceof EngineError) || ['engine-lost', 'disk-full', 'workspace-missing', 'dataset-unreadable', 'internal'].includes(error.failure.kind)) throw error;
      if (error.failure.kind === 'stopped') stopped = true;
      else failures.push(error.failure);
    }
  }
  if (runIds.length === 0 && failures.length > 0) throw new EngineError(at(failures, 0));
  emit({ kind: 'progress', progress: pace.progress('finishing', '') });
  return { ...(await collect(parts.store, runIds)), state: stopped ? 'stopped' : 'done', failures };
}

async function evaluateModel(
  parts: EvaluationParts, spec: EvaluationSpec, file: string, dataset: KnownDataset, pace: Pace, stop: StopFlag, emit: (event: EvaluationEvent) => void,
): Promise<Awaited<ReturnType<typeof runEvaluationJob>>> {
  emit({ kind: 'progress', progress: pace.progress('importing', file) });
  const model = await parts.library.load(parts.pool, file, stop);
  stop.poll();
  const map = spec.labelMap === undefined ? null : usableMap(spec.labelMap, model, dataset.listing);
  if (map === null) checkLabels(model.record, dataset.listing);
  refuseWhatIsNotUnderstood(model);
  const settings = settingsFor(spec, model, emit);
  await parts.store.upsertModel(model.record);
  const listed = evaluationImages(dataset.listing, at(settings, 0));
  const images = map === null ? listed : { ...listed, labels: mappedLabels(listed.labels, map) };
  sayMemory(parts, estimateEvaluation([model], dataset, spec, parts.pool.size), model, emit);
  await parts.pool.drop((key) => !key.startsWith(model.record.hash) || key.includes('/run/'));
  return runEvaluationJob({
    store: parts.store, pool: parts.pool, model, datasetId: dataset.record.id, datasetHash: dataset.record.hash,
    path: dataset.path, images, calibrationFiles: (run) => calibrationFiles(dataset.listing, run),
    settings, resume: spec.resume, environment: parts.environment, stop, hold: parts.hold, pace, emit, now: parts.now,
    announce: announcer(parts, emit),
  });
}

function settingsFor(spec: EvaluationSpec, model: KnownModel, emit: (event: EvaluationEvent) => void): RunSettings[] {
  const { structure, metadata, batchable, exportedBatch } = model.shared;
  const chosen = choosePreprocess(spec.preprocess, model.record.name, structure, metadata);
  emit({ kind: 'note', text: `${model.record.name}: preprocessing ${chosen.source}` });
  for (const text of model.shared.notes) emit({ kind: 'note', text: `${model.record.name}: ${text}` });
  const batch = batchable ? spec.batch : exportedBatch;
  if (batch !== spec.batch) emit({ kind: 'note', text: `${model.record.name}: runs at batch ${batch}, the only one for which its graph is right` });
  const runs = planRuns(spec, chosen.preprocess, batch);
  const exceptions = overridesNote(model, runs);
  if (exceptions !== null) emit({ kind: 'note', text: `${model.record.name}: ${exceptions}` });
  return runs;
}

const gigabytes = (bytes: number): string => `${(bytes / 1e9).toFixed(1)} GB`;

/** Says what the run will need before it starts; refuses what the machine does not have. */
function sayMemory(parts: EvaluationParts, { peakBytes, cells }: Estimate, model: KnownModel, emit: (event: EvaluationEvent) => void): void {
  const needs = `about ${gigabytes(peakBytes)} of memory at the peak (${cells} networks, ${parts.pool.size} workers)`;
  if (peakBytes > parts.memoryBytes) {
    throw fail('memory', `The evaluation would need ${needs}`, { file: model.record.file, expected: `at most the ${gigabytes(parts.memoryBytes)} of this machine`, next: 'Take fewer workers (--workers 1) or fewer schemes at once' });
  }
  emit({ kind: 'note', text: `${model.record.name}: ${needs}` });
}

function refuseWhatIsNotUnderstood(model: KnownModel): void {
  const { notUnderstood, products } = model.shared.structure;
  if (products.total === products.understood) return;
  const first = notUnderstood[0];
  throw fail('model-unsupported', `${products.total - products.understood} of ${products.total} matrix products of the model are not understood, so they would stay unquantised unseen`, {
    file: model.record.file,
    ...(first === undefined ? {} : { place: `${first.opType} ${first.node}`, expected: first.expected }),
    next: 'Look at `bitlog2 inspect --model FILE` and export the model unfused, as tools/export-timm does',
  });
}

/** Tells runs' figures together, at most every `announceMilliseconds` and for a small share of the time, unless forced. */
function announcer(parts: EvaluationParts, emit: (event: EvaluationEvent) => void): (runIds: readonly string[], force: boolean) => Promise<void> {
  let due = -Infinity;
  return async (runIds, force) => {
    const start = parts.now().milliseconds;
    if (!force && start < due) return;
    const cells = await boardCells(parts.store, runIds, parts.published);
    for (const runId of runIds) emit({ kind: 'run', run: await runRecord(parts.store, runId), cell: cells.get(runId) ?? null });
    const end = parts.now().milliseconds;
    due = end + Math.max(announceMilliseconds, announceRest * (end - start));
  };
}

async function collect(store: Store, runIds: readonly string[]): Promise<Pick<EvaluationResult, 'runs' | 'paired'>> {
  const runs: EvaluationResult['runs'] = [];
  for (const id of runIds) {
    const skipped = (await store.skipped(id)).map(({ file, reason, detail }) => ({ file, reason, detail }));
    runs.push({ run: await runRecord(store, id), parameters: { ...(await store.calibration(id))?.parameters }, skipped });
  }
  return { runs, paired: [...(await pairedOfRuns(store, runIds))] };
}
