/** RGB to baseline JPEG, for pictures that benches and tests draw themselves. Plain and slow; code tables are made to measure for each picture. */
import { at } from '../../src/shared/at';
import type { Picture } from '../../src/engine/core/images/picture';
import { BitWriter, makeCode, type Code } from './jpeg-code';

export type Subsampling = '4:4:4' | '4:2:2' | '4:2:0' | 'grey';

export interface JpegOptions {
  /** 1..100, scaled as libjpeg does. */
  readonly quality: number;
  readonly subsampling: Subsampling;
  /** Minimum coded units between restart markers. */
  readonly restartInterval?: number;
}

/** The quantisers that the JPEG standard gives as examples, by row. */
const lumaSteps = [
  16, 11, 10, 16, 24, 40, 51, 61, 12, 12, 14, 19, 26, 58, 60, 55, 14, 13, 16, 24, 40, 57, 69, 56, 14, 17, 22, 29, 51, 87, 80, 62,
  18, 22, 37, 56, 68, 109, 103, 77, 24, 35, 55, 64, 81, 104, 113, 92, 49, 64, 78, 87, 103, 121, 120, 101, 72, 92, 95, 98, 112, 100, 103, 99,
];
const chromaSteps = Array.from({ length: 64 }, (_, index) => {
  const [row, column] = [index >> 3, index & 7];
  const corner = [[17, 18, 24, 47], [18, 21, 26, 66], [24, 26, 56, 99], [47, 66, 99, 99]];
  return corner[row]?.[column] ?? 99;
});

/** Places of the coefficients by diagonals, every other one upwards. */
const zigzag = Array.from({ length: 64 }, (_, index) => index).sort((a, b) => {
  const [rowA, columnA, rowB, columnB] = [a >> 3, a & 7, b >> 3, b & 7];
  const [sumA, sumB] = [rowA + columnA, rowB + columnB];
  if (sumA !== sumB) return sumA - sumB;
  return sumA % 2 === 0 ? rowB - rowA : rowA - rowB;
});

const cosines = Float64Array.from({ length: 64 }, (_, index) => {
  const [frequency, place] = [index >> 3, index & 7];
  return (frequency === 0 ? Math.SQRT1_2 : 1) * 0.5 * Math.cos(((2 * place + 1) * frequency * Math.PI) / 16);
});

interface Plane {
  readonly width: number;
  readonly height: number;
  readonly data: Float64Array;
}

interface Component {
  readonly plane: Plane;
  readonly across: number;
  readonly down: number;
  readonly steps: readonly number[];
}

/** One coefficient's place in the stream: the symbol of its code, then `size` bits of `bits`. */
interface Token {
  readonly table: number;
  readonly symbol: number;
  readonly size: number;
  readonly bits: number;
}

function planesOf({ width, height, data }: Picture): readonly [Plane, Plane, Plane] {
  const plane = (weigh: (r: number, g: number, b: number) => number): Plane => ({
    width, height, data: Float64Array.from({ length: width * height }, (_, i) => weigh(data[3 * i] ?? 0, data[3 * i + 1] ?? 0, data[3 * i + 2] ?? 0)),
  });
  return [
    plane((r, g, b) => 0.299 * r + 0.587 * g + 0.114 * b - 128),
    plane((r, g, b) => -0.168736 * r - 0.331264 * g + 0.5 * b),
    plane((r, g, b) => 0.5 * r - 0.418688 * g - 0.081312 * b),
  ];
}

/** The mean of each group of samples; the last ones are repeated at the borders. */
function shrink(plane: Plane, across: number, down: number): Plane {
  const width = Math.ceil(plane.width / across);
  const height = Math.ceil(plane.height / down);
  const data = new Float64Array(width * height);
  for (let i = 0; i < data.length; i++) {
    let sum = 0;
    for (let y = 0; y < down; y++) for (let x = 0; x < across; x++) sum += sample(plane, (i % width) * across + x, Math.floor(i / width) * down + y);
    data[i] = sum / (across * down);
  }
  return { width, height, data };
}

function sample({ width, height, data }: Plane, x: number, y: number): number {
  return data[Math.min(y, height - 1) * width + Math.min(x, width - 1)] ?? 0;
}

/** One direction of the transform: lines of `from` become columns of `to`. */
function transform(from: Float64Array, to: Float64Array): void {
  for (let line = 0; line < 64; line += 8) {
    for (let frequency = 0; frequency < 64; frequency += 8) {
      let sum = 0;
      for (let i = 0; i < 8; i++) sum += (from[line + i] ?? 0) * (cosines[frequency + i] ?? 0);
      to[frequency + (line >> 3)] = sum;
    }
  }
}

const block = new Float64Array(64);
const halfWay = new Float64Array(64);

/** Quantised coefficients of the block at (left, top), in the order of the file. */
function coefficients({ plane, steps }: Component, left: number, top: number): Int32Array {
  for (let i = 0; i < 64; i++) block[i] = sample(plane, left + (i & 7), top + (i >> 3));
  transform(block, halfWay);
  transform(halfWay, block);
  const values = new Int32Array(64);
  for (let k = 0; k < 64; k++) {
    const place = zigzag[k] ?? 0;
    values[k] = Math.max(-1023, Math.min(1023, Math.round((block[place] ?? 0) / (steps[place] ?? 1))));
  }
  return values;
}

function token(table: number, run: number, value: number): Token {
  const size = 32 - Math.clz32(Math.abs(value));
  return { table, symbol: run * 16 + size, size, bits: value < 0 ? value + 2 ** size - 1 : value };
}

function blockTokens(values: Int32Array, before: number, tables: number): Token[] {
  const tokens = [token(tables, 0, at(values, 0) - before)];
  let run = 0;
  for (const value of values.subarray(1)) {
    if (value === 0) {
      run++;
      continue;
    }
    for (; run > 15; run -= 16) tokens.push({ table: tables + 1, symbol: 0xf0, size: 0, bits: 0 });
    tokens.push(token(tables + 1, run, value));
    run = 0;
  }
  if (run > 0) tokens.push({ table: tables + 1, symbol: 0, size: 0, bits: 0 });
  return tokens;
}

/** The stream, one list between two restart markers. */
function streams(components: readonly Component[], interval: number): Token[][] {
  const [luma] = components;
  if (luma === undefined) return [];
  const across = Math.ceil(luma.plane.width / (8 * luma.across));
  const down = Math.ceil(luma.plane.height / (8 * luma.down));
  const pieces: Token[][] = [];
  let before: number[] = [];
  for (let unit = 0; unit < across * down; unit++) {
    if (unit === 0 || (interval > 0 && unit % interval === 0)) {
      pieces.push([]);
      before = components.map(() => 0);
    }
    const piece = at(pieces, pieces.length - 1);
    for (const [index, component] of components.entries()) {
      for (let block = 0; block < component.across * component.down; block++) {
        const column = (unit % across) * component.across + (block % component.across);
        const row = Math.floor(unit / across) * component.down + Math.floor(block / component.across);
        const values = coefficients(component, column * 8, row * 8);
        // Pushed one by one: a picture has more tokens than a call takes arguments.
        for (const next of blockTokens(values, at(before, index), index === 0 ? 0 : 2)) piece.push(next);
        before[index] = at(values, 0);
      }
    }
  }
  return pieces;
}

function segment(marker: number, body: readonly number[]): number[] {
  const length = body.length + 2;
  return [0xff, marker, length >> 8, length & 255, ...body];
}

/** The picture as a JPEG file (JFIF, baseline, one scan). */
export function encodeJpeg(picture: Picture, { quality, subsampling, restartInterval = 0 }: JpegOptions): Uint8Array {
  const scale = quality < 50 ? 5000 / quality : 200 - 2 * quality;
  const scaled = (steps: readonly number[]): number[] => steps.map((step) => Math.max(1, Math.min(255, Math.floor((step * scale + 50) / 100))));
  const [across, down] = subsampling === '4:2:0' ? [2, 2] : subsampling === '4:2:2' ? [2, 1] : [1, 1];
  const [y, cb, cr] = planesOf(picture);
  const luma: Component = { plane: y, across, down, steps: scaled(lumaSteps) };
  const chroma = [cb, cr].map((plane): Component => ({ plane: shrink(plane, across, down), across: 1, down: 1, steps: scaled(chromaSteps) }));
  const components = subsampling === 'grey' ? [luma] : [luma, ...chroma];
  const pieces = streams(components, restartInterval);
  const used = Array.from({ length: components.length === 1 ? 2 : 4 }, (): number[] => []);
  for (const piece of pieces) for (const { table, symbol } of piece) at(used, table).push(symbol);
  const codes = used.map((symbols): Code => makeCode(symbols));
  const { width, height } = picture;
  const header = [
    0xff, 0xd8,
    ...segment(0xe0, [0x4a, 0x46, 0x49, 0x46, 0, 1, 1, 0, 0, 1, 0, 1, 0, 0]),
    ...components.slice(0, 2).flatMap(({ steps }, table) => segment(0xdb, [table, ...zigzag.map((place) => at(steps, place))])),
    ...segment(0xc0, [8, height >> 8, height & 255, width >> 8, width & 255, components.length, ...components.flatMap((component, index) => [index + 1, component.across * 16 + component.down, Math.min(index, 1)])]),
    ...codes.flatMap(({ counts, symbols }, table) => segment(0xc4, [(table & 1) * 16 + (table >> 1), ...counts, ...symbols])),
    ...(restartInterval > 0 ? segment(0xdd, [restartInterval >> 8, restartInterval & 255]) : []),
    ...segment(0xda, [components.length, ...components.flatMap((_, index) => [index + 1, index === 0 ? 0 : 0x11]), 0, 63, 0]),
  ];
  const writer = new BitWriter();
  for (const byte of header) writer.byte(byte);
  for (const [index, piece] of pieces.entries()) {
    if (index > 0) writer.marker(0xd0 + ((index - 1) & 7));
    for (const { table, symbol, size, bits } of piece) {
      const { lengths, words } = at(codes, table);
      writer.bits(at(words, symbol), at(lengths, symbol));
      writer.bits(bits, size);
    }
    writer.flush();
  }
  writer.marker(0xd9);
  return writer.finish();
}
