/** A screenshot as a smaller PNG of the same look: no alpha, at most 256 colours where that many tell it, packed as well as zlib can. */
import { deflateSync, inflateSync } from 'node:zlib';

/** @param {Buffer} png eight bits per channel, RGB or RGBA @returns {Buffer} */
export function smallPng(png) {
  const width = png.readUInt32BE(16);
  const height = png.readUInt32BE(20);
  const channels = png[25] === 6 ? 4 : 3;
  const rows = unfilter(inflateSync(Buffer.concat(dataOf(png))), width * channels, height, channels);
  const { palette, indices } = quantise(rows, width * height, channels);
  const lines = Buffer.alloc(height * (width + 1));
  for (let y = 0; y < height; y++) lines.set(indices.subarray(y * width, (y + 1) * width), y * (width + 1) + 1);
  const header = Buffer.from(png.subarray(16, 29));
  header.set([8, 3, 0, 0, 0], 8);
  return Buffer.concat([png.subarray(0, 8), chunk('IHDR', header), chunk('PLTE', palette), chunk('IDAT', deflateSync(lines, { level: 9, memLevel: 9 })), chunk('IEND', Buffer.alloc(0))]);
}

function dataOf(png) {
  const parts = [];
  for (let at = 8; at < png.length; at += png.readUInt32BE(at) + 12) if (png.toString('latin1', at + 4, at + 8) === 'IDAT') parts.push(png.subarray(at + 8, at + 8 + png.readUInt32BE(at)));
  return parts;
}

function unfilter(lines, stride, height, pixel) {
  const out = Buffer.alloc(stride * height);
  for (let y = 0; y < height; y++) {
    const kind = lines[y * (stride + 1)];
    for (let x = 0; x < stride; x++) {
      const at = y * stride + x;
      const left = x < pixel ? 0 : out[at - pixel];
      const up = y === 0 ? 0 : out[at - stride];
      const corner = x < pixel || y === 0 ? 0 : out[at - stride - pixel];
      const guess = kind === 1 ? left : kind === 2 ? up : kind === 3 ? (left + up) >> 1 : kind === 4 ? paeth(left, up, corner) : 0;
      out[at] = lines[y * (stride + 1) + 1 + x] + guess;
    }
  }
  return out;
}

function paeth(a, b, c) {
  const [toA, toB, toC] = [Math.abs(b - c), Math.abs(a - c), Math.abs(a + b - 2 * c)];
  return toA <= toB && toA <= toC ? a : toB <= toC ? b : c;
}

/** The commonest colours, with as many of them left apart as 256 allow; every other takes the nearest of these. */
function quantise(pixels, count, channels) {
  const uses = new Map();
  for (let i = 0; i < count; i++) {
    const colour = pixels.readUIntBE(i * channels, 3);
    uses.set(colour, (uses.get(colour) ?? 0) + 1);
  }
  const byUse = [...uses].sort((a, b) => b[1] - a[1]).map(([colour]) => [colour >> 16, (colour >> 8) & 255, colour & 255]);
  const distance = (a, b) => (a[0] - b[0]) ** 2 + (a[1] - b[1]) ** 2 + (a[2] - b[2]) ** 2;
  let chosen = byUse;
  for (let apart = 8; chosen.length > 256; apart *= 1.5) {
    chosen = [];
    for (const [place, colour] of byUse.entries()) if (place < 64 || chosen.every((other) => distance(other, colour) > apart)) chosen.push(colour);
  }
  const nearest = new Map();
  const indices = Buffer.alloc(count);
  for (let i = 0; i < count; i++) {
    const key = pixels.readUIntBE(i * channels, 3);
    let index = nearest.get(key);
    if (index === undefined) {
      const colour = [key >> 16, (key >> 8) & 255, key & 255];
      index = chosen.reduce((best, other, at) => (distance(other, colour) < distance(chosen[best], colour) ? at : best), 0);
      nearest.set(key, index);
    }
    indices[i] = index;
  }
  return { palette: Buffer.from(chosen.flat()), indices };
}

function chunk(type, body) {
  const named = Buffer.concat([Buffer.from(type, 'latin1'), body]);
  const frame = Buffer.alloc(8);
  frame.writeUInt32BE(body.length, 0);
  let sum = 0xffffffff;
  for (const byte of named) {
    sum ^= byte;
    for (let bit = 0; bit < 8; bit++) sum = (sum >>> 1) ^ (sum & 1 ? 0xedb88320 : 0);
  }
  frame.writeUInt32BE((sum ^ 0xffffffff) >>> 0, 4);
  return Buffer.concat([frame.subarray(0, 4), named, frame.subarray(4)]);
}
