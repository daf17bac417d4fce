import { describe, expect, it } from 'vitest';
import { countFlips, filterRows, imageRows } from '../../src/renderer/src/attention-images';
import { usageRows } from '../../src/renderer/src/level-usage';
import type { Prediction } from '../../src/shared/records';
import { RecentCache } from '../../src/renderer/src/stores/recent-cache';

const prediction = (index: number, label: number, top: number): Prediction => ({ index, file: `${index}.png`, label, top5: [top], margin: 1, correct: label === top, mapDigest: 0 });

describe('images of a run', () => {
  const rows = imageRows(
    [prediction(0, 1, 1), prediction(1, 1, 2), prediction(2, 1, 1), prediction(3, 1, 4), prediction(4, 1, 5), prediction(5, 1, 1)],
    // FP32 in another order, and without image 5.
    [prediction(4, 1, 5), prediction(3, 1, 3), prediction(2, 1, 2), prediction(1, 1, 1), prediction(0, 1, 1)],
  );

  it('are held against FP32 by file', () => {
    expect(rows.map((row) => row.flip)).toEqual(['same', 'lost', 'gained', 'changed', 'same', 'same']);
    expect(rows.map((row) => row.fp32Top1)).toEqual([1, 1, 2, 3, 5, null]);
  });

  it('are counted and filtered by what happened to them', () => {
    expect(countFlips(rows)).toEqual({ all: 6, lost: 1, gained: 1, changed: 1 });
    expect(filterRows(rows, 'changed').map((row) => row.index)).toEqual([3]);
    expect(filterRows(rows, 'all')).toBe(rows);
  });
});

describe('level usage', () => {
  it('goes from the largest value to zero and keeps codes with their shares', () => {
    const rows = usageRows({ levels: Float32Array.of(0, 0.25, 1, 0.5), levelNames: ['0', '1/4', '1.5·2^12/4', '2^-9'], occupancy: { image: [0.7, 0.1, 0, 0.2], run: null, runImages: 0 } });
    expect(rows.map((row) => [row.code, row.name, row.image, row.run])).toEqual([[2, '1.5·2¹²/4', 0, null], [3, '2⁻⁹', 0.2, null], [1, '1/4', 0.1, null], [0, '0', 0.7, null]]);
  });
});

describe('RecentCache', () => {
  it('forgets what was used longest ago', () => {
    const cache = new RecentCache<number>(2);
    cache.set('a', 1);
    cache.set('b', 2);
    cache.get('a');
    cache.set('c', 3);
    expect(['a', 'b', 'c'].map((key) => cache.get(key))).toEqual([1, undefined, 3]);
  });
});
