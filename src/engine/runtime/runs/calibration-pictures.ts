/** Which pictures a run was calibrated on: the draw can be repeated only as long as the data set stays as it was. */
import { keptPicturesSchema, type KeptPictures } from '../../../shared/calibration';
import type { SkippedImage } from '../../../shared/records';
import { answerKinds } from '../store/answer-kinds';
import type { Store } from '../store/store-types';

/** `files` relative to the data set; `skipped` among them. */
export async function keepCalibrationPictures(store: Pick<Store, 'saveAnalysis'>, runId: string, files: readonly string[], skipped: readonly SkippedImage[]): Promise<void> {
  await store.saveAnalysis(runId, answerKinds.calibrationPictures, null, { files, skipped });
}

/** Null for runs of versions that did not keep them. */
export async function keptCalibrationPictures(store: Pick<Store, 'savedAnalysis'>, runId: string): Promise<KeptPictures | null> {
  return store.savedAnalysis(runId, answerKinds.calibrationPictures, null, keptPicturesSchema);
}
