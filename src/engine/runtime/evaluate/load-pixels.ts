/** Pictures from disk to one batch of network input, with what had to be skipped. */
import { fail } from '../../../shared/failure';
import { normalisationTable } from '../../core/images/normalise';
import { preprocessPresets } from '../../core/images/preprocess';
import type { CropSettings } from '../../core/images/resize-and-crop';
import type { Picture } from '../../core/images/picture';
import { ImageSkip } from '../../core/images/skip-reason';
import type { Preprocess } from '../../../shared/settings';
import { cropImage, prepareImage } from '../decode/prepare-image';
import { placeText } from '../datasets/picture-place';
import { readImageBytes } from '../decode/read-image';

export interface LoadedBatch {
  /** [batch, 3, side, side]; slots without an image of their own repeat a loaded one. */
  readonly pixels: Float32Array;
  /** Positions in `files` of the images that fill slots 0.. in order; a shorter list than the batch means padding. */
  readonly loaded: readonly number[];
  readonly skipped: readonly { readonly position: number; readonly reason: string; readonly detail: string }[];
}

function cropSettings(side: number, { cropPct, interpolation, resize }: Preprocess): CropSettings {
  return { input: side, cropPct, interpolation, squash: resize === 'squash' };
}

/** The first and the third of three planes of `area` values, exchanged in place from `offset` on. */
function swapRedAndBlue(pixels: Float32Array, offset: number, area: number): void {
  const red = pixels.slice(offset, offset + area);
  pixels.copyWithin(offset, offset + 2 * area, offset + 3 * area);
  pixels.set(red, offset + 2 * area);
}

/** Decodes, resizes, crops. Throws ImageSkip. */
export function loadPicture(file: string, side: number, preprocess: Preprocess): Picture {
  return cropImage(readImageBytes(file), cropSettings(side, preprocess));
}

/** How thumbnails are made: nothing is normalised, so mean and deviation do not matter. */
export const thumbnails: Preprocess = { ...preprocessPresets.vit, cropPct: 1, interpolation: 'bilinear' };

/** A picture to look at. Throws EngineError 'image-skipped' that says where it lies. */
export function shownPicture(file: string, side: number, preprocess: Preprocess): Picture {
  try {
    return loadPicture(file, side, preprocess);
  } catch (error) {
    throw error instanceof ImageSkip ? fail('image-skipped', `This image cannot be shown: ${error.detail}`, { file: placeText(file), next: 'Choose another image' }) : error;
  }
}

/**
 * Fills a batch. Unreadable images are skipped and the ones behind them move up; free slots repeat the last image, so that every pass
 * runs at the run's batch size. `poll` is called before each image and may throw to stop. `read` gives a file's bytes or throws ImageSkip.
 */
export function loadBatch(files: readonly string[], batch: number, side: number, preprocess: Preprocess, poll: () => void, read = readImageBytes): LoadedBatch {
  const table = normalisationTable(preprocess.mean, preprocess.std);
  const settings = cropSettings(side, preprocess);
  const size = 3 * side * side;
  const pixels = new Float32Array(batch * size);
  const loaded: number[] = [];
  const skipped: { position: number; reason: string; detail: string }[] = [];
  for (const [position, file] of files.entries()) {
    poll();
    try {
      prepareImage(read(file), settings, table, pixels, loaded.length * size);
      if (preprocess.channels === 'bgr') swapRedAndBlue(pixels, loaded.length * size, side * side);
      loaded.push(position);
    } catch (error) {
      if (!(error instanceof ImageSkip)) throw error;
      skipped.push({ position, reason: error.reason, detail: error.detail });
    }
  }
  for (let slot = loaded.length; slot < batch && loaded.length > 0; slot++) pixels.copyWithin(slot * size, (loaded.length - 1) * size, loaded.length * size);
  return { pixels, loaded, skipped };
}
