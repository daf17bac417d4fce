/**
 * What the SIMD decoder needs to know of a JPEG: baseline, one scan, grey or YCbCr with full, half-width or quarter chroma. That is nearly
 * every photograph; whatever is in any way unusual has no plan, and is decoded by libjpeg.
 */
import { huffmanTable } from './jpeg-huffman';

export interface JpegPart {
  /** Tables in the layout of jpeg-huffman. */
  readonly dc: Uint8Array;
  readonly ac: Uint8Array;
  /** In the order of the file: quantiser step << 16 | place of the coefficient in its block of int16, in bytes, [64]. */
  readonly steps: Uint32Array;
}

export interface JpegPlan {
  readonly width: number;
  readonly height: number;
  /** Luma blocks per minimum coded unit, across and down. */
  readonly lumaAcross: 1 | 2;
  readonly lumaDown: 1 | 2;
  /** One, or Y, Cb, Cr. */
  readonly parts: readonly JpegPart[];
  /** Minimum coded units between restart markers, 0 for none. */
  readonly restartInterval: number;
  /** First byte of the entropy-coded data. */
  readonly scanStart: number;
}

/** Place of each coefficient in its block in the order of the file: by diagonals, every other one upwards. */
const places = Uint8Array.from({ length: 64 }, (_, place) => place).sort((a, b) => {
  const diagonal = (a >> 3) + (a & 7);
  const across = diagonal - (b >> 3) - (b & 7);
  return across !== 0 ? across : diagonal % 2 === 0 ? b - a : a - b;
});

interface Component {
  readonly id: number;
  readonly across: number;
  readonly down: number;
  readonly quantiser: number;
}

interface Found {
  readonly quantisers: Map<number, Uint8Array>;
  /** By class * 16 + number, as in the file. */
  readonly codes: Map<number, Uint8Array>;
  frame: { readonly width: number; readonly height: number; readonly components: readonly Component[] } | null;
  jfif: boolean;
  adobe: number | null;
  restartInterval: number;
}

/** The plan, or null. Never throws: damage is for the complete decoder to judge. */
export function planJpeg(bytes: Uint8Array): JpegPlan | null {
  const found: Found = { quantisers: new Map(), codes: new Map(), frame: null, jfif: false, adobe: null, restartInterval: 0 };
  for (let at = 2; at + 4 <= bytes.length;) {
    if (bytes[at] !== 0xff) return null;
    const marker = bytes[at + 1];
    const length = bytes[at + 2] * 256 + bytes[at + 3];
    const end = at + 2 + length;
    if (length < 2 || end > bytes.length) return null;
    const body = bytes.subarray(at + 4, end);
    if (marker === 0xda) return planOf(found, body, end);
    if (!readSegment(found, marker, body)) return null;
    at = end;
  }
  return null;
}

/** Whether the segment is one that is understood. */
function readSegment(found: Found, marker: number, body: Uint8Array): boolean {
  switch (marker) {
    case 0xdb: return readQuantisers(found.quantisers, body);
    case 0xc4: return readCodes(found.codes, body);
    case 0xc0:
    case 0xc1: return readFrame(found, body);
    case 0xdd:
      if (body.length !== 2) return false;
      found.restartInterval = body[0] * 256 + body[1];
      return true;
    case 0xe0:
      found.jfif ||= body.length >= 14 && startsWith(body, 'JFIF\0');
      return true;
    case 0xee:
      if (body.length >= 12 && startsWith(body, 'Adobe')) found.adobe = body[11];
      return true;
    default:
      // Other application data, and comments.
      return (marker > 0xe0 && marker <= 0xef) || marker === 0xfe;
  }
}

function startsWith(body: Uint8Array, text: string): boolean {
  return [...text].every((character, index) => body[index] === character.charCodeAt(0));
}

function readQuantisers(quantisers: Map<number, Uint8Array>, body: Uint8Array): boolean {
  for (let at = 0; at < body.length; at += 65) {
    // Tables of 16 bits have a 1 in the upper half.
    if (body[at] > 3 || at + 65 > body.length) return false;
    quantisers.set(body[at], body.subarray(at + 1, at + 65));
  }
  return true;
}

function readCodes(codes: Map<number, Uint8Array>, body: Uint8Array): boolean {
  for (let at = 0; at < body.length;) {
    const kind = body[at];
    const counts = body.subarray(at + 1, at + 17);
    const total = counts.reduce((sum, count) => sum + count, 0);
    const symbols = body.subarray(at + 17, at + 17 + total);
    if ((kind & 0xef) > 3 || counts.length < 16 || total > 256 || symbols.length < total) return false;
    // Sizes of 8-bit samples' first coefficients go up to 11.
    if (kind < 16 && symbols.some((symbol) => symbol > 11)) return false;
    const table = huffmanTable(counts, symbols);
    if (table === null) return false;
    codes.set(kind, table);
    at += 17 + total;
  }
  return true;
}

function readFrame(found: Found, body: Uint8Array): boolean {
  if (found.frame !== null || body.length < 6 || body[0] !== 8 || body.length !== 6 + 3 * body[5]) return false;
  const components = Array.from({ length: body[5] }, (_, index): Component => {
    const at = 6 + 3 * index;
    return { id: body[at], across: body[at + 1] >> 4, down: body[at + 1] & 15, quantiser: body[at + 2] };
  });
  // Sampling that libjpeg refuses.
  if (components.some(({ across, down }) => across < 1 || across > 4 || down < 1 || down > 4)) return false;
  found.frame = { height: body[1] * 256 + body[2], width: body[3] * 256 + body[4], components };
  return true;
}

/** As libjpeg decides it; anything but YCbCr is left to it. */
function isYcc({ jfif, adobe }: Found, components: readonly Component[]): boolean {
  if (adobe !== null) return adobe === 1;
  return jfif || components.every(({ id }, index) => id === index + 1);
}

function planOf(found: Found, scan: Uint8Array, scanStart: number): JpegPlan | null {
  const { frame, quantisers, codes, restartInterval } = found;
  if (frame === null) return null;
  const { width, height, components } = frame;
  const [luma, ...chroma] = components;
  if (chroma.length !== 0 && (chroma.length !== 2 || !isYcc(found, components))) return null;
  // A single component is stored block by block, whatever its sampling says.
  const lumaAcross = chroma.length === 0 ? 1 : luma.across;
  const lumaDown = chroma.length === 0 ? 1 : luma.down;
  if ((lumaAcross !== 1 && lumaAcross !== 2) || (lumaDown !== 1 && lumaDown !== 2) || lumaDown > lumaAcross) return null;
  if (chroma.some(({ across, down }) => across !== 1 || down !== 1)) return null;
  const { length } = components;
  // All components in the frame's order, all coefficients, no approximation.
  if (scan.length !== 4 + 2 * length || scan[0] !== length || scan[1 + 2 * length] !== 0 || scan[2 + 2 * length] !== 63 || scan[3 + 2 * length] !== 0) return null;
  const parts: JpegPart[] = [];
  for (const [index, { id, quantiser }] of components.entries()) {
    const tables = scan[2 + 2 * index];
    const steps = quantisers.get(quantiser);
    const dc = codes.get(tables >> 4);
    const ac = codes.get(16 + (tables & 15));
    if (scan[1 + 2 * index] !== id || steps === undefined || dc === undefined || ac === undefined) return null;
    parts.push({ dc, ac, steps: Uint32Array.from(places, (place, k) => ((steps[k] << 16) | (place * 2)) >>> 0) });
  }
  return { width, height, lumaAcross, lumaDown, parts, restartInterval, scanStart };
}
