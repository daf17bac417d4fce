/** The chunks of a PNG that matter for its pixels: header, palette, compressed data. Checked as Pillow checks them. */
import { crc32 } from './crc32';
import { ImageSkip } from './skip-reason';

export type PngColour = 'grey' | 'rgb' | 'palette' | 'grey-alpha' | 'rgb-alpha';

export interface PngHeader {
  readonly width: number;
  readonly height: number;
  readonly bitDepth: number;
  readonly colour: PngColour;
  readonly interlaced: boolean;
}

export interface PngFile {
  readonly header: PngHeader;
  /** Red, green, blue of each entry; empty when there is none. */
  readonly palette: Uint8Array;
  /** The zlib stream, in the pieces in which it is stored. */
  readonly data: readonly Uint8Array[];
}

const colours: Readonly<Record<number, { colour: PngColour; depths: readonly number[] }>> = {
  0: { colour: 'grey', depths: [1, 2, 4, 8, 16] },
  2: { colour: 'rgb', depths: [8, 16] },
  3: { colour: 'palette', depths: [1, 2, 4, 8] },
  4: { colour: 'grey-alpha', depths: [8, 16] },
  6: { colour: 'rgb-alpha', depths: [8, 16] },
};

const signatureBytes = 8;

function broken(detail: string): ImageSkip {
  return new ImageSkip('broken', detail);
}

function uint32(bytes: Uint8Array, at: number): number {
  return bytes[at] * 0x1000000 + ((bytes[at + 1] << 16) | (bytes[at + 2] << 8) | bytes[at + 3]);
}

function chunkType(bytes: Uint8Array, at: number): string {
  return String.fromCharCode(bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]);
}

/** The header chunk, which must come first. Throws ImageSkip 'broken'. */
export function readPngHeader(bytes: Uint8Array): PngHeader {
  const at = signatureBytes;
  if (bytes.length < at + 25) throw broken('The PNG ends inside its header.');
  if (uint32(bytes, at) !== 13 || chunkType(bytes, at + 4) !== 'IHDR') throw broken('The PNG does not begin with its header.');
  if (crc32(bytes, at + 4, at + 21) !== uint32(bytes, at + 21)) throw broken('The checksum of the PNG header is wrong.');
  const bitDepth = bytes[at + 16];
  const kind = colours[bytes[at + 17]];
  if (kind === undefined || !kind.depths.includes(bitDepth)) {
    throw broken(`The PNG header names colour type ${bytes[at + 17]} with ${bitDepth} bits, which does not exist.`);
  }
  if (bytes[at + 18] !== 0 || bytes[at + 19] !== 0 || bytes[at + 20] > 1) throw broken('The PNG header names an unknown compression, filter or interlacing.');
  return { width: uint32(bytes, at + 8), height: uint32(bytes, at + 12), bitDepth, colour: kind.colour, interlaced: bytes[at + 20] === 1 };
}

/**
 * Header, palette and compressed data. Chunks up to the data need right checksums; those of the data itself are left to zlib's own.
 * A last data chunk that is cut off is handed on as far as it goes. Throws ImageSkip 'broken'.
 */
export function readPngChunks(bytes: Uint8Array): PngFile {
  const header = readPngHeader(bytes);
  let palette = new Uint8Array(0);
  const data: Uint8Array[] = [];
  let at = signatureBytes + 25;
  while (at + 8 <= bytes.length) {
    const length = uint32(bytes, at);
    const type = chunkType(bytes, at + 4);
    const start = at + 8;
    const end = start + length;
    if (type === 'IDAT') {
      data.push(bytes.subarray(start, Math.min(end, bytes.length)));
    } else if (data.length > 0 || type === 'IEND') {
      break;
    } else {
      if (end + 4 > bytes.length) throw broken(`The PNG ends inside its ${type} chunk.`);
      if (crc32(bytes, at + 4, end) !== uint32(bytes, end)) throw broken(`The checksum of the PNG's ${type} chunk is wrong.`);
      if (type === 'PLTE') palette = bytes.slice(start, end);
    }
    at = end + 4;
  }
  if (data.length === 0) throw broken('The PNG has no picture data.');
  return { header, palette, data };
}
