/** Networks that differ in one site: begun where they differ, they say what they say from the picture on. */
import { describe, expect, it, vi } from 'vitest';
import { withOverrides } from '../../../../../src/shared/overrides';
import { logitDivergence } from '../../../../../src/engine/core/metrics/logit-divergence';
import { topK } from '../../../../../src/engine/core/metrics/top-k';
import { buildSwin } from '../../../../../src/engine/core/builder/build-swin';
import { buildVit } from '../../../../../src/engine/core/builder/build-vit';
import { rebatch } from '../../../../../src/engine/core/graph/rebatch';
import type { ImportedModel } from '../../../../../src/engine/core/graph/types';
import { mapWriters, rewriteFor } from '../../../../../src/engine/runtime/evaluate/cell';
import { layerBaseline, layerVariant, Prefixes, type Answer } from '../../../../../src/engine/runtime/evaluate/layers/layer-variants';
import { Network } from '../../../../../src/engine/runtime/evaluate/network';
import { residualNames } from '../../../../../src/engine/runtime/evaluate/residual';
import type { CellNetwork } from '../../../../../src/engine/runtime/workers/protocol';
import { anyMachine } from '../../../../helpers/integer-network';
import { cellNetwork, importGraph, noiseBatches, noPoll, studyOf } from '../../../../helpers/layer-study';
import { smallSwin, smallVit } from '../../../../helpers/small-project';
import { splitQkv } from '../../../../helpers/split-qkv';

vi.setConfig({ testTimeout: 240_000 });

const settings = { scheme: 'BitLog2_Half_17', wBits: 4, aBits: 4 } as const;

// Every site is compared with whole networks made for it alone. Blocks in the middle, and the pair of a plain and a shifted window in both stages, are in the first and the third.
const shortVit = buildVit({ image: 32, patch: 8, dim: 32, depth: 2, heads: 2, mlpRatio: 2, classes: 6 }, 3);
const shortSwin = buildSwin({ image: 32, patch: 4, dim: 16, depths: [1, 2], heads: [2, 4], window: 4, mlpRatio: 2, classes: 6 }, 4);

describe.each([
  { name: 'ViT', graph: smallVit(), kind: 'reference', batch: 1 },
  { name: 'ViT', graph: shortVit, kind: 'integer', batch: 2 },
  { name: 'Swin', graph: smallSwin(), kind: 'reference', batch: 2 },
  { name: 'Swin', graph: shortSwin, kind: 'integer', batch: 1 },
] as const)('$name in $kind arithmetic at batch $batch', ({ graph, kind, batch }) => {
  it('with nothing and with everything on is the FP32 network and the run’s, bit for bit', async () => {
    const model = await importGraph(graph);
    const network = await cellNetwork(model, kind, settings);
    const study = studyOf(model, network, batch);
    const batches = noiseBatches(model, 3, batch);
    const { float, answers } = await layerBaseline(study, batches, noPoll);
    expect(float).toEqual(await networkLogits(model, { kind: 'float' }, batches, batch));
    expect(answers.full).toEqual(answersOf(model, float, await networkLogits(model, network, batches, batch)));
    expect(answers.float.every(({ kl }) => kl === 0)).toBe(true);
    const all = new Set(model.structure.sites.map(({ name }) => name));
    for (const [on, base] of [[new Set<string>(), 'float'], [all, 'full']] as const) {
      const mixture = study.mixture(on, base);
      expect(mixture.first).toBe(mixture.length);
    }
    await study.release();
  });

  it('with one site on or off alone is the run with the others overridden', async () => {
    const model = await importGraph(graph);
    const network = await cellNetwork(model, kind, settings);
    if (network.kind === 'float') throw new Error('not quantised');
    const study = studyOf(model, network, batch);
    const batches = noiseBatches(model, 3, batch);
    const { float, answers } = await layerBaseline(study, batches, noPoll);
    const prefixes = new Prefixes();
    let begun = 0;
    for (const { name: site } of model.structure.sites) {
      for (const sensitivity of ['on-alone', 'off-alone'] as const) {
        const question = { kind: sensitivity, site, images: 'all', load: () => batches, float };
        const variant = await layerVariant(study, prefixes, question, noPoll);
        const others = Object.fromEntries(model.structure.sites.filter(({ name }) => name !== site).map(({ name }) => [name, 'fp32' as const]));
        const overrides = withOverrides(undefined, sensitivity === 'on-alone' ? others : { [site]: 'fp32' });
        const expected = await networkLogits(model, { ...network, settings: { ...settings, overrides } }, batches, batch);
        expect(variant.answers, `${site} ${sensitivity}`).toEqual(answersOf(model, float, expected));
        expect(variant.answers).not.toEqual(sensitivity === 'on-alone' ? answers.float : answers.full);
        // What was kept for other sites changes nothing.
        if (site.endsWith('fc2')) expect(await layerVariant(study, new Prefixes(), question, noPoll)).toEqual(variant);
        begun += variant.segments;
      }
    }
    expect(begun).toBeLessThan(2 * model.structure.sites.length * (model.structure.blocks.length + 1));
    await study.release();
  });
});

describe('separate q, k and v', () => {
  it('can be switched apart, although they share a LayerNorm', async () => {
    const model = await importGraph(splitQkv(smallVit()));
    const study = studyOf(model, await cellNetwork(model, 'reference', settings), 1);
    const batches = noiseBatches(model, 2, 1);
    const { float } = await layerBaseline(study, batches, noPoll);
    const answers = async (site: string): Promise<readonly Answer[]> => (await layerVariant(study, new Prefixes(), { kind: 'on-alone', site, images: 'all', load: () => batches, float }, noPoll)).answers;
    const [q, k, v] = [await answers('blocks.1.attn.q'), await answers('blocks.1.attn.k'), await answers('blocks.1.attn.v')];
    for (const each of [q, k, v]) expect(each.every(({ kl }) => kl > 0)).toBe(true);
    expect(q).not.toEqual(k);
    expect(k).not.toEqual(v);
    await study.release();
  });
});

describe('what lies before a site', () => {
  it('begins at the segment of the site, and at the picture for the first', async () => {
    const model = await importGraph(smallVit());
    const study = studyOf(model, await cellNetwork(model, 'reference', settings), 1);
    const first = (site: string): number => study.mixture(new Set([site]), 'float').first;
    // Three blocks, four segments: the projection of a block stands behind its softmax.
    expect(['patch_embed.proj', 'blocks.0.attn.qkv', 'blocks.0.attn.matmul1', 'blocks.0.attn.proj', 'blocks.1.attn.qkv', 'blocks.1.attn.proj', 'blocks.2.mlp.fc2', 'head'].map(first)).toEqual([0, 0, 0, 1, 1, 2, 3, 3]);
    await study.release();
  });

  it('is forgotten, the oldest first, when it takes more memory than it may', () => {
    const prefixes = new Prefixes();
    const lives = [{ live: new Map([['x', { data: new Float32Array(24e6), dims: [24e6] }]]), valid: 1 }];
    prefixes.keep('a', 2, lives);
    prefixes.keep('b', 2, lives);
    prefixes.keep('c', 2, lives);
    expect(prefixes.take('a', 3)).toBeNull();
    expect(prefixes.take('b', 1)).toBeNull();
    expect(prefixes.take('b', 2)?.first).toBe(2);
    expect(prefixes.take('b', 2)).toBeNull();
    expect(prefixes.take('c', 5)?.lives).toBe(lives);
  });
});

function answersOf({ structure }: ImportedModel, float: Float32Array, other: Float32Array): Answer[] {
  const { classes } = structure.output;
  return Array.from({ length: float.length / classes }, (_, image) => {
    const [p, q] = [float, other].map((logits) => logits.subarray(image * classes, (image + 1) * classes));
    if (p === undefined || q === undefined) throw new Error('no logits');
    return { kl: logitDivergence(p, q), best: topK(q, 1)[0] ?? -1 };
  });
}

/** Through the class that evaluates. */
async function networkLogits(model: ImportedModel, kind: CellNetwork, batches: ReturnType<typeof noiseBatches>, batch: number): Promise<Float32Array> {
  const graph = rebatch(model.graph, batch);
  const rewritten = rewriteFor({ graph, structure: model.structure, machine: anyMachine }, kind, noPoll);
  const network = await Network.create({ structure: model.structure, source: graph, rewritten, batch, threads: 1, quantizers: mapWriters(kind, model.structure, rewritten), keep: new Set(residualNames(graph, model.structure)) });
  const logits: number[] = [];
  for (const { pixels, loaded } of batches) logits.push(...(await network.run(pixels, { valid: loaded.length, poll: noPoll })).logits);
  await network.release();
  return Float32Array.from(logits);
}
