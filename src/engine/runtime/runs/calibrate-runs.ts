/** Calibrates every run of a job that needs it, as many at once as there are workers. */
import { EngineError, fail, toFailure } from '../../../shared/failure';
import { placeText } from '../datasets/picture-place';
import { sizeText } from '../evaluate/scratch-file';
import { keepCalibrationPictures } from './calibration-pictures';
import { calibrationTask, parametersFor, requireScratch, scratchFolder } from './calibration-task';
import { isComplete, type JobInputs, type JobRun } from './evaluation-job';
import { isFloat } from './plan';
import { calibrationBatch } from '../store/in-flight';
import { quarantinePoints } from '../store/strikes';
import { vanishedAmong } from './vanished';

/** Afterwards each run has parameters or a failure. Throws when the job was stopped or cannot go on. */
export async function calibrateAll(inputs: JobInputs, runs: readonly JobRun[]): Promise<void> {
  const waiting = runs.filter((run) => !isFloat(run.settings) && run.parameters === null && !isComplete(inputs, run));
  requireSpace(inputs, waiting);
  const progress = new Map<string, number>();
  let sites = 0;
  const calibrate = (run: JobRun): Promise<void> => calibrateRun(inputs, run, (done, total) => {
    sites = total;
    progress.set(run.id, done);
    const sum = [...progress.values()].reduce((a, b) => a + b, 0);
    inputs.emit({ kind: 'progress', progress: inputs.pace.progress('calibrating', `${inputs.model.record.name} ${run.settings.scheme}`, sum, sites * waiting.length) });
  });
  const suspect = (run: JobRun): boolean => (run.strikes.get(calibrationBatch) ?? 0) > 0;
  const outcomes = await inTurns(waiting.filter((run) => !suspect(run)), inputs.pool.size, calibrate);
  // Alone, so that it is known which of them it is that ends the engine.
  if (outcomes.every(({ status }) => status === 'fulfilled')) outcomes.push(...await inTurns(waiting.filter(suspect), 1, calibrate));
  await inputs.pool.drop((key) => key.includes('/calibrator/'));
  for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
}

/** As many at a time as there are workers: what waits in the pool's queue is not in work, and not to blame when the engine ends. */
async function inTurns(runs: readonly JobRun[], most: number, calibrate: (run: JobRun) => Promise<void>): Promise<PromiseSettledResult<void>[]> {
  const left = [...runs];
  const outcomes: PromiseSettledResult<void>[] = [];
  const turn = async (): Promise<void> => {
    for (let run = left.shift(); run !== undefined; run = left.shift()) outcomes.push(...await Promise.allSettled([calibrate(run)]));
  };
  await Promise.all(Array.from({ length: most }, turn));
  return outcomes;
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
    if ((run.strikes.get(calibrationBatch) ?? 0) >= quarantinePoints) throw endsTheEngine(model.record.file);
    await store.setRunState(run.id, 'calibrating');
    await inputs.announce([run.id], true);
    store.inFlight.begin([run.id], [calibrationBatch]);
    const outcome = await pool.run<'calibrate'>(task, { needs, stop: inputs.stop, onEvent: (event) => { if (event.kind === 'site') onSite(event.done, event.total); } });
    const gone = vanishedAmong(outcome.skipped);
    if (gone !== null) throw gone;
    const parameters = parametersFor(settings, outcome.parameters);
    run.parameters = parameters;
    run.calibrationSeconds += outcome.milliseconds / 1000;
    for (const image of outcome.skipped) inputs.emit({ kind: 'note', text: `calibration leaves out ${placeText(image.file)}: ${image.detail}` });
    // The workspace knows pictures as the data set lists them.
    await keepCalibrationPictures(store, run.id, files, outcome.skipped.map((image) => ({ ...image, file: files[paths.indexOf(image.file)] ?? image.file })));
    await store.saveCalibration(run.id, { parameters: parameters.sites, state: JSON.stringify(parameters) });
  } catch (error) {
    if (toFailure(error).kind === 'engine-lost') await store.strike([run.id], [calibrationBatch]);
    // One run that cannot calibrate must not end the others; a stop, a lost engine or lost data ends all.
    if (!(error instanceof EngineError) || ['stopped', 'engine-lost', 'disk-full', 'workspace-missing', 'dataset-unreadable'].includes(error.failure.kind)) throw error;
    run.failure = error.failure;
    await store.setRunState(run.id, 'failed', { failure: error.failure });
  } finally {
    // Whatever ends the engine from now on was not this calibration.
    store.inFlight.end([run.id], [calibrationBatch]);
  }
  await inputs.announce([run.id], true);
}

function endsTheEngine(file: string): EngineError {
  return fail('calibration', 'The engine ended twice during this calibration, so it is not tried again', {
    file,
    expected: 'a calibration that fits into the memory of this machine',
    next: 'Take fewer workers (--workers 1) or fewer calibration images (--calib-batchsize): that makes another run, with calibrations of its own',
  });
}
