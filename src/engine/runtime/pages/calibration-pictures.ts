/** Which pictures a run was calibrated on: kept with the run since it calibrates, found again by the draw for older ones. */
import { existsSync } from 'node:fs';
import type { CalibrationPicture, KeptPictures } from '../../../shared/calibration';
import { toFailure, type Failure } from '../../../shared/failure';
import type { DatasetRecord } from '../../../shared/records';
import { readPlace } from '../datasets/picture-place';
import { keptCalibrationPictures } from '../runs/calibration-pictures';
import { calibrationFiles } from '../runs/choose-images';
import type { StoredRun } from '../store/store-types';
import { datasetOfRun, storedDataset } from './run-dataset';
import type { RunSources } from './run-sources';

/** Files of the draw, relative to the data set, with those that could not be read. Throws what listing the data set throws, and when it has changed. */
export async function drawnFiles(sources: RunSources, run: StoredRun): Promise<KeptPictures> {
  const kept = await keptCalibrationPictures(sources.store, run.id);
  if (kept !== null) return kept;
  const { listing } = await datasetOfRun(sources.store, run);
  return { files: calibrationFiles(listing, run.settings), skipped: [] };
}

export type KnownPictures = { readonly pictures: CalibrationPicture[]; readonly picturesFailure: null } | { readonly pictures: null; readonly picturesFailure: Failure };

/** The pictures as they are on the disk now. A data set that is gone or has changed is no reason not to show the parameters. */
export async function calibrationPictures(sources: RunSources, run: StoredRun): Promise<KnownPictures> {
  try {
    const { files, skipped } = await drawnFiles(sources, run);
    const dataset = await storedDataset(sources.store, run.datasetId);
    const left = new Map(skipped.map((image) => [image.file, image]));
    const pictures: CalibrationPicture[] = [];
    for (const [position, file] of files.entries()) {
      const image = left.get(file);
      const state = image !== undefined ? 'skipped' : existsSync(readPlace(await sources.path(run, file)).file) ? 'used' : 'missing';
      pictures.push({ position, file, label: labelOfFile(file, dataset), state, reason: image?.reason ?? null, detail: image?.detail ?? null });
    }
    return { pictures, picturesFailure: null };
  } catch (error) {
    return { pictures: null, picturesFailure: toFailure(error) };
  }
}

/** The class whose folder the file lies in, however deep; null when there is none. */
export function labelOfFile(file: string, { classes }: Pick<DatasetRecord, 'classes'>): number | null {
  const folders = new Set(file.split('/').slice(0, 2));
  return classes.find(({ folder }) => folders.has(folder))?.label ?? null;
}
