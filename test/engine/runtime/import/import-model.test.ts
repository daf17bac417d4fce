import { describe, expect, it } from 'vitest';
import { buildSwin } from '../../../../src/engine/core/builder/build-swin';
import { buildVit } from '../../../../src/engine/core/builder/build-vit';
import { logitDifference } from '../../../../src/engine/core/graph/logit-difference';
import { rebatch } from '../../../../src/engine/core/graph/rebatch';
import type { Graph, ImportedModel } from '../../../../src/engine/core/graph/types';
import { readModel } from '../../../../src/engine/core/onnx/read-model';
import { writeModel } from '../../../../src/engine/core/onnx/write-model';
import { canonicalise } from '../../../../src/engine/runtime/ort/canonicalise';
import { importGraph, importModel, readModelFile } from '../../../../src/engine/runtime/ort/import-model';
import { probeImages, probeLogits } from '../../../../src/engine/runtime/ort/probe';
import { goldenSites, swinMini, vitMini } from '../../../helpers/model-fixtures';
import { scrambleGraph } from '../../../helpers/scramble-graph';

/** What the site finder found, without any name. */
function withoutNames({ structure }: ImportedModel): unknown {
  return {
    family: structure.family, distilled: structure.distilled, classToken: structure.classToken, patch: structure.patch, parameters: structure.parameters,
    products: structure.products, notUnderstood: structure.notUnderstood,
    sites: structure.sites.map((site) => (site.kind === 'linear'
      ? [site.role, site.block, site.inFeatures, site.outFeatures, site.layout, site.macs, site.norm, site.bias !== null]
      : [site.role, site.block, site.macs])),
    norms: structure.norms.map(({ channels, sites, bias }) => [channels, sites.length, bias !== null]),
    blocks: structure.blocks.map(({ heads, tokens, headDim, prefixTokens, grid, windows }) => ({ heads, tokens, headDim, prefixTokens, grid, windows })),
  };
}

async function differenceAt(model: Graph, other: Graph, count: number): Promise<number> {
  const images = probeImages(model, count);
  return logitDifference(await probeLogits(model, images), await probeLogits(other, images));
}

describe('the parity models', () => {
  it('get the reference\'s names for all sites: ViT', async () => {
    const { structure, batchable } = await importModel(vitMini);
    expect(structure.sites.map((site) => site.name).sort()).toEqual([...goldenSites('vit_mini.Sqrt2_17.w4a4.json')].sort());
    expect(structure).toMatchObject({ family: 'vit', classToken: true, distilled: false, products: { total: 20, understood: 20 }, notUnderstood: [], parameters: 525544 });
    expect(structure.blocks.map(({ heads, tokens, headDim, prefixTokens, grid }) => [heads, tokens, headDim, prefixTokens, ...grid])).toEqual(Array(3).fill([3, 197, 32, 1, 14, 14]));
    expect(structure.norms.map(({ name, sites }) => [name, ...sites])).toEqual([0, 1, 2].flatMap((i) => [[`blocks.${i}.norm1`, `blocks.${i}.attn.qkv`], [`blocks.${i}.norm2`, `blocks.${i}.mlp.fc1`]]));
    expect(batchable).toBe(true);
  });

  it('get the reference\'s names for all sites: Swin, with its windows', async () => {
    const { structure } = await importModel(swinMini);
    expect(structure.sites.map((site) => site.name).sort()).toEqual([...goldenSites('swin_mini.BitLog2_Half_16.w4a4.json')].sort());
    expect(structure).toMatchObject({ family: 'swin', classToken: false, products: { total: 27, understood: 27 }, notUnderstood: [] });
    expect(structure.blocks.map(({ windows, grid }) => [windows?.count, ...(windows?.size ?? []), ...(windows?.shift ?? []), ...grid])).toEqual([
      [64, 7, 7, 0, 0, 56, 56], [64, 7, 7, 3, 3, 56, 56], [16, 7, 7, 0, 0, 28, 28], [16, 7, 7, 3, 3, 28, 28],
    ]);
    expect(structure.norms.map(({ name }) => name)).toContain('layers.0.downsample.norm');
  });

  it('bake the batch size (Swin), and are mended', async () => {
    const { graph, batchable } = await importModel(swinMini);
    const asExported = await canonicalise(readModelFile(swinMini), [3, 3, 224, 224]);
    expect(await differenceAt(graph, asExported, 3)).toBeGreaterThan(0.01);
    expect(await differenceAt(graph, rebatch(graph, 3), 3)).toBeLessThan(1e-4);
    expect(batchable).toBe(true);
  });
});

const smallVit = buildVit({ image: 64, patch: 16, dim: 48, depth: 2, heads: 3, mlpRatio: 4, classes: 10 }, 1);
const distilled = buildVit({ image: 64, patch: 16, dim: 48, depth: 2, heads: 3, mlpRatio: 4, classes: 10, distilled: true }, 2);
const pooled = buildVit({ image: 64, patch: 16, dim: 48, depth: 2, heads: 4, mlpRatio: 2, classes: 7, classToken: false }, 3);
const smallSwin = buildSwin({ image: 56, patch: 4, dim: 24, depths: [2, 2], heads: [2, 4], window: 7, mlpRatio: 4, classes: 10 }, 4);

describe('structure alone', () => {
  it.each([
    ['vit_mini', readModelFile(vitMini)], ['swin_mini', readModelFile(swinMini)],
    ['a ViT', smallVit], ['a distilled DeiT', distilled], ['a ViT without class token', pooled], ['a Swin', smallSwin],
  ])('finds the same in %s under random names in random order', async (_name, graph) => {
    const named = await importGraph(graph);
    for (const seed of [1, 2]) {
      const scrambled = await importGraph(readModel(writeModel(scrambleGraph(graph, seed))));
      expect(withoutNames(scrambled)).toEqual(withoutNames(named));
      expect(scrambled.structure.sites.map((site) => site.name)).toEqual(named.structure.sites.map((site) => site.name.replace('head.fc', 'head').replace('layers.1.downsample', 'layers.0.downsample')));
      expect(await differenceAt(named.graph, scrambled.graph, 2)).toBeLessThan(1e-5);
    }
  });

  it('tells the class head from the distillation head by the token it reads', async () => {
    const { structure } = await importGraph(scrambleGraphSorted(distilled));
    expect(structure.sites.slice(-2).map((site) => site.name)).toEqual(['head', 'head_dist']);
    expect(structure.blocks[0]?.prefixTokens).toBe(2);
    const heads = structure.sites.slice(-2).map((site) => (site.kind === 'linear' ? site.weight : ''));
    const named = distilled.initializers.get('head.weight')?.data;
    const scrambled = await importGraph(scrambleGraphSorted(distilled));
    expect(scrambled.graph.initializers.get(heads[0] ?? '')?.data).toEqual(named);
  });
});

function scrambleGraphSorted(graph: Graph): Graph {
  return readModel(writeModel(scrambleGraph(graph, 5)));
}

describe('a model exported for a fixed batch', () => {
  it('is brought to batch 1 and keeps its logits', async () => {
    const single = await importGraph(smallVit);
    const four = rebatch(single.graph, 4);
    const imported = await importGraph(four);
    expect(imported).toMatchObject({ batchable: true, exportedBatch: 4 });
    expect(imported.graph.inputs[0]?.dims[0]).toBe(1);
    expect(imported.notes).toContain('The model was exported for batches of 4');
    expect(await differenceAt(single.graph, imported.graph, 3)).toBeLessThan(1e-5);
  });
});
