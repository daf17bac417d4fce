/** The icon in the files that systems want: PNG of each size, one ICO (Windows) and one ICNS (macOS), both containers of PNGs. */
import { crc32, deflateSync } from 'node:zlib';
import { iconPixels, iconSvg } from './icon-shapes.mjs';

function chunk(type, data) {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const frame = Buffer.alloc(body.length + 8);
  frame.writeUInt32BE(data.length, 0);
  body.copy(frame, 4);
  frame.writeUInt32BE(crc32(body), body.length + 4);
  return frame;
}

/** @param {number} size side in pixels @param {Uint8Array} pixels RGBA */
export function png(size, pixels) {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(size, 0);
  header.writeUInt32BE(size, 4);
  // Eight bits per channel, RGBA.
  header.set([8, 6, 0, 0, 0], 8);
  const rows = Buffer.alloc(size * (size * 4 + 1));
  for (let row = 0; row < size; row++) rows.set(pixels.subarray(row * size * 4, (row + 1) * size * 4), row * (size * 4 + 1) + 1);
  return Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), chunk('IHDR', header), chunk('IDAT', deflateSync(rows, { level: 9 })), chunk('IEND', Buffer.alloc(0))]);
}

const linuxSizes = [16, 32, 48, 64, 128, 256, 512];
const icoSizes = [16, 32, 48, 256];
/** Type codes of ICNS whose contents are a PNG. */
const icnsTypes = [['ic07', 128], ['ic08', 256], ['ic09', 512], ['ic10', 1024]];

function ico(pictures) {
  const header = Buffer.alloc(6 + 16 * pictures.length);
  header.writeUInt16LE(1, 2);
  header.writeUInt16LE(pictures.length, 4);
  let offset = header.length;
  for (const [index, { size, data }] of pictures.entries()) {
    const at = 6 + 16 * index;
    // 256 is written as 0.
    header.set([size % 256, size % 256, 0, 0], at);
    header.writeUInt16LE(1, at + 4);
    header.writeUInt16LE(32, at + 6);
    header.writeUInt32LE(data.length, at + 8);
    header.writeUInt32LE(offset, at + 12);
    offset += data.length;
  }
  return Buffer.concat([header, ...pictures.map(({ data }) => data)]);
}

function icns(pictures) {
  const entry = (type, data) => {
    const head = Buffer.alloc(8);
    head.write(type, 0, 'latin1');
    head.writeUInt32BE(data.length + 8, 4);
    return Buffer.concat([head, data]);
  };
  return entry('icns', Buffer.concat(pictures.map(({ type, data }) => entry(type, data))));
}

/** @returns {Map<string, Buffer>} every file of resources/icons by its name */
export function iconFiles() {
  const drawn = new Map();
  const draw = (size) => {
    if (!drawn.has(size)) drawn.set(size, png(size, iconPixels(size)));
    return drawn.get(size);
  };
  return new Map([
    ['icon.svg', Buffer.from(iconSvg())],
    ...linuxSizes.map((size) => [`${size}x${size}.png`, draw(size)]),
    ['icon.ico', ico(icoSizes.map((size) => ({ size, data: draw(size) })))],
    ['icon.icns', icns(icnsTypes.map(([type, size]) => ({ type, data: draw(size) })))],
  ]);
}
