/** What a calibration says it will take, against what it takes: memory and file of the tensors between its segments. */
import { describe, expect, it } from 'vitest';
import { calibrationBytes, residentBatches } from '../../../../src/engine/runtime/evaluate/calibration-memory';
import { calibrationNeeds } from '../../../../src/engine/runtime/runs/calibration-needs';
import { importGraph } from '../../../../src/engine/runtime/ort/import-model';
import type { SharedModel } from '../../../../src/engine/runtime/workers/protocol';
import { smallSwin, smallVit } from '../../../helpers/small-project';

describe('calibrationBytes', () => {
  it('memory stops growing at 32 images, or before when they are large; then the file grows', () => {
    expect(calibrationBytes(1, 1, 1e6)).toEqual({ memory: 1e6, file: 0 });
    expect(calibrationBytes(32, 1, 1e6)).toEqual({ memory: 32e6, file: 0 });
    expect(calibrationBytes(33, 1, 1e6)).toEqual({ memory: 33e6, file: 1e6 });
    expect(calibrationBytes(1024, 1, 1e6)).toEqual({ memory: 33e6, file: 992e6 });
    expect(calibrationBytes(32, 8, 8e6)).toEqual({ memory: 32e6, file: 0 });
    expect(calibrationBytes(30, 4, 4e6)).toEqual({ memory: 32e6, file: 0 });
    expect(calibrationBytes(40, 1, 300e6)).toEqual({ memory: 4 * 300e6, file: 37 * 300e6 });
  });

  it('whole batches stay, none when one is too large', () => {
    expect(residentBatches({ images: 32, bytes: 1e9 }, 5, 1e6)).toBe(7);
    expect(residentBatches({ images: 32, bytes: 1e9 }, 1, 2e9)).toBe(0);
  });
});

describe('calibrationNeeds', () => {
  it.each([['ViT', smallVit], ['Swin', smallSwin]])('of a small %s grow with images and batch', async (_name, build) => {
    const { graph, structure, batchable, exportedBatch, notes } = await importGraph(build());
    const model: SharedModel = { graph, shapes: graph.shapes, structure, batchable, exportedBatch, notes, metadata: {} };
    const one = calibrationNeeds(model, 1, 1).memory;
    // At least the picture; at most everything that an image's blocks make.
    expect(one).toBeGreaterThanOrEqual(3 * 32 * 32 * 4);
    expect(one).toBeLessThan(60 * 17 * 64 * 4);
    expect(calibrationNeeds(model, 20, 1)).toEqual({ memory: 20 * one, file: 0 });
    expect(calibrationNeeds(model, 100, 4)).toEqual({ memory: 36 * one, file: 68 * one });
  });
});
