/** The one door from file bytes to pixels. */
import { checkImageBytes } from '../../core/images/image-limits';
import { imageFormat } from '../../core/images/image-format';
import type { Picture } from '../../core/images/picture';
import { ImageSkip } from '../../core/images/skip-reason';
import { assertNever } from '../../../shared/assert-never';
import { decodeJpeg } from './jpeg-decoder';
import { decodePng } from './png-decoder';

/**
 * A picture from the bytes of its file, as `PIL.Image.open(...).convert('RGB')` gives it. The bytes decide the format, not the file name.
 * Throws ImageSkip with the reason why the picture takes no part.
 */
export function decodeImage(bytes: Uint8Array): Picture {
  checkImageBytes(bytes.length);
  if (bytes.length === 0) throw new ImageSkip('broken', 'The file is empty.');
  const format = imageFormat(bytes);
  switch (format.kind) {
    case 'jpeg':
      return decodeJpeg(bytes);
    case 'png':
      return decodePng(bytes);
    case 'other':
      throw new ImageSkip('unsupported-format', `The file is a ${format.name} picture; JPEG and PNG are read.`);
    case 'unknown':
      throw new ImageSkip('not-an-image', 'The file is not a picture: its first bytes belong to no known picture format.');
    default:
      return assertNever(format, 'image format');
  }
}
