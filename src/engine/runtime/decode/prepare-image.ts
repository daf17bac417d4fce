/** From file bytes to what a network takes. One picture at a time per thread, which all share the working space. */
import { normaliseWithTable } from '../../core/images/normalise';
import type { Picture } from '../../core/images/picture';
import { cropGeometry, resizeAndCrop, type CropSettings } from '../../core/images/resize-and-crop';
import { decodeImage } from './decode-image';
import { prepareRows, resizeAndCropRows, rowsOf } from './picture-kernels';
import { ScratchMemory } from './scratch-memory';

let scratch: ScratchMemory | null = null;

function emptyScratch(): ScratchMemory {
  scratch ??= new ScratchMemory();
  scratch.clear();
  return scratch;
}

/** Decodes, resizes and crops: input x input. Throws ImageSkip. */
export function cropImage(bytes: Uint8Array, settings: CropSettings): Picture {
  const picture = decodeImage(bytes);
  // The kernels fill the whole square; a picture with black borders is too rare to teach them.
  if (!cropGeometry(picture, settings).full) return resizeAndCrop(picture, settings);
  const memory = emptyScratch();
  return resizeAndCropRows(memory, rowsOf(picture, memory), settings);
}

/** cropImage, normalised with `table` (normalisationTable) into `out` from `offset` on, [3, input, input]. Throws ImageSkip. */
export function prepareImage(bytes: Uint8Array, settings: CropSettings, table: Float32Array, out: Float32Array, offset: number): void {
  const picture = decodeImage(bytes);
  if (!cropGeometry(picture, settings).full) {
    normaliseWithTable(resizeAndCrop(picture, settings), table, out, offset);
    return;
  }
  const memory = emptyScratch();
  prepareRows(memory, rowsOf(picture, memory), settings, table, out, offset);
}
