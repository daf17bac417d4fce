/**
 * One model under all its settings on one data set: FP32 gets a first look so that a figure stands early, every quantised run calibrates,
 * then batches are the outer loop and runs the inner one. Every finished batch is committed; a stopped job is continued by `resume`.
 */
import { at } from '../../../shared/at';
import { randomUUID } from 'node:crypto';
import { type Failure, toFailure } from '../../../shared/failure';
import type { EvaluationEvent } from '../../../shared/evaluation';
import type { RunSettings } from '../../../shared/settings';
import { quantizerSettings, type NetworkParameters } from '../../core/graph/parameters';
import type { KnownModel } from '../library/model-library';
import type { BatchCommit, Store } from '../store/store-types';
import type { Requirement, WorkerPool } from '../workers/pool';
import type { BatchOutcome, BatchSpec, WorkerEvent } from '../workers/protocol';
import type { StopFlag } from '../workers/stop-flag';
import { batchCount, batchOrder, groupSize, missingBatches, shareOfRest, takeGroup, type BatchWork } from './batches';
import { Committing } from './committing';
import { calibrateAll } from './calibrate-runs';
import { cellKey } from './keys';
import { proveAll } from './prove-runs';
import { isFloat, settingsNotes } from './plan';
import type { Pace } from './pace';

/** Images that FP32 evaluates before the calibrations start. */
const firstLookImages = 32;
/** Tasks are long enough that files are read ahead within them, and short in batches: what they list lives until they are done. */
const taskMilliseconds = 400;
const largestGroup = 16;
/** Tasks per worker: the one that it does, and one that is ready when it has done it. */
const tasksPerWorker = 2;

/** Pictures by position: `files` relative to the data set's root. */
export interface ImageList {
  readonly files: readonly string[];
  readonly labels: ArrayLike<number>;
}

export interface JobInputs {
  readonly store: Store;
  readonly pool: WorkerPool;
  readonly model: KnownModel;
  readonly datasetId: string;
  readonly datasetHash: string;
  /** Absolute path of a listed file. */
  readonly path: (file: string) => string;
  readonly images: ImageList;
  /** Calibration pictures for a run, relative files. */
  readonly calibrationFiles: (settings: RunSettings) => readonly string[];
  readonly settings: readonly RunSettings[];
  readonly resume: boolean;
  readonly environment: string;
  readonly stop: StopFlag;
  readonly pace: Pace;
  readonly emit: (event: EvaluationEvent) => void;
  /** Tells listeners about new figures of these runs; throttled by the caller. */
  readonly announce: (runIds: readonly string[], force: boolean) => Promise<void>;
  /** ISO time and milliseconds: the clock is the caller's. */
  readonly now: () => { readonly iso: string; readonly milliseconds: number };
}

/** A run while its job goes on. */
export interface JobRun {
  readonly id: string;
  readonly settings: RunSettings;
  readonly cell: string;
  parameters: NetworkParameters | null;
  calibrationSeconds: number;
  evaluationSeconds: number;
  failure: Failure | null;
  readonly committed: Set<number>;
}

export interface JobOutcome {
  readonly runIds: readonly string[];
  readonly stopped: boolean;
  readonly failures: readonly Failure[];
}

/** Runs the job. Failures of single runs are stored with them and returned; a stop ends it with everything finished kept. */
export async function runEvaluationJob(inputs: JobInputs): Promise<JobOutcome> {
  const runs = await openRuns(inputs);
  const failures: Failure[] = [];
  let stopped = false;
  try {
    const { batch } = at(inputs.settings, 0);
    const count = batchCount(inputs.images.files.length, batch);
    inputs.pace.plan(runs.reduce((sum, run) => sum + (count - run.committed.size) * batch, 0));
    await firstLook(inputs, runs, count);
    await calibrateAll(inputs, runs);
    await proveAll(inputs, runs);
    await evaluateBatches(inputs, runs.filter((run) => run.failure === null), count);
  } catch (error) {
    const failure = toFailure(error);
    if (failure.kind !== 'stopped') throw error;
    stopped = true;
  } finally {
    for (const run of runs) {
      if (run.failure !== null) failures.push(run.failure);
      const state = run.failure !== null ? 'failed' : isComplete(inputs, run) ? 'done' : 'stopped';
      await inputs.store.setRunState(run.id, state, { failure: run.failure, secondsCalibration: run.calibrationSeconds, secondsEvaluation: run.evaluationSeconds });
      await inputs.announce([run.id], true);
    }
  }
  return { runIds: runs.map((run) => run.id), stopped, failures };
}

/** Whether a run has every batch. */
export function isComplete(inputs: JobInputs, run: JobRun): boolean {
  return run.committed.size === batchCount(inputs.images.files.length, run.settings.batch);
}

async function openRuns(inputs: JobInputs): Promise<JobRun[]> {
  const { store, model } = inputs;
  const listId = await store.imageList(inputs.images.files, inputs.images.labels);
  const runs: JobRun[] = [];
  for (const settings of inputs.settings) {
    for (const text of settingsNotes(settings)) inputs.emit({ kind: 'note', text });
    const found = inputs.resume ? await store.findResumable({ modelHash: model.record.hash, datasetHash: inputs.datasetHash, settings }) : null;
    const id = found ?? randomUUID();
    if (found === null) {
      await store.createRun({ id, modelId: model.record.id, datasetId: inputs.datasetId, settings, listId, total: inputs.images.files.length, created: inputs.now().iso, environment: inputs.environment });
    }
    const stored = found === null ? null : await store.run(id);
    const calibration = found === null ? null : await store.calibration(id);
    runs.push({
      id,
      settings,
      cell: cellKey(model.record.hash, id, settings),
      parameters: calibration === null ? null : parseParameters(calibration.state),
      calibrationSeconds: stored?.seconds.calibration ?? 0,
      evaluationSeconds: stored?.seconds.evaluation ?? 0,
      failure: null,
      committed: new Set(found === null ? [] : await store.committedBatches(id)),
    });
    await inputs.announce([id], true);
  }
  return runs;
}

/** What `saveCalibration` stored as state: written by this file alone. */
function parseParameters(state: string): NetworkParameters {
  return JSON.parse(state) as NetworkParameters;
}

async function firstLook(inputs: JobInputs, runs: readonly JobRun[], count: number): Promise<void> {
  const float = runs.filter((run) => isFloat(run.settings));
  const first = float[0];
  if (first === undefined || float.length === runs.length) return;
  const batches = Math.min(count, Math.ceil(firstLookImages / first.settings.batch));
  await evaluateBatches(inputs, float, batches);
}

/** Evaluates what `runs` lack among the first `count` batches. */
async function evaluateBatches(inputs: JobInputs, runs: readonly JobRun[], count: number): Promise<void> {
  const byId = new Map(runs.map((run) => [run.id, run]));
  const work = missingBatches(batchOrder(inputs.images.labels, at(inputs.settings, 0).batch).slice(0, count), new Map(runs.map((run) => [run.id, run.committed])));
  if (work.length === 0) return;
  for (const run of runs) await inputs.store.setRunState(run.id, 'running');
  const size = at(inputs.settings, 0).batch;
  const committing = new Committing({ store: inputs.store, now: () => inputs.now().milliseconds, stored: async (commits) => {
    for (const { batch, cells, skipped } of commits) {
      for (const { runId } of cells) byId.get(runId)?.committed.add(batch);
      for (const image of skipped) inputs.emit({ kind: 'skipped', image: { file: image.file, reason: image.reason, detail: image.detail } });
      inputs.pace.advance(size * cells.length, skipped.length);
    }
    inputs.emit({ kind: 'progress', progress: inputs.pace.progress('evaluating', inputs.model.record.name) });
    await inputs.announce([...new Set(commits.flatMap(({ cells }) => cells.map(({ runId }) => runId)))], false);
  } });
  let perBatch: number | null = null;
  const onBatch = (outcome: BatchOutcome): void => {
    const cells = outcome.cells.map((cell) => ({ run: runOfCell(runs, cell.cell), cell }));
    const shared = outcome.milliseconds / Math.max(1, cells.length);
    perBatch = outcome.milliseconds + cells.reduce((sum, { cell }) => sum + cell.milliseconds, 0);
    for (const { run, cell } of cells) run.evaluationSeconds += (shared + cell.milliseconds) / 1000 / inputs.pool.size;
    committing.add(toCommit(inputs.images, outcome, cells.map(({ run, cell }) => ({ runId: run.id, cell }))));
  };
  const feeds = tasksPerWorker * inputs.pool.size;
  const take = (): BatchWork[] => takeGroup(work, Math.min(groupSize(perBatch, taskMilliseconds, largestGroup), shareOfRest(work.length, feeds)));
  const feed = async (): Promise<void> => {
    for (let group = take(); group.length > 0; group = take()) {
      await evaluateGroup(inputs, group, byId, onBatch);
      await committing.room();
    }
  };
  inputs.pace.start();
  const ends = await Promise.allSettled(Array.from({ length: feeds }, feed));
  inputs.pace.pause();
  await committing.settled();
  await inputs.announce(runs.map((run) => run.id), true);
  for (const end of ends) if (end.status === 'rejected') throw end.reason;
}

function runOfCell(runs: readonly JobRun[], cell: string): JobRun {
  const run = runs.find((candidate) => candidate.cell === cell);
  if (run === undefined) throw new Error(`no run belongs to the cell ${cell}`);
  return run;
}

async function evaluateGroup(inputs: JobInputs, group: readonly BatchWork[], byId: ReadonlyMap<string, JobRun>, onBatch: (outcome: BatchOutcome) => void): Promise<void> {
  const runs = at(group, 0).runs.map((id) => {
    const run = byId.get(id);
    if (run === undefined) throw new Error(`no run ${id} in this job`);
    return run;
  });
  const { batch: size, preprocess } = at(runs, 0).settings;
  const needs = [inputs.model.requirement, ...runs.map((run) => cellRequirement(inputs.model, run.cell, run.settings, run.parameters))];
  await inputs.pool.run<'evaluate'>({
    kind: 'evaluate', cells: runs.map((run) => run.cell), preprocess,
    batches: group.map(({ batch }) => batchSpec(inputs.images, inputs.path, batch, size)),
  }, { needs, stop: inputs.stop, onEvent: (event: WorkerEvent) => { if (event.kind === 'batch') onBatch(event.outcome); } });
}

/** Images [kB, kB + B) of the list. */
export function batchSpec(images: ImageList, path: (file: string) => string, batch: number, size: number): BatchSpec {
  const start = batch * size;
  const files = images.files.slice(start, start + size);
  return { batch, start, files: files.map(path), labels: files.map((_, index) => at(images.labels, start + index)) };
}

/** What a worker needs to evaluate a run. Throws when a quantised run has no parameters yet. */
export function cellRequirement(model: KnownModel, cell: string, settings: RunSettings, parameters: NetworkParameters | null): Requirement {
  const { scheme, batch } = settings;
  if (isFloat(settings)) return { key: cell, task: { kind: 'load-cell', cell, model: model.record.hash, batch, network: { kind: 'float' } } };
  if (parameters === null) throw new Error(`the run of ${scheme} is not calibrated`);
  return { key: cell, task: { kind: 'load-cell', cell, model: model.record.hash, batch, network: { kind: settings.arithmetic === 'integer' ? 'integer' : 'reference', settings: quantizerSettings(settings), parameters } } };
}

/** Workers know pictures by their absolute path; the workspace keeps them as the data set lists them. */
function toCommit(images: ImageList, outcome: BatchOutcome, cells: readonly { runId: string; cell: BatchOutcome['cells'][number] }[]): BatchCommit {
  return {
    batch: outcome.batch,
    cells: cells.map(({ runId, cell }) => ({ runId, predictions: cell.outcomes, levelCounts: cell.levelCounts })),
    skipped: outcome.skipped.map((image) => ({ ...image, file: at(images.files, image.index) })),
  };
}
