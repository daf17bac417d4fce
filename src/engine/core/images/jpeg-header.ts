/** What a JPEG says about itself before it is decoded: its frame header, and whether its end is there. */
import { ImageSkip } from './skip-reason';

export interface JpegHeader {
  readonly width: number;
  readonly height: number;
  readonly components: number;
  /** Bits per sample. */
  readonly precision: number;
  /** The SOF marker's second byte: 0xC0 baseline, 0xC2 progressive, and so on. */
  readonly process: number;
}

const startOfScan = 0xda;
const endOfImage = 0xd9;

function broken(detail: string): ImageSkip {
  return new ImageSkip('broken', detail);
}

/** SOF0..SOF15 without DHT (C4), JPG (C8) and DAC (CC), which share the range. */
function isFrame(marker: number): boolean {
  return marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
}

/** Markers without a length: TEM, RST0..7, SOI. */
function standsAlone(marker: number): boolean {
  return marker === 0x01 || (marker >= 0xd0 && marker <= 0xd8);
}

/** Whether an end-of-image marker follows: Pillow refuses files without one, libjpeg alone would paint the rest grey. */
function hasEnd(bytes: Uint8Array, from: number): boolean {
  for (let at = bytes.indexOf(0xff, from); at >= 0 && at + 1 < bytes.length; at = bytes.indexOf(0xff, at + 1)) {
    if (bytes[at + 1] === endOfImage) return true;
  }
  return false;
}

/**
 * Walks the segments of a JPEG up to its first scan. Throws ImageSkip 'broken' when the file ends early or has no frame or scan.
 */
export function readJpegHeader(bytes: Uint8Array): JpegHeader {
  let header: JpegHeader | null = null;
  let at = 2;
  for (;;) {
    // Bytes between segments are passed over, as libjpeg does.
    while (at < bytes.length && bytes[at] !== 0xff) at++;
    while (at < bytes.length && bytes[at] === 0xff) at++;
    if (at >= bytes.length) throw broken('The JPEG ends before its picture begins.');
    const marker = bytes[at++];
    if (marker === 0 || standsAlone(marker)) continue;
    if (marker === endOfImage) throw broken('The JPEG ends without a picture.');
    if (at + 2 > bytes.length) throw broken('The JPEG ends before its picture begins.');
    const length = bytes[at] * 256 + bytes[at + 1];
    if (length < 2) throw broken('A segment of the JPEG header has an impossible length.');
    if (isFrame(marker) && header === null) {
      if (length < 8 || at + 8 > bytes.length) throw broken('The frame header of the JPEG is cut off.');
      header = {
        precision: bytes[at + 2],
        height: bytes[at + 3] * 256 + bytes[at + 4],
        width: bytes[at + 5] * 256 + bytes[at + 6],
        components: bytes[at + 7],
        process: marker,
      };
    }
    if (marker === startOfScan) {
      if (header === null) throw broken('The JPEG has a scan but no frame header.');
      if (!hasEnd(bytes, at)) throw broken('The JPEG is truncated: its end-of-image marker is missing.');
      return header;
    }
    at += length;
  }
}

/** Throws ImageSkip when a JPEG with this header is not decoded: 'cmyk', or 'unsupported-format' for other rare kinds. */
export function checkJpegKind(header: JpegHeader): void {
  if (header.components === 4) {
    throw new ImageSkip('cmyk', 'The JPEG has four colour components (CMYK or YCCK); only RGB and grey pictures are read.');
  }
  if (header.components !== 1 && header.components !== 3) {
    throw new ImageSkip('unsupported-format', `The JPEG has ${header.components} colour components; 1 and 3 are read.`);
  }
  if (header.precision !== 8) {
    throw new ImageSkip('unsupported-format', `The JPEG has ${header.precision} bits per sample; 8 are read.`);
  }
  if (![0xc0, 0xc1, 0xc2, 0xc9, 0xca].includes(header.process)) {
    throw new ImageSkip('unsupported-format', 'The JPEG is lossless or hierarchical; sequential and progressive ones are read.');
  }
}
