/** Rows of attention maps laid back onto the picture's grid of patches, and drawn over the picture. */
import type { Rgb } from './viridis';
import type { Query, TokenGeometry } from './token-geometry';
import { patchOfToken, placeOfQuery } from './token-geometry';

/** Where the elements of one window lie in a [windows, tokens, tokens] map. */
export function windowRange(geometry: TokenGeometry, window: number): [start: number, end: number] {
  const size = geometry.tokens * geometry.tokens;
  return [window * size, (window + 1) * size];
}

/**
 * The attention that a query pays to each patch, row-major on the grid; NaN where it cannot look (other windows).
 * `mean`: the average over all queries of the window that a patch lies in (over prefix queries too).
 */
export function fieldOnGrid(map: ArrayLike<number>, geometry: TokenGeometry, query: Query): Float32Array {
  const field = new Float32Array(geometry.grid[0] * geometry.grid[1]).fill(Number.NaN);
  if (query.kind === 'mean') {
    for (let window = 0; window < geometry.windows; window++) addMean(field, map, geometry, window);
    return field;
  }
  const { window, token } = placeOfQuery(geometry, query);
  const row = (window * geometry.tokens + token) * geometry.tokens;
  for (let key = 0; key < geometry.tokens; key++) {
    const patch = patchOfToken(geometry, window, key);
    if (patch !== null) field[patch] = map[row + key] ?? Number.NaN;
  }
  return field;
}

function addMean(field: Float32Array, map: ArrayLike<number>, geometry: TokenGeometry, window: number): void {
  const { tokens } = geometry;
  for (let key = 0; key < tokens; key++) {
    const patch = patchOfToken(geometry, window, key);
    if (patch === null) continue;
    let sum = 0;
    let rows = 0;
    for (let query = 0; query < tokens; query++) {
      // Padding is not part of the picture: its queries are not averaged.
      if (geometry.window !== null && patchOfToken(geometry, window, query) === null) continue;
      sum += map[(window * tokens + query) * tokens + key] ?? 0;
      rows++;
    }
    field[patch] = sum / rows;
  }
}

export function subtract(a: ArrayLike<number>, b: ArrayLike<number>): Float32Array {
  const result = new Float32Array(a.length);
  for (let i = 0; i < a.length; i++) result[i] = (a[i] ?? 0) - (b[i] ?? 0);
  return result;
}

export interface Raster {
  readonly width: number;
  readonly height: number;
  /** RGBA. */
  readonly data: Uint8ClampedArray<ArrayBuffer>;
}

/** How much of the map's colour is laid over the grey picture. */
export const overlayStrength = 0.72;

/**
 * The picture in grey with one colour per patch over it, nearest patch, at the size of the picture.
 * `patches`: RGBA per patch; transparent patches leave the picture darkened towards `backdrop`.
 */
export function overlay(picture: { readonly width: number; readonly height: number; readonly data: Uint8Array }, grid: readonly [number, number], patches: Uint8ClampedArray, backdrop: Rgb): Raster {
  const { width, height } = picture;
  const data = new Uint8ClampedArray(width * height * 4);
  for (let y = 0; y < height; y++) {
    const row = Math.floor((y * grid[0]) / height);
    for (let x = 0; x < width; x++) {
      const at = y * width + x;
      const patch = (row * grid[1] + Math.floor((x * grid[1]) / width)) * 4;
      const grey = 0.299 * (picture.data[at * 3] ?? 0) + 0.587 * (picture.data[at * 3 + 1] ?? 0) + 0.114 * (picture.data[at * 3 + 2] ?? 0);
      const covered = (patches[patch + 3] ?? 0) > 0;
      const strength = covered ? overlayStrength : 0.6;
      data[at * 4] = grey * (1 - strength) + (covered ? patches[patch] ?? 0 : backdrop.r) * strength;
      data[at * 4 + 1] = grey * (1 - strength) + (covered ? patches[patch + 1] ?? 0 : backdrop.g) * strength;
      data[at * 4 + 2] = grey * (1 - strength) + (covered ? patches[patch + 2] ?? 0 : backdrop.b) * strength;
      data[at * 4 + 3] = 255;
    }
  }
  return { width, height, data };
}

/** RGB bytes as an opaque raster. */
export function pictureRaster(picture: { readonly width: number; readonly height: number; readonly data: Uint8Array }): Raster {
  const pixels = picture.width * picture.height;
  const data = new Uint8ClampedArray(pixels * 4);
  for (let i = 0; i < pixels; i++) {
    data[i * 4] = picture.data[i * 3] ?? 0;
    data[i * 4 + 1] = picture.data[i * 3 + 1] ?? 0;
    data[i * 4 + 2] = picture.data[i * 3 + 2] ?? 0;
    data[i * 4 + 3] = 255;
  }
  return { width: picture.width, height: picture.height, data };
}
