/** Values and codes to pixels. Pure: arrays in, RGBA bytes out; canvases only show them. */
import type { MapScale } from './map-scale';
import type { Codes } from '../../../shared/attention-maps';
import { positionOn } from './map-scale';
import type { Rgb } from './viridis';
import { mix, viridisTable } from './viridis';

/** One RGBA pixel per value. Exact zero (nothing attended, or quantised away) takes `zero`, so that it is never mistaken for "small". NaN is transparent. */
export function paintValues(values: ArrayLike<number>, scale: MapScale, zero: Rgb): Uint8ClampedArray<ArrayBuffer> {
  const pixels = new Uint8ClampedArray(values.length * 4);
  const position = positionOn(scale);
  for (let i = 0; i < values.length; i++) {
    const value = values[i] ?? Number.NaN;
    if (!Number.isNaN(value)) putValue(pixels, i * 4, value, position, zero);
  }
  return pixels;
}

/** One RGBA pixel per code; code c stands for levels[c]. The colour of each code is found once, whatever the size of the map. */
export function paintCodes(codes: Codes, levels: ArrayLike<number>, scale: MapScale, zero: Rgb): Uint8ClampedArray<ArrayBuffer> {
  const colours = new Uint8ClampedArray(levels.length * 4);
  const position = positionOn(scale);
  for (let code = 0; code < levels.length; code++) putValue(colours, code * 4, levels[code] ?? 0, position, zero);
  const pixels = new Uint8ClampedArray(codes.length * 4);
  for (let i = 0; i < codes.length; i++) {
    const from = (codes[i] ?? 0) * 4;
    pixels[i * 4] = colours[from] ?? 0;
    pixels[i * 4 + 1] = colours[from + 1] ?? 0;
    pixels[i * 4 + 2] = colours[from + 2] ?? 0;
    pixels[i * 4 + 3] = colours[from + 3] ?? 0;
  }
  return pixels;
}

export interface DifferenceColours {
  readonly negative: Rgb;
  /** The surface itself: no difference leaves no mark. */
  readonly neutral: Rgb;
  readonly positive: Rgb;
}

/** One RGBA pixel per difference, full colour at +-limit and beyond: `differenceColour`, without an object per pixel. NaN is transparent. */
export function paintDifference(values: ArrayLike<number>, limit: number, { negative, neutral, positive }: DifferenceColours): Uint8ClampedArray<ArrayBuffer> {
  const pixels = new Uint8ClampedArray(values.length * 4);
  for (let i = 0; i < values.length; i++) {
    const t = (values[i] ?? Number.NaN) / limit;
    if (Number.isNaN(t)) continue;
    const end = t < 0 ? negative : positive;
    const share = Math.min(1, Math.abs(t));
    pixels[i * 4] = neutral.r + (end.r - neutral.r) * share;
    pixels[i * 4 + 1] = neutral.g + (end.g - neutral.g) * share;
    pixels[i * 4 + 2] = neutral.b + (end.b - neutral.b) * share;
    pixels[i * 4 + 3] = 255;
  }
  return pixels;
}

/** Colour of a difference as a share of the limit, -1..1 (clamped). */
export function differenceColour(t: number, colours: DifferenceColours): Rgb {
  return mix(colours.neutral, t < 0 ? colours.negative : colours.positive, Math.min(1, Math.abs(t)));
}

function putValue(pixels: Uint8ClampedArray, at: number, value: number, position: (value: number) => number, zero: Rgb): void {
  if (value === 0) {
    pixels[at] = zero.r;
    pixels[at + 1] = zero.g;
    pixels[at + 2] = zero.b;
    pixels[at + 3] = 255;
    return;
  }
  const from = Math.round(position(value) * 255) * 3;
  pixels[at] = viridisTable[from] ?? 0;
  pixels[at + 1] = viridisTable[from + 1] ?? 0;
  pixels[at + 2] = viridisTable[from + 2] ?? 0;
  pixels[at + 3] = 255;
}
