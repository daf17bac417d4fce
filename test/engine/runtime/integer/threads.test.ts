/** An integer network gives the same bits whatever number of threads ONNX Runtime computes with. */
import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { buildSwin } from '../../../../src/engine/core/builder/build-swin';
import { buildVit } from '../../../../src/engine/core/builder/build-vit';
import type { Graph } from '../../../../src/engine/core/graph/types';
import { loadCell } from '../../../../src/engine/runtime/evaluate/cell';
import type { AttentionSample } from '../../../../src/engine/runtime/evaluate/network';
import { importGraph } from '../../../../src/engine/runtime/ort/import-model';
import { probeMachine } from '../../../../src/engine/runtime/ort/integer-machine';
import type { SchemeId } from '../../../../src/shared/settings';
import { calibrate, integerNetwork, randomPixels } from '../../../helpers/integer-network';

const schemes: readonly SchemeId[] = ['Sqrt2_17', 'BitLog2_Half_16', 'BitLog2_Half_17'];

describe.each<{ name: string; build: () => Graph }>([
  // Odd sizes: pieces of the work end in the middle of everything.
  { name: 'ViT', build: () => buildVit({ image: 44, patch: 4, dim: 60, depth: 2, heads: 3, mlpRatio: 3, classes: 7 }, 3) },
  { name: 'Swin', build: () => buildSwin({ image: 28, patch: 2, dim: 24, depths: [2, 1], heads: [2, 4], window: 7, mlpRatio: 2, classes: 7 }, 4) },
])('$name', ({ build }) => {
  it.each(schemes)('%s', async (scheme) => {
    const model = await importGraph(build());
    const settings = { scheme, wBits: 4, aBits: 4 };
    const [found] = await calibrate(model, [settings]);
    if (found === undefined) throw new Error('nothing was calibrated');
    const machine = await probeMachine();
    const { graph, structure, parameters, batch } = integerNetwork(model, settings, found, 3, machine);
    const pixels = randomPixels(structure, batch);
    const results: unknown[] = [];
    for (const threads of [1, 2, 3]) {
      const { network } = await loadCell({ graph, structure, batch, threads, rounding: null, machine }, { kind: 'integer', settings, parameters }, () => undefined);
      const maps = createHash('sha256');
      const { logits, digests } = await network.run(pixels, { valid: batch, poll: () => undefined, onAttention: ({ before }: AttentionSample) => void maps.update(before) });
      results.push({ logits, digests, counts: network.takeCounts(), maps: maps.digest('hex') });
      await network.release();
    }
    expect(results[1]).toEqual(results[0]);
    expect(results[2]).toEqual(results[0]);
  });
});
