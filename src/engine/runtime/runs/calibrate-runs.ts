/** Calibrates every run of a job that needs it, as many at once as there are workers. */
import { EngineError } from '../../../shared/failure';
import { sizeText } from '../evaluate/scratch-file';
import { keepCalibrationPictures } from './calibration-pictures';
import { calibrationTask, parametersFor, requireScratch, scratchFolder } from './calibration-task';
import { isComplete, type JobInputs, type JobRun } from './evaluation-job';
import { isFloat } from './plan';

/** Afterwards each run has parameters or a failure. Throws when the job was stopped or cannot go on. */
export async function calibrateAll(inputs: JobInputs, runs: readonly JobRun[]): Promise<void> {
  const waiting = runs.filter((run) => !isFloat(run.settings) && run.parameters === null && !isComplete(inputs, run));
  requireSpace(inputs, waiting);
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

/** Says what the calibrations will put into files, and refuses before the first of them what the disk cannot hold. */
function requireSpace(inputs: JobInputs, waiting: readonly JobRun[]): void {
  const needs = waiting.map(({ settings }) => ({ images: inputs.calibrationFiles(settings).length, batch: settings.batch }));
  const folder = scratchFolder(inputs.store);
  // As many as there are workers calibrate at once.
  const bytes = requireScratch(inputs.model, needs, inputs.pool.size, folder);
  if (bytes === 0) return;
  const images = Math.max(...needs.map((need) => need.images));
  inputs.emit({ kind: 'note', text: `${inputs.model.record.name}: calibration on ${images} images keeps up to ${sizeText(bytes)} in a temporary file in ${folder}` });
}

async function calibrateRun(inputs: JobInputs, run: JobRun, onSite: (done: number, total: number) => void): Promise<void> {
  const { pool, model, store } = inputs;
  const { settings } = run;
  const files = inputs.calibrationFiles(settings);
  const paths = files.map(inputs.path);
  const { task, needs } = calibrationTask(model, settings, paths, scratchFolder(store));
  try {
    await store.setRunState(run.id, 'calibrating');
    await inputs.announce([run.id], true);
    const outcome = await pool.run<'calibrate'>(task, { needs, stop: inputs.stop, onEvent: (event) => { if (event.kind === 'site') onSite(event.done, event.total); } });
    const parameters = parametersFor(settings, outcome.parameters);
    run.parameters = parameters;
    run.calibrationSeconds += outcome.milliseconds / 1000;
    for (const image of outcome.skipped) inputs.emit({ kind: 'note', text: `calibration leaves out ${image.file}: ${image.detail}` });
    // The workspace knows pictures as the data set lists them.
    await keepCalibrationPictures(store, run.id, files, outcome.skipped.map((image) => ({ ...image, file: files[paths.indexOf(image.file)] ?? image.file })));
    await store.saveCalibration(run.id, { parameters: parameters.sites, state: JSON.stringify(parameters) });
  } catch (error) {
    // One run that cannot calibrate must not end the others; a stop or a lost engine ends all.
    if (!(error instanceof EngineError) || ['stopped', 'engine-lost', 'disk-full'].includes(error.failure.kind)) throw error;
    run.failure = error.failure;
    await store.setRunState(run.id, 'failed', { failure: error.failure });
  }
  await inputs.announce([run.id], true);
}
