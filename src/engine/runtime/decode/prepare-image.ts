/** From file bytes to what a network takes. One picture at a time per thread, which all share the working space. */
import { checkImageBytes } from '../../core/images/image-limits';
import { imageFormat } from '../../core/images/image-format';
import { normaliseWithTable } from '../../core/images/normalise';
import type { Picture } from '../../core/images/picture';
import { cropGeometry, resizeAndCrop, type CropSettings } from '../../core/images/resize-and-crop';
import { decodeImage } from './decode-image';
import { jpegRows } from './jpeg-rows';
import { prepareRows, resizeAndCropRows, rowsOf, type PictureRows } from './picture-kernels';
import { ScratchMemory } from './scratch-memory';

let scratch: ScratchMemory | null = null;

function emptyScratch(): ScratchMemory {
  scratch ??= new ScratchMemory();
  scratch.clear();
  return scratch;
}

/**
 * The quick way through `work`, else the one that copes with everything. `work` says null when the quick way ends.
 * The kernels fill the whole square; a picture with black borders is too rare to teach them.
 */
function prepare<T>(bytes: Uint8Array, settings: CropSettings, work: (memory: ScratchMemory, rows: PictureRows) => T | null, twin: (picture: Picture) => T): T {
  checkImageBytes(bytes.length);
  const memory = emptyScratch();
  if (imageFormat(bytes).kind === 'jpeg') {
    const rows = jpegRows(bytes, memory);
    const done = rows === null || !cropGeometry(rows, settings).full ? null : work(memory, rows);
    if (done !== null) return done;
    memory.clear();
  }
  const picture = decodeImage(bytes);
  return (cropGeometry(picture, settings).full ? work(memory, rowsOf(picture, memory)) : null) ?? twin(resizeAndCrop(picture, settings));
}

/** Decodes, resizes and crops: input x input. Throws ImageSkip. */
export function cropImage(bytes: Uint8Array, settings: CropSettings): Picture {
  return prepare(bytes, settings, (memory, rows) => resizeAndCropRows(memory, rows, settings), (picture) => picture);
}

/** cropImage, normalised with `table` (normalisationTable) into `out` from `offset` on, [3, input, input]. Throws ImageSkip. */
export function prepareImage(bytes: Uint8Array, settings: CropSettings, table: Float32Array, out: Float32Array, offset: number): void {
  prepare(bytes, settings, (memory, rows) => prepareRows(memory, rows, settings, table, out, offset) || null, (picture) => {
    normaliseWithTable(picture, table, out, offset);
    return true;
  });
}
