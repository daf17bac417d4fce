/** Which runs differ by the draw of their calibration pictures alone. */
import type { RunSettings } from '../../../shared/settings';
import type { StoredRun } from '../store/store-types';
import { canonicalJson } from '../store/stored-json';

/** Pictures that a run calibrates on. */
export function drawSize({ calibrationImages, calibrationList }: Pick<RunSettings, 'calibrationImages' | 'calibrationList'>): number {
  return calibrationList?.length ?? calibrationImages;
}

/** Everything about a run but which pictures it was calibrated on: runs with equal texts differ by their draw alone. */
export function drawKey({ modelHash, datasetHash, settings }: Pick<StoredRun, 'modelHash' | 'datasetHash' | 'settings'>): string {
  const { seed: _seed, calibrationList: _list, overrides, ...rest } = settings;
  // The order of overrides counts, and canonical texts sort.
  return canonicalJson([modelHash, datasetHash, { ...rest, calibrationImages: drawSize(settings) }, Object.entries(overrides ?? {})]);
}
