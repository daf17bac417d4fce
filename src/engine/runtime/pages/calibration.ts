/** What a run's calibration was done with and what it found. */
import type { Calibration } from '../../../shared/calibration';
import { fail } from '../../../shared/failure';
import type { PictureRecord } from '../../../shared/attention';
import type { NetworkParameters } from '../../core/graph/parameters';
import { storedRun } from '../results/stored-run';
import { isFloat } from '../runs/plan';
import type { StoredRun } from '../store/store-types';
import { calibrationPictures, drawnFiles } from './calibration-pictures';
import { operandCalibrations, parameterDigest, reparameterisationRecords } from './calibration-summary';
import { storedDataset } from './run-dataset';
import type { RunSources } from './run-sources';

/** Of any run; what it has not is empty. Reads the workspace alone, and looks whether the pictures are still on the disk. */
export async function calibrationOf(sources: RunSources, runId: string): Promise<Calibration> {
  const { store } = sources;
  const run = await storedRun(store, runId);
  const { settings } = run;
  const stored = isFloat(settings) ? null : await store.calibration(runId);
  const pictures = isFloat(settings) ? { pictures: [], picturesFailure: null } : await calibrationPictures(sources, run);
  const dataset = await storedDataset(store, run.datasetId);
  return {
    runId,
    state: isFloat(settings) ? 'float' : stored === null ? 'waiting' : 'calibrated',
    source: settings.calibrationList === null ? 'draw' : 'list',
    seed: settings.seed,
    // Without a train split the pictures that are evaluated serve.
    available: dataset.trainImages,
    bits: { weights: settings.wBits, activations: settings.aBits },
    seconds: run.seconds.calibration,
    ...pictures,
    operands: stored === null ? [] : operandCalibrations(stored.parameters, settings),
    reparameterisations: stored === null ? [] : reparameterisationRecords(JSON.parse(stored.state) as NetworkParameters),
    digest: stored === null ? '' : parameterDigest(stored.parameters),
  };
}

/** A calibration picture as the network sees it. */
export async function calibrationPicture(sources: RunSources, runId: string, position: number): Promise<PictureRecord> {
  const run = await storedRun(sources.store, runId);
  const { files } = isFloat(run.settings) ? { files: [] } : await drawnFiles(sources, run);
  const file = files[position];
  if (file === undefined) throw fail('not-found', `The run has no calibration picture ${position}`, { expected: `a position below ${files.length}` });
  return preparedPicture(sources, run, file);
}

/** A picture of the run's data set, by its relative path, as the run's network sees it. */
export async function preparedPicture(sources: RunSources, run: StoredRun, file: string): Promise<PictureRecord> {
  const model = await sources.model(run);
  const pool = await sources.pool();
  return pool.run<'picture'>({ kind: 'picture', file: await sources.path(run, file), preprocess: run.settings.preprocess, model: model.record.hash }, { needs: [model.requirement], urgent: true });
}
