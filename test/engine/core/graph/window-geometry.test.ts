import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { windowGeometry } from '../../../../src/engine/core/graph/window-geometry';

/** Plain twin: the patch at each position of a padded, rolled, partitioned grid; two channels per patch. */
function partition(rows: number, columns: number, height: number, width: number, down: number, right: number): Int32Array {
  const indices: number[] = [];
  for (let top = 0; top < rows; top += height) {
    for (let left = 0; left < columns; left += width) {
      for (let r = top; r < top + height; r++) {
        for (let c = left; c < left + width; c++) {
          const patch = ((r + down) % rows) * columns + ((c + right) % columns);
          for (const channel of [0, 1]) indices.push(r < rows && c < columns ? patch * 2 + channel : -1);
        }
      }
    }
  }
  return Int32Array.from(indices);
}

const sizes = fc.record({ height: fc.integer({ min: 2, max: 5 }), width: fc.integer({ min: 2, max: 5 }), rows: fc.integer({ min: 6, max: 13 }), columns: fc.integer({ min: 6, max: 13 }) });

describe('windowGeometry', () => {
  it('reads size, shift and count off any partition, padded ones included', () => {
    fc.assert(fc.property(sizes, fc.nat(4), fc.nat(4), ({ height, width, rows, columns }, down, right) => {
      const count = Math.ceil(rows / height) * Math.ceil(columns / width);
      expect(windowGeometry(partition(rows, columns, height, width, down, right), 2, [rows, columns], height * width)).toEqual({ size: [height, width], shift: [down, right], count });
    }));
  });

  it('refuses a partition with two patches exchanged', () => {
    fc.assert(fc.property(sizes, ({ height, width, rows, columns }) => {
      const indices = partition(rows, columns, height, width, 1, 1);
      indices.set([indices[2] ?? 0, indices[1] ?? 0, indices[0] ?? 0]);
      expect(windowGeometry(indices, 2, [rows, columns], height * width)).toBeNull();
    }));
  });
});
