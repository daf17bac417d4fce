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
import type { Store } from '../store/store-types';
import type { Requirement, WorkerPool } from '../workers/pool';
import type { BatchSpec } from '../workers/protocol';
import type { StopFlag } from '../workers/stop-flag';
import { batchCount } from './batches';
import { calibrateAll } from './calibrate-runs';
import { evaluateBatches } from './evaluate-batches';
import type { Hold } from './hold';
import { cellKey } from './keys';
import { proveAll } from './prove-runs';
import { isFloat, settingsNotes } from './plan';
import type { Pace } from './pace';

/** Images that FP32 evaluates before the calibrations start. */
const firstLookImages = 32;

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
  /** On while the machine sleeps. */
  readonly hold: Hold;
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
  /** By batch: how often the program ended over it (points, see strikes.ts). */
  readonly strikes: ReadonlyMap<number, number>;
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
    await evaluateBatches(inputs, runs.filter((run) => run.failure === null), count, 'all');
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
      strikes: found === null ? new Map<number, number>() : await store.strikes(id),
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
  await evaluateBatches(inputs, float, batches, 'sound');
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
