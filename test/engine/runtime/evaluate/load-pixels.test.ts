import { describe, expect, it } from 'vitest';
import { loadBatch } from '../../../../src/engine/runtime/evaluate/load-pixels';
import { picture } from '../../../helpers/small-project';

const preprocess = { mean: [0.4, 0.5, 0.6] as [number, number, number], std: [0.2, 0.3, 0.4] as [number, number, number], cropPct: 1, interpolation: 'bilinear' as const };

describe('loadBatch', () => {
  it('gives blue first on request, each colour with its own mean and std, in every slot', () => {
    const read = (file: string): Uint8Array => picture(Number(file), 12, 12);
    const rgb = loadBatch(['1', '2'], 2, 12, preprocess, () => undefined, read).pixels;
    const bgr = loadBatch(['1', '2'], 2, 12, { ...preprocess, channels: 'bgr' }, () => undefined, read).pixels;
    const plane = (of: Float32Array, image: number, channel: number): number[] => [...of.subarray((image * 3 + channel) * 144, (image * 3 + channel + 1) * 144)];
    for (const image of [0, 1]) for (const channel of [0, 1, 2]) expect(plane(bgr, image, channel)).toEqual(plane(rgb, image, 2 - channel));
    expect(plane(rgb, 0, 0)).not.toEqual(plane(rgb, 0, 2));
  });
});
