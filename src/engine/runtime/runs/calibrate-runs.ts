/** Calibrates every run of a job that needs it, as many at once as there are workers. */
import { dirname } from 'node:path';
import { EngineError } from '../../../shared/failure';
import { quantizerSettings } from '../../core/graph/parameters';
import { integerParameters } from '../../core/graph/integer/integer-parameters';
import { scratchFull, sizeText } from '../evaluate/scratch-file';
import { scratchFileSystem } from '../evaluate/scratch-file-system';
import type { Requirement } from '../workers/pool';
import { calibrationNeeds } from './calibration-needs';
import { isComplete, type JobInputs, type JobRun } from './evaluation-job';
import { calibratorKey } from './keys';
import { isFloat } from './plan';

/** Afterwards each run has parameters or a failure. Throws when the job was stopped or cannot go on. */
export async function calibrateAll(inputs: JobInputs, runs: readonly JobRun[]): Promise<void> {
  const waiting = runs.filter((run) => !isFloat(run.settings) && run.parameters === null && !isComplete(inputs, run));
  requireScratch(inputs, waiting);
  const progress = new Map<string, number>();
  let sites = 0;
  const outcomes = await Promise.allSettled(waiting.map(async (run) => {
    await calibrateRun(inputs, run, (done, total) => {
      sites = total;
      progress.set(run.id, done);
      const sum = [...progress.values()].reduce((a, b) => a + b, 0);
      inputs.emit({ kind: 'progress', progress: inputs.pace.progress('calibrating', `${inputs.model.record.name} ${run.settings.scheme}`, sum, sites * waiting.length) });
    });
  }));
  await inputs.pool.drop((key) => key.includes('/calibrator/'));
  for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
}

/** Temporary files lie beside the workspace: its disk is the one that was chosen for this program's data. */
const scratchFolder = ({ store }: JobInputs): string => dirname(store.file);

/** Says what the calibrations will put into files, and refuses before the first of them what the disk cannot hold. */
function requireScratch(inputs: JobInputs, waiting: readonly JobRun[]): void {
  const needs = waiting.map(({ settings }) => ({ images: inputs.calibrationFiles(settings).length, batch: settings.batch }));
  const files = needs.map(({ images, batch }) => calibrationNeeds(inputs.model.shared, images, batch).file).sort((a, b) => b - a);
  // As many as there are workers calibrate at once.
  const bytes = files.slice(0, inputs.pool.size).reduce((sum, file) => sum + file, 0);
  if (bytes === 0) return;
  const folder = scratchFolder(inputs);
  const free = scratchFileSystem.freeBytes(folder);
  if (free !== null && free < bytes) throw scratchFull(folder, bytes, free);
  const images = Math.max(...needs.map((need) => need.images));
  inputs.emit({ kind: 'note', text: `${inputs.model.record.name}: calibration on ${images} images keeps up to ${sizeText(bytes)} in a temporary file in ${folder}` });
}

async function calibrateRun(inputs: JobInputs, run: JobRun, onSite: (done: number, total: number) => void): Promise<void> {
  const { pool, model, store } = inputs;
  const { settings } = run;
  const calibrator = calibratorKey(model.record.hash, settings);
  const files = inputs.calibrationFiles(settings);
  const needs: Requirement[] = [model.requirement, {
    key: calibrator,
    task: { kind: 'prepare-calibration', calibrator, model: model.record.hash, wBits: settings.wBits, overrides: settings.overrides, batch: settings.batch },
  }];
  try {
    await store.setRunState(run.id, 'calibrating');
    await inputs.announce([run.id], true);
    const outcome = await pool.run<'calibrate'>({
      kind: 'calibrate', calibrator, wanted: files.length, scratch: scratchFolder(inputs),
      settings: quantizerSettings(settings),
      images: { files: files.map(inputs.path), preprocess: settings.preprocess },
    }, { needs, stop: inputs.stop, onEvent: (event) => { if (event.kind === 'site') onSite(event.done, event.total); } });
    const parameters = settings.arithmetic === 'integer' ? integerParameters(outcome.parameters) : outcome.parameters;
    run.parameters = parameters;
    run.calibrationSeconds += outcome.milliseconds / 1000;
    for (const image of outcome.skipped) inputs.emit({ kind: 'note', text: `calibration leaves out ${image.file}: ${image.detail}` });
    await store.saveCalibration(run.id, { parameters: parameters.sites, state: JSON.stringify(parameters) });
  } catch (error) {
    // One run that cannot calibrate must not end the others; a stop or a lost engine ends all.
    if (!(error instanceof EngineError) || ['stopped', 'engine-lost', 'disk-full'].includes(error.failure.kind)) throw error;
    run.failure = error.failure;
    await store.setRunState(run.id, 'failed', { failure: error.failure });
  }
  await inputs.announce([run.id], true);
}
