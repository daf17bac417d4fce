/** From file bytes to what a network takes. One picture at a time per thread, which all share the working space. */
import { checkImageBytes } from '../../core/images/image-limits';
import { normaliseWithTable } from '../../core/images/normalise';
import type { Picture } from '../../core/images/picture';
import { cropGeometry, resizeAndCrop, type CropSettings } from '../../core/images/resize-and-crop';
import { decodeImage } from './decode-image';
import { prepareRows, resizeAndCropRows } from './picture-kernels';
import { ScratchMemory } from './scratch-memory';

let scratch: ScratchMemory | null = null;

function emptyScratch(): ScratchMemory {
  scratch ??= new ScratchMemory();
  scratch.clear();
  return scratch;
}

/** The kernels fill the whole square; a picture with black borders is too rare to teach them. */
function fills(picture: Picture, settings: CropSettings): boolean {
  return cropGeometry(picture, settings).full;
}

function decoded(bytes: Uint8Array): Picture {
  checkImageBytes(bytes.length);
  return decodeImage(bytes);
}

/** Decodes, resizes and crops: input x input. Throws ImageSkip. */
export function cropImage(bytes: Uint8Array, settings: CropSettings): Picture {
  const picture = decoded(bytes);
  return fills(picture, settings) ? resizeAndCropRows(emptyScratch(), picture, settings) : resizeAndCrop(picture, settings);
}

/** cropImage, normalised with `table` (normalisationTable) into `out` from `offset` on, [3, input, input]. Throws ImageSkip. */
export function prepareImage(bytes: Uint8Array, settings: CropSettings, table: Float32Array, out: Float32Array, offset: number): void {
  const picture = decoded(bytes);
  if (fills(picture, settings)) prepareRows(emptyScratch(), picture, settings, table, out, offset);
  else normaliseWithTable(resizeAndCrop(picture, settings), table, out, offset);
}
