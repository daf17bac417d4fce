/** PNG to RGB: zlib from Node, everything else in core/images, so that each case equals Pillow's. */
import { constants, inflateSync } from 'node:zlib';
import { checkImageSize } from '../../core/images/image-limits';
import type { Picture } from '../../core/images/picture';
import { readPngChunks, readPngHeader } from '../../core/images/png-chunks';
import { pngDataBytes, pngPixels } from '../../core/images/png-pixels';
import { ImageSkip } from '../../core/images/skip-reason';

/** Room for the odd encoder that stores a little more than the picture; a bomb is far beyond. */
const slackBytes = 65_536;

function inflate(pieces: readonly Uint8Array[], bytes: number): Uint8Array {
  const stream = pieces.length === 1 && pieces[0] !== undefined ? pieces[0] : Buffer.concat(pieces);
  try {
    // Sync flush: a stream that ends early gives what it has; whether that is enough is asked of the pixels, as in Pillow.
    return inflateSync(stream, { finishFlush: constants.Z_SYNC_FLUSH, chunkSize: Math.max(bytes + 64, 1024), maxOutputLength: bytes + slackBytes });
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    // Z_BUF_ERROR and the like: damaged data. A missing library or lack of memory is not the picture's fault.
    if (code.startsWith('Z_') || code === 'ERR_BUFFER_TOO_LARGE') throw new ImageSkip('broken', 'The PNG data is damaged and cannot be decompressed.');
    throw error;
  }
}

/** Decodes a whole PNG file. Throws ImageSkip. */
export function decodePng(bytes: Uint8Array): Picture {
  const header = readPngHeader(bytes);
  checkImageSize(header.width, header.height);
  const file = readPngChunks(bytes);
  return pngPixels(file, inflate(file.data, pngDataBytes(header)));
}
