/**
 * Pictures that were looked at and accepted. A test draws each again and compares it with its file, exactly; `npm run pictures:accept`
 * (BITLOG2_PICTURES=accept) writes the files anew, which then show up in the commit, and draws the contact sheet docs/pictures/charts.png.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { deflateSync, inflateSync } from 'node:zlib';
import { chartFont } from '../../src/charts/chart-theme';

const folder = join(import.meta.dirname, 'pictures');
const accepting = process.env.BITLOG2_PICTURES === 'accept';

export interface Pixels {
  readonly width: number;
  readonly height: number;
  /** RGBA. */
  readonly data: Uint8ClampedArray;
}

/** Names of the stored files with this beginning. */
export function storedNames(beginning: string): string[] {
  return existsSync(folder) ? readdirSync(folder).filter((name) => name.startsWith(beginning)).sort() : [];
}

/** What differs from run to run and means nothing: counted ids, what happens under a pointer, the fonts of this machine, digits beyond a hundredth of a pixel. One element per line. */
export function normalSvg(svg: string): string {
  return `${svg
    .replaceAll(chartFont.replaceAll("'", '&#39;'), 'chart').replaceAll(chartFont, 'chart')
    .replaceAll(/<style[\s\S]*?<\/style>/g, '').replaceAll(/ class="[^"]*"/g, '')
    .replaceAll(/zr\d+-/g, 'zr-')
    .replaceAll(/-?\d+\.\d{3,}/g, (number) => String(Number(Number(number).toFixed(2))))
    .replaceAll(/>\s*</g, '>\n<')
    .trim()}\n`;
}

/** The stored text of this name, after writing it when pictures are being accepted; null when there is none. */
export function storedSvg(name: string, drawn: string): string | null {
  const file = join(folder, `${name}.svg`);
  if (accepting) write(file, drawn);
  return existsSync(file) ? readFileSync(file, 'utf8').replaceAll('\r\n', '\n') : null;
}

/** As storedSvg, for pixels: two files are equal when their pixels are, however they were packed. */
export function storedPng(name: string, drawn: Pixels): Pixels | null {
  const file = join(folder, `${name}.png`);
  if (accepting) write(file, pngOf(drawn));
  return existsSync(file) ? pixelsOf(readFileSync(file)) : null;
}

function write(file: string, content: string | Uint8Array): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(file, content);
}

const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

/** RGBA, eight bits, no row filter: so that reading it back needs nothing but inflating. Level 0 packs alike everywhere. */
export function pngOf({ width, height, data }: Pixels, level = 9): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 6, 0, 0, 0], 8);
  const rows = Buffer.alloc(height * (1 + width * 4));
  for (let y = 0; y < height; y++) rows.set(data.subarray(y * width * 4, (y + 1) * width * 4), y * (1 + width * 4) + 1);
  return Buffer.concat([signature, chunk('IHDR', header), chunk('IDAT', deflateSync(rows, { level })), chunk('IEND', Buffer.alloc(0))]);
}

/** Reads what pngOf wrote. */
export function pixelsOf(png: Buffer): Pixels {
  const parts: Buffer[] = [];
  for (let at = signature.length; at < png.length;) {
    const length = png.readUInt32BE(at);
    if (png.toString('latin1', at + 4, at + 8) === 'IDAT') parts.push(png.subarray(at + 8, at + 8 + length));
    at += length + 12;
  }
  const [width, height] = [png.readUInt32BE(16), png.readUInt32BE(20)];
  const rows = inflateSync(Buffer.concat(parts));
  const data = new Uint8ClampedArray(width * height * 4);
  for (let y = 0; y < height; y++) data.set(rows.subarray(y * (1 + width * 4) + 1, (y + 1) * (1 + width * 4)), y * width * 4);
  return { width, height, data };
}

function chunk(type: string, body: Buffer): Buffer {
  const named = Buffer.concat([Buffer.from(type, 'latin1'), body]);
  const frame = Buffer.alloc(8);
  frame.writeUInt32BE(body.length, 0);
  frame.writeUInt32BE(crc32(named), 4);
  return Buffer.concat([frame.subarray(0, 4), named, frame.subarray(4)]);
}

function crc32(bytes: Uint8Array): number {
  let sum = 0xffffffff;
  for (const byte of bytes) {
    sum ^= byte;
    for (let bit = 0; bit < 8; bit++) sum = (sum >>> 1) ^ (sum & 1 ? 0xedb88320 : 0);
  }
  return (sum ^ 0xffffffff) >>> 0;
}
