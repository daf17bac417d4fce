/** The task that calibrates a run's network: of the run itself, and of other draws of its pictures. */
import { dirname } from 'node:path';
import type { RunSettings } from '../../../shared/settings';
import { integerParameters } from '../../core/graph/integer/integer-parameters';
import { quantizerSettings, type NetworkParameters } from '../../core/graph/parameters';
import { scratchFull } from '../evaluate/scratch-file';
import { scratchFileSystem } from '../evaluate/scratch-file-system';
import type { KnownModel } from '../library/model-library';
import type { Store } from '../store/store-types';
import type { Requirement } from '../workers/pool';
import type { WorkerTask } from '../workers/protocol';
import { calibrationNeeds } from './calibration-needs';
import { calibratorKey } from './keys';

export interface CalibrationTask {
  readonly task: Extract<WorkerTask, { kind: 'calibrate' }>;
  readonly needs: readonly Requirement[];
  /** Under which the workers hold the calibration network. */
  readonly key: string;
}

/** `files` are absolute; `scratch` is the folder for a temporary file, if there must be one. */
export function calibrationTask(model: KnownModel, settings: RunSettings, files: readonly string[], scratch: string): CalibrationTask {
  const { wBits, overrides, batch, preprocess } = settings;
  const calibrator = calibratorKey(model.record.hash, settings);
  return {
    key: calibrator,
    task: { kind: 'calibrate', calibrator, wanted: files.length, scratch, settings: quantizerSettings(settings), images: { files, preprocess } },
    needs: [model.requirement, { key: calibrator, task: { kind: 'prepare-calibration', calibrator, model: model.record.hash, wBits, overrides, batch } }],
  };
}

/** What a calibration found, as the run's arithmetic uses it. */
export function parametersFor({ arithmetic }: RunSettings, found: NetworkParameters): NetworkParameters {
  return arithmetic === 'integer' ? integerParameters(found) : found;
}

/** Temporary files lie beside the workspace: its disk is the one that was chosen for this program's data. */
export const scratchFolder = ({ file }: Pick<Store, 'file'>): string => dirname(file);

/**
 * Bytes that these calibrations put into files when `workers` of them go on at once. Throws a 'disk-full' failure when the folder's disk
 * cannot hold them.
 */
export function requireScratch(model: KnownModel, needs: readonly { readonly images: number; readonly batch: number }[], workers: number, folder: string): number {
  const files = needs.map(({ images, batch }) => calibrationNeeds(model.shared, images, batch).file).sort((a, b) => b - a);
  const bytes = files.slice(0, workers).reduce((sum, file) => sum + file, 0);
  if (bytes === 0) return 0;
  const free = scratchFileSystem.freeBytes(folder);
  if (free !== null && free < bytes) throw scratchFull(folder, bytes, free);
  return bytes;
}
