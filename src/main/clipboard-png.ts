import { clipboard, ClipboardItem, nativeImage, type NativeImage } from 'electron';

/** Electron's clipboard before it took the shape of the web's. */
interface ImageClipboard {
  writeImage(image: NativeImage): void;
}

function takesImages(object: object): object is ImageClipboard {
  return 'writeImage' in object && typeof object.writeImage === 'function';
}

/**
 * Puts a picture on the clipboard.
 *
 * @throws {Error} if the bytes are not a PNG
 */
export async function copyPng(png: Uint8Array): Promise<void> {
  const image = nativeImage.createFromBuffer(Buffer.from(png));
  if (image.isEmpty()) throw new Error('the picture for the clipboard is not a PNG');
  if (takesImages(clipboard)) clipboard.writeImage(image);
  else await clipboard.write([new ClipboardItem({ 'image/png': new Blob([new Uint8Array(png)], { type: 'image/png' }) })]);
}
