/**
 * PNG scanlines to RGB bytes, equal to Pillow's `open(...).convert('RGB')`: alpha is dropped, not blended; tRNS and gAMA change nothing;
 * 16-bit colour keeps its high byte; 16-bit grey is clipped at 255 (Pillow's I;16 to RGB); palette entries that are missing are black.
 */
import { createPicture, type Picture } from './picture';
import type { PngFile, PngHeader } from './png-chunks';
import { ImageSkip } from './skip-reason';

const samplesPerPixel = { grey: 1, rgb: 3, palette: 1, 'grey-alpha': 2, 'rgb-alpha': 4 } as const;

interface Pass {
  readonly left: number;
  readonly top: number;
  readonly stepX: number;
  readonly stepY: number;
  readonly width: number;
  readonly height: number;
}

function pass(header: PngHeader, left: number, top: number, stepX: number, stepY: number): Pass {
  const width = Math.ceil(Math.max(header.width - left, 0) / stepX);
  const height = Math.ceil(Math.max(header.height - top, 0) / stepY);
  return { left, top, stepX, stepY, width, height };
}

/** The one pass of an ordinary picture or the seven of Adam7, without those that hold no pixel. */
function passes(header: PngHeader): readonly Pass[] {
  if (!header.interlaced) return [pass(header, 0, 0, 1, 1)];
  return [
    pass(header, 0, 0, 8, 8), pass(header, 4, 0, 8, 8), pass(header, 0, 4, 4, 8), pass(header, 2, 0, 4, 4),
    pass(header, 0, 2, 2, 4), pass(header, 1, 0, 2, 2), pass(header, 0, 1, 1, 2),
  ].filter(({ width, height }) => width > 0 && height > 0);
}

function lineBytes(header: PngHeader, width: number): number {
  return Math.ceil((width * samplesPerPixel[header.colour] * header.bitDepth) / 8);
}

/** Bytes of the decompressed scanlines, each with its filter byte. */
export function pngDataBytes(header: PngHeader): number {
  return passes(header).reduce((sum, { width, height }) => sum + height * (1 + lineBytes(header, width)), 0);
}

function paeth(a: number, b: number, c: number): number {
  const p = a + b - c;
  const pa = Math.abs(p - a);
  const pb = Math.abs(p - b);
  const pc = Math.abs(p - c);
  return pa <= pb && pa <= pc ? a : pb <= pc ? b : c;
}

/** Undoes the filter of one line in place; `above` is the start of the line before it, or -1. */
function unfilterLine(raw: Uint8Array, filter: number, start: number, length: number, above: number, step: number): void {
  switch (filter) {
    case 0:
      return;
    case 1:
      for (let i = step; i < length; i++) raw[start + i] += raw[start + i - step];
      return;
    case 2:
      if (above >= 0) for (let i = 0; i < length; i++) raw[start + i] += raw[above + i];
      return;
    case 3:
      for (let i = 0; i < length; i++) {
        const left = i < step ? 0 : raw[start + i - step];
        raw[start + i] += (left + (above < 0 ? 0 : raw[above + i])) >> 1;
      }
      return;
    case 4:
      for (let i = 0; i < length; i++) {
        const left = i < step ? 0 : raw[start + i - step];
        const up = above < 0 ? 0 : raw[above + i];
        const corner = i < step || above < 0 ? 0 : raw[above + i - step];
        raw[start + i] += paeth(left, up, corner);
      }
      return;
    default:
      throw new ImageSkip('broken', `A line of the PNG names filter ${filter}; there are 0 to 4.`);
  }
}

/** 256 colours, [256, 3]: palette entries as they are, small greys spread over 0..255. */
function colourTable({ header, palette }: PngFile): Uint8Array {
  const table = new Uint8Array(256 * 3);
  if (header.colour === 'palette') {
    table.set(palette.subarray(0, table.length));
    return table;
  }
  const top = (1 << Math.min(header.bitDepth, 8)) - 1;
  for (let value = 0; value <= top; value++) table.fill((value * 255) / top, value * 3, value * 3 + 3);
  return table;
}

/** One line of samples to RGB at `at`, `step` bytes from pixel to pixel. */
function writeLine(raw: Uint8Array, start: number, width: number, header: PngHeader, table: Uint8Array, out: Uint8Array, at: number, step: number): void {
  const { bitDepth, colour } = header;
  const wide = bitDepth === 16 ? 2 : 1;
  const pixelBytes = samplesPerPixel[colour] * wide;
  for (let x = 0; x < width; x++, at += step) {
    if (colour === 'rgb' || colour === 'rgb-alpha') {
      const from = start + x * pixelBytes;
      out[at] = raw[from];
      out[at + 1] = raw[from + wide];
      out[at + 2] = raw[from + 2 * wide];
      continue;
    }
    let value: number;
    if (bitDepth >= 8) {
      value = raw[start + x * pixelBytes];
      if (colour === 'grey' && wide === 2) value = value > 0 ? 255 : raw[start + x * pixelBytes + 1];
    } else {
      const bit = x * bitDepth;
      value = (raw[start + (bit >> 3)] >> (8 - bitDepth - (bit & 7))) & ((1 << bitDepth) - 1);
    }
    out[at] = table[value * 3];
    out[at + 1] = table[value * 3 + 1];
    out[at + 2] = table[value * 3 + 2];
  }
}

/** Decompressed scanlines (pngDataBytes of them; unfiltered in place) to RGB. Throws ImageSkip 'broken'. */
export function pngPixels(file: PngFile, raw: Uint8Array): Picture {
  const { header } = file;
  if (raw.length < pngDataBytes(header)) throw new ImageSkip('broken', 'The PNG is truncated: lines of the picture are missing.');
  const picture = createPicture(header.width, header.height);
  const table = colourTable(file);
  const filterStep = Math.max(1, (samplesPerPixel[header.colour] * header.bitDepth) >> 3);
  let at = 0;
  for (const { left, top, stepX, stepY, width, height } of passes(header)) {
    const length = lineBytes(header, width);
    for (let row = 0; row < height; row++) {
      const above = row === 0 ? -1 : at - length;
      unfilterLine(raw, raw[at], at + 1, length, above, filterStep);
      const target = ((top + row * stepY) * header.width + left) * 3;
      writeLine(raw, at + 1, width, header, table, picture.data, target, stepX * 3);
      at += 1 + length;
    }
  }
  return picture;
}
