/** RGB to PNG, for thumbnails and exports: 8-bit RGB, each line stored as the difference to the one above. */
import { deflateSync } from 'node:zlib';
import { crc32 } from '../../core/images/crc32';
import type { Picture } from '../../core/images/picture';

const filterUp = 2;

function chunk(type: string, content: Uint8Array): Buffer {
  const bytes = Buffer.alloc(content.length + 12);
  bytes.writeUInt32BE(content.length, 0);
  bytes.write(type, 4, 'latin1');
  bytes.set(content, 8);
  bytes.writeUInt32BE(crc32(bytes, 4, bytes.length - 4), bytes.length - 4);
  return bytes;
}

function header(picture: Picture): Uint8Array {
  const bytes = Buffer.alloc(13);
  bytes.writeUInt32BE(picture.width, 0);
  bytes.writeUInt32BE(picture.height, 4);
  bytes.set([8, 2, 0, 0, 0], 8);
  return bytes;
}

/** The picture as a PNG file; decodePng gives the same pixels back. */
export function encodePng(picture: Picture): Uint8Array {
  const { data, height } = picture;
  const stride = picture.width * 3;
  const lines = new Uint8Array(height * (stride + 1));
  for (let row = 0; row < height; row++) {
    const at = row * (stride + 1);
    lines[at] = filterUp;
    for (let i = 0; i < stride; i++) {
      const above = row === 0 ? 0 : data[(row - 1) * stride + i] ?? 0;
      lines[at + 1 + i] = (data[row * stride + i] ?? 0) - above;
    }
  }
  const signature = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);
  return new Uint8Array(Buffer.concat([signature, chunk('IHDR', header(picture)), chunk('IDAT', deflateSync(lines)), chunk('IEND', new Uint8Array(0))]));
}
