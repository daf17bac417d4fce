/** Bounds checked on the header, before a decoder allocates anything: a 6 MB file can describe a 400-megapixel picture. */
import { ImageSkip } from './skip-reason';

export const maxImageSide = 16_384;
export const maxImagePixels = 50_000_000;
export const maxImageBytes = 50 * 1024 * 1024;

/** Throws ImageSkip 'too-large' when a picture of this size is not decoded, 'broken' when it has no pixels at all. */
export function checkImageSize(width: number, height: number): void {
  if (width < 1 || height < 1) throw new ImageSkip('broken', `The header says ${width} x ${height} pixels.`);
  if (width > maxImageSide || height > maxImageSide) {
    throw new ImageSkip('too-large', `The picture is ${width} x ${height} pixels; sides of up to ${maxImageSide} are read.`);
  }
  if (width * height > maxImagePixels) {
    throw new ImageSkip('too-large', `The picture has ${(width * height / 1e6).toFixed(1)} megapixels; up to ${maxImagePixels / 1e6} are read.`);
  }
}

/** Throws ImageSkip 'too-large' when the file has more bytes than are read. */
export function checkImageBytes(bytes: number): void {
  if (bytes > maxImageBytes) {
    throw new ImageSkip('too-large', `The file has ${(bytes / 1048576).toFixed(1)} MB; up to ${maxImageBytes / 1048576} MB are read.`);
  }
}
