/** The estimate's formula against peaks that were measured when it was fitted (docs/decisions/0002). `npm run bench -- --only memory` measures anew. */
import { describe, expect, it } from 'vitest';
import { estimateParts, type MemoryPlan } from '../../../../src/engine/runtime/runs/estimate';

const tiny = { weights: 22.9e6, arithmetic: 'reference' } as const;
const small = { weights: 88.2e6, arithmetic: 'reference' } as const;
const integer = { arithmetic: 'integer' } as const;
const baseImages = (count: number): number => count * 5.5e6;
/** Bytes of this many calibration images in memory. */
const tinyImages = (count: number): number => count * 1.51e6;
const smallImages = (count: number): number => count * 2.75e6;
const swinImages = (count: number): number => count * 8.43e6;

const peak = (plan: MemoryPlan): number => estimateParts(plan).reduce((sum, part) => sum + part.bytes, 0);

describe('estimateParts', () => {
  it.each([
    ['DeiT-T, 1 worker, 2 cells', { ...tiny, workers: 1, quantised: 1, calibration: tinyImages(32) }, 464e6],
    ['DeiT-T, 1 worker, 7 cells', { ...tiny, workers: 1, quantised: 6, calibration: tinyImages(8) }, 687e6],
    ['DeiT-T, 2 workers, 7 cells', { ...tiny, workers: 2, quantised: 6, calibration: tinyImages(32) }, 1133e6],
    ['DeiT-S, 1 worker, 2 cells', { ...small, workers: 1, quantised: 1, calibration: smallImages(32) }, 820e6],
    ['DeiT-S, 1 worker, 7 cells', { ...small, workers: 1, quantised: 6, calibration: smallImages(2) }, 1723e6],
    ['DeiT-S, 2 workers, 4 cells', { ...small, workers: 2, quantised: 3, calibration: smallImages(3) }, 1920e6],
    ['Swin-T, 1 worker, 2 cells', { ...tiny, weights: 113.2e6, workers: 1, quantised: 1, calibration: swinImages(8) }, 897e6],
    ['DeiT-T, integer, 2 workers, 7 cells', { ...tiny, ...integer, workers: 2, quantised: 6, calibration: tinyImages(32) }, 676e6],
    ['DeiT-S, integer, 2 workers, 1 cell', { ...small, ...integer, workers: 2, quantised: 1, calibration: smallImages(32) }, 791e6],
    ['DeiT-S, integer, 2 workers, 7 cells', { ...small, ...integer, workers: 2, quantised: 6, calibration: smallImages(32) }, 1445e6],
    ['DeiT-B, integer, 2 workers, 1 cell', { ...integer, weights: 346e6, workers: 2, quantised: 1, calibration: baseImages(32) }, 2011e6],
  ])('%s: within 30 %% of what was measured', (_name, plan, measured) => {
    expect(peak(plan) / measured).toBeGreaterThan(0.7);
    expect(peak(plan) / measured).toBeLessThan(1.3);
  });

  it('grows with workers, cells and the size of the model; images count once they need more than the networks', () => {
    const plan = { ...small, workers: 1, quantised: 2, calibration: smallImages(32) };
    expect(peak({ ...plan, workers: 2 })).toBeGreaterThan(peak(plan));
    expect(peak({ ...plan, quantised: 3 })).toBeGreaterThan(peak(plan));
    expect(peak({ ...plan, weights: 100e6 })).toBeGreaterThan(peak(plan));
    expect(peak({ ...plan, calibration: smallImages(64) })).toBe(peak(plan));
    expect(peak({ ...plan, calibration: smallImages(1024) })).toBeGreaterThan(peak(plan));
  });

  it('asks for no calibration when nothing is quantised', () => {
    expect(peak({ ...small, workers: 2, quantised: 0, calibration: smallImages(1) })).toBeLessThan(peak({ ...small, workers: 2, quantised: 1, calibration: smallImages(1) }) - 150e6);
  });
});
