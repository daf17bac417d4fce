/** The estimate's formula against peaks that were measured when it was fitted (docs/decisions/0002). `npm run bench -- --only memory` measures anew. */
import { describe, expect, it } from 'vitest';
import { ImageTable } from '../../../../src/engine/core/datasets/image-table';
import { readingBytes, type PlacedTable } from '../../../../src/engine/runtime/datasets/split-places';
import { estimateParts, type MemoryPlan } from '../../../../src/engine/runtime/runs/estimate';

const reference = { arithmetic: 'reference', float: true } as const;
const integer = { arithmetic: 'integer', float: true } as const;
/** Weights, and bytes of 32 calibration images in memory. */
const tiny = { weights: 22.9e6, calibration: 32 * 1.51e6 } as const;
const small = { weights: 88.2e6, calibration: 32 * 2.75e6 } as const;
const swin = { weights: 113.2e6, calibration: 32 * 8.43e6 } as const;
const base = { weights: 346e6, calibration: 32 * 5.5e6 } as const;

const peak = (plan: MemoryPlan): number => estimateParts(plan).reduce((sum, part) => sum + part.bytes, 0);

describe('estimateParts', () => {
  it.each([
    ['DeiT-T, 1 worker, 7 cells', { ...reference, ...tiny, workers: 1, quantised: 6 }, 539e6],
    ['DeiT-T, 2 workers, 7 cells', { ...reference, ...tiny, workers: 2, quantised: 6 }, 832e6],
    ['DeiT-S, 1 worker, 7 cells', { ...reference, ...small, workers: 1, quantised: 6 }, 1196e6],
    ['DeiT-S, 2 workers, 7 cells', { ...reference, ...small, workers: 2, quantised: 6 }, 2107e6],
    ['Swin-T, 1 worker, 7 cells', { ...reference, ...swin, workers: 1, quantised: 6 }, 1544e6],
    ['Swin-T, 2 workers, 7 cells', { ...reference, ...swin, workers: 2, quantised: 6 }, 2725e6],
    ['DeiT-T, 1 worker, 2 cells', { ...reference, ...tiny, workers: 1, quantised: 1 }, 389e6],
    ['DeiT-S, 1 worker, 2 cells', { ...reference, ...small, workers: 1, quantised: 1 }, 699e6],
    ['DeiT-S, 2 workers, 4 cells', { ...reference, ...small, workers: 2, quantised: 3 }, 1377e6],
    ['Swin-T, 1 worker, 2 cells, 8 images', { ...reference, ...swin, calibration: 8 * 8.43e6, workers: 1, quantised: 1 }, 820e6],
    ['DeiT-T, integer, 2 workers, 7 cells', { ...integer, ...tiny, workers: 2, quantised: 6 }, 595e6],
    ['DeiT-S, integer, 2 workers, 1 cell', { ...integer, ...small, float: false, workers: 2, quantised: 1 }, 592e6],
    ['DeiT-S, integer, 2 workers, 7 cells', { ...integer, ...small, workers: 2, quantised: 6 }, 1162e6],
    ['DeiT-B, integer, 2 workers, 1 cell', { ...integer, ...base, float: false, workers: 2, quantised: 1 }, 1392e6],
  ])('%s: within 30 %% of what was measured', (_name, plan, measured) => {
    expect(peak(plan) / measured).toBeGreaterThan(0.7);
    expect(peak(plan) / measured).toBeLessThan(1.3);
  });

  it('grows with workers, cells, FP32 and the size of the model; calibrations count once they need more than the networks', () => {
    const plan = { ...reference, ...small, workers: 1, quantised: 3 };
    expect(peak({ ...plan, workers: 2 })).toBeGreaterThan(peak(plan));
    expect(peak({ ...plan, quantised: 4 })).toBeGreaterThan(peak(plan));
    expect(peak({ ...plan, weights: 100e6 })).toBeGreaterThan(peak(plan));
    expect(peak({ ...plan, float: false })).toBeLessThan(peak(plan));
    expect(peak({ ...plan, calibration: 64 * 2.75e6 })).toBe(peak(plan));
    expect(peak({ ...plan, calibration: 1024 * 2.75e6 })).toBeGreaterThan(peak(plan));
  });

  it.each([['Hugging Face\'s 100 pictures in a row group', 11e6, 238e6], ['2,000 pictures in a row group', 220e6, 723e6]])('reading out of parquet files: %s, within 30 %% of what was measured', (_name, groupBytes, measured) => {
    const rows: PlacedTable = { table: new ImageTable([]), places: { kind: 'rows', shards: ['a.parquet'], column: ['image', 'bytes'], groupBytes, shardOf: new Int32Array(), rows: new Int32Array() } };
    const files: PlacedTable = { table: new ImageTable([]), places: { kind: 'files' } };
    expect(Math.abs(readingBytes([files, rows]) / measured - 1)).toBeLessThan(0.3);
    expect(readingBytes([files, files])).toBe(0);
    // DuckDB takes no more than its limit, and says so of a group that needs more.
    expect(readingBytes([{ ...rows, places: { ...rows.places, kind: 'rows', shards: [], column: [], groupBytes: 1e12, shardOf: new Int32Array(), rows: new Int32Array() } }])).toBe(1.2e9);
  });

  it('has reading out of parquet files as a part of its own, for every worker', () => {
    const plan = { ...reference, ...small, workers: 2, quantised: 3 };
    expect(estimateParts({ ...plan, reading: 190e6 }).at(-1)).toEqual({ name: 'pictures in parquet files', bytes: 380e6 });
    expect(estimateParts({ ...plan, reading: 0 })).toEqual(estimateParts(plan));
  });

  it('asks for no calibration when nothing is quantised', () => {
    expect(peak({ ...reference, ...small, workers: 2, quantised: 0 })).toBeLessThan(peak({ ...reference, ...small, workers: 2, quantised: 1 }) - small.weights - small.calibration);
  });
});
