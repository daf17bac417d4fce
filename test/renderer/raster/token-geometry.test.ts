import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fieldOnGrid, overlay } from '../../../src/renderer/src/raster/on-image';
import type { TokenGeometry } from '../../../src/renderer/src/raster/token-geometry';
import { patchOfQuery, patchOfToken, placeOfQuery, tokenOfPatch } from '../../../src/renderer/src/raster/token-geometry';

const plain = (rows: number, columns: number, prefixTokens: number): TokenGeometry => ({ windows: 1, tokens: prefixTokens + rows * columns, prefixTokens, grid: [rows, columns], window: null });

function windowed(rows: number, columns: number, size: number, shift: number): TokenGeometry {
  return { windows: Math.ceil(rows / size) * Math.ceil(columns / size), tokens: size * size, prefixTokens: 0, grid: [rows, columns], window: { size: [size, size], shift: [shift, shift] } };
}

/** What Swin does to its input, written as the network does it: roll by -shift, pad, cut. Returns patch (or -1) per window and token. */
function cut(rows: number, columns: number, size: number, shift: number): number[][] {
  const rolled = (row: number, column: number): number => ((row + shift) % rows) * columns + ((column + shift) % columns);
  const padded = (row: number, column: number): number => (row < rows && column < columns ? rolled(row, column) : -1);
  const windows: number[][] = [];
  for (let top = 0; top < rows; top += size) {
    for (let left = 0; left < columns; left += size) {
      const tokens: number[] = [];
      for (let row = 0; row < size; row++) for (let column = 0; column < size; column++) tokens.push(padded(top + row, left + column));
      windows.push(tokens);
    }
  }
  return windows;
}

const geometries = fc.record({ rows: fc.integer({ min: 2, max: 15 }), columns: fc.integer({ min: 2, max: 15 }), size: fc.integer({ min: 2, max: 7 }), shift: fc.integer({ min: 0, max: 3 }) });

describe('windows', () => {
  it('finds the patch of every token as the network laid them out, shift and padding undone', () => {
    fc.assert(fc.property(geometries, ({ rows, columns, size, shift }) => {
      const geometry = windowed(rows, columns, size, shift % Math.min(rows, columns));
      cut(rows, columns, size, shift % Math.min(rows, columns)).forEach((tokens, window) => tokens.forEach((patch, token) => {
        expect(patchOfToken(geometry, window, token)).toBe(patch < 0 ? null : patch);
      }));
    }));
  });

  it('is undone by tokenOfPatch for every patch', () => {
    fc.assert(fc.property(geometries, ({ rows, columns, size, shift }) => {
      const geometry = windowed(rows, columns, size, shift % Math.min(rows, columns));
      for (let patch = 0; patch < rows * columns; patch++) {
        const { window, token } = tokenOfPatch(geometry, patch);
        expect(patchOfToken(geometry, window, token)).toBe(patch);
      }
    }));
  });

  it('puts a planted pattern back together: each element says which patch it looks at', () => {
    const geometry = windowed(14, 14, 7, 3);
    const map = new Float32Array(geometry.windows * 49 * 49);
    cut(14, 14, 7, 3).forEach((tokens, window) => tokens.forEach((_from, query) => tokens.forEach((to, key) => { map[(window * 49 + query) * 49 + key] = to; })));
    const mean = fieldOnGrid(map, geometry, { kind: 'mean' });
    expect([...mean]).toEqual(Array.from({ length: 196 }, (_, patch) => patch));
    // One query sees the 49 patches of its own window only, each in its place.
    const field = fieldOnGrid(map, geometry, { kind: 'patch', y: 0.5 / 14, x: 0.5 / 14 });
    const seen = [...field].flatMap((value, patch) => (Number.isNaN(value) ? [] : [[value, patch]]));
    expect(seen).toHaveLength(49);
    for (const [value, patch] of seen) expect(value).toBe(patch);
    // Patch 0 was rolled to the far corner: its window holds what wraps around there.
    expect(seen.map(([, patch]) => patch)).toEqual(expect.arrayContaining([0, 13 * 14 + 13, 13 * 14, 13]));
  });
});

describe('without windows', () => {
  it('skips prefix tokens', () => {
    const geometry = plain(2, 3, 2);
    expect([0, 1, 2, 7].map((token) => patchOfToken(geometry, 0, token))).toEqual([null, null, 0, 5]);
    expect(placeOfQuery(geometry, { kind: 'prefix', index: 1 })).toEqual({ window: 0, token: 1 });
  });

  it('reads the row of the class token onto the grid', () => {
    const geometry = plain(2, 2, 1);
    const map = Float32Array.from({ length: 25 }, (_, index) => index / 100);
    expect([...fieldOnGrid(map, geometry, { kind: 'prefix', index: 0 })]).toEqual([1, 2, 3, 4].map((index) => Math.fround(index / 100)));
  });

  it('keeps the query where it points when the grid changes', () => {
    const query = { kind: 'patch', y: 0.99, x: 0.2 } as const;
    expect(patchOfQuery(plain(14, 14, 1), query)).toBe(13 * 14 + 2);
    expect(patchOfQuery(plain(7, 7, 0), query)).toBe(6 * 7 + 1);
    expect(patchOfQuery(plain(1, 1, 1), query)).toBe(0);
  });
});

describe('overlay', () => {
  it('lays each patch over its own part of the picture and darkens what the query cannot see', () => {
    const picture = { width: 4, height: 4, data: new Uint8Array(48).fill(100) };
    const patches = Uint8ClampedArray.of(255, 0, 0, 255, 0, 0, 0, 0, 0, 255, 0, 255, 0, 0, 0, 0);
    const { data } = overlay(picture, [2, 2], patches, { r: 0, g: 0, b: 0 });
    const at = (x: number, y: number): number[] => [...data.subarray((y * 4 + x) * 4, (y * 4 + x) * 4 + 3)];
    expect(at(1, 1)).toEqual([212, 28, 28]);
    expect(at(2, 0)).toEqual([40, 40, 40]);
    expect(at(0, 3)).toEqual([28, 212, 28]);
  });
});
