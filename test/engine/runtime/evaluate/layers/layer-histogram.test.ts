/** Histograms of operands against plain loops on captured tensors. */
import { describe, expect, it, vi } from 'vitest';
import type { HistogramScale, SiteHistogram } from '../../../../../src/shared/layers';
import type { OperandName } from '../../../../../src/shared/overrides';
import { errorFigures } from '../../../../../src/engine/core/metrics/error-figures';
import { schemeById } from '../../../../../src/engine/core/quantizers/scheme-table';
import { layerHistogram } from '../../../../../src/engine/runtime/evaluate/layers/layer-histogram';
import type { LayerStudy } from '../../../../../src/engine/runtime/evaluate/layers/layer-study';
import type { LoadedBatch } from '../../../../../src/engine/runtime/evaluate/load-pixels';
import type { ImportedModel } from '../../../../../src/engine/core/graph/types';
import { cellNetwork, importGraph, noiseBatches, noPoll, studyOf } from '../../../../helpers/layer-study';
import { captureFloat, fake } from '../../../../helpers/site-twin';
import { smallSwin, smallVit } from '../../../../helpers/small-project';

vi.setConfig({ testTimeout: 120_000 });

const settings = { scheme: 'Sqrt2_17', wBits: 4, aBits: 4 } as const;

async function histogram(study: LayerStudy, site: string, operand: OperandName, batches: readonly LoadedBatch[], scale: HistogramScale = 'linear'): Promise<SiteHistogram> {
  const load = (index: number): LoadedBatch => {
    const batch = batches[index];
    if (batch === undefined) throw new Error('no batch');
    return batch;
  };
  return layerHistogram(study, { site: study.site(site), operand, scale, batches: batches.length, load }, noPoll);
}

function expectCounted(found: SiteHistogram, values: Float32Array): void {
  const counts = Array.from({ length: 256 }, () => 0);
  let outside = 0;
  for (const x of values) {
    const value = found.scale === 'linear' ? x : Math.log2(Math.abs(x));
    if (found.scale === 'log2' && Math.abs(x) < 2 ** -24) outside++;
    else {
      const place = Math.min(255, Math.floor((value - found.min) * (256 / (found.max - found.min))));
      counts[place] = (counts[place] ?? 0) + 1;
    }
  }
  expect(found.counts).toEqual(counts);
  expect(found.outside).toBe(outside);
  expect(found.elements).toBe(values.length);
  expect(found.counts.reduce((a, b) => a + b, 0) + found.outside).toBe(found.elements);
}

async function captured(study: LayerStudy, batches: readonly LoadedBatch[], name: string): Promise<Float32Array> {
  const values: number[] = [];
  for (const batch of batches) {
    const { data } = (await captureFloat(study, batch, [name])).get(name) ?? { data: new Float32Array(0) };
    values.push(...data.subarray(0, (data.length * batch.loaded.length) / study.source.batch));
  }
  return Float32Array.from(values);
}

async function vit(kind: 'reference' | 'integer' = 'reference', batch = 2): Promise<{ model: ImportedModel; study: LayerStudy; batches: LoadedBatch[] }> {
  const model = await importGraph(smallVit());
  return { model, study: studyOf(model, await cellNetwork(model, kind, settings), batch), batches: noiseBatches(model, 3, batch) };
}

describe('an activation', () => {
  it('is counted, quantised and split into channels as plain loops do it', async () => {
    const { study, batches } = await vit();
    const site = study.site('blocks.1.mlp.fc2');
    if (site.kind !== 'linear' || study.source.network.kind === 'float') throw new Error('no fc2');
    const values = await captured(study, batches, site.input);
    const found = await histogram(study, site.name, 'input', batches);
    const { delta, zero_point: zero = [] } = study.source.network.parameters.sites[site.name]?.input ?? { delta: [] };
    const [step = NaN, offset = NaN] = [delta[0], zero[0]];
    expectCounted(found, values);
    expect([found.min, found.max, found.images]).toEqual([Math.min(...values), Math.max(...values), 3]);
    const quantised = values.map((x) => fake(x, step, offset, 4));
    expect(found.error?.relativeL2).toBeCloseTo(errorFigures(values, quantised).relativeL2, 9);
    expect(found.clippedLow).toBe(values.filter((x) => x / step < -offset - 0.5).length);
    expect(found.clippedHigh).toBe(values.filter((x) => x / step > 15.5 - offset).length);
    expect(found.grid).toEqual(Array.from({ length: 16 }, (_, code) => Math.fround((code - offset) * step)));
    expect(found).toMatchObject({ bits: 4, scheme: null, gridChannel: null, channelKind: 'channel', channels: site.inFeatures });
    const noise = Array.from({ length: site.inFeatures }, (_, c) => values.reduce((sum, x, i) => (i % site.inFeatures === c ? sum + (x - (quantised[i] ?? NaN)) ** 2 : sum), 0));
    const worst = [...noise.keys()].sort((a, b) => (noise[b] ?? 0) - (noise[a] ?? 0));
    expect(found.worstChannels.map(({ channel }) => channel)).toEqual(worst.slice(0, 10));
    expect(found.worstChannels[0]?.share).toBeCloseTo((noise[worst[0] ?? 0] ?? NaN) / noise.reduce((a, b) => a + b), 9);
  });

  it('behind a LayerNorm has the scale that the quantiser sees', async () => {
    const model = await importGraph(smallSwin());
    const study = studyOf(model, await cellNetwork(model, 'reference', settings), 2);
    const batches = noiseBatches(model, 3, 2);
    const found = await histogram(study, 'layers.0.blocks.1.attn.qkv', 'input', batches);
    const site = study.site('layers.0.blocks.1.attn.qkv');
    if (site.kind !== 'linear' || study.source.network.kind === 'float') throw new Error('no qkv');
    const plain = await captured(study, batches, site.input);
    const record = study.source.network.parameters.reparameterisation[site.name];
    const { delta, zero_point: zero = [] } = study.source.network.parameters.sites[site.name]?.input ?? { delta: [] };
    // x / r - b by channel; the order of rows is no matter for counts.
    const [step = NaN, offset = NaN] = [delta[0], zero[0]];
    const moved = plain.map((x, i) => {
      const c = i % site.inFeatures;
      const r = (record?.channelDelta[c] ?? NaN) / step;
      return x / r - (-(record?.channelZeroPoint[c] ?? NaN) * (record?.channelDelta[c] ?? NaN)) / r - offset * step;
    });
    expect(found.min).toBeCloseTo(Math.min(...moved), 4);
    expect(found.max).toBeCloseTo(Math.max(...moved), 4);
    expect(found.elements).toBe(moved.length);
    expect(found.error?.relativeL2).toBeCloseTo(errorFigures(moved, moved.map((x) => fake(x, step, offset, 4))).relativeL2, 3);
    // A fractional zero point: both ends of the grid lie between two steps.
    expect(found.grid.length).toBe(Number.isInteger(offset) ? 16 : 17);
    expect(found.grid[0]).toBeCloseTo(-offset * step, 5);
  });

  it('is the picture in front of the patch embedding, by colour', async () => {
    const { study, batches } = await vit();
    const found = await histogram(study, 'patch_embed.proj', 'input', batches);
    const pixels = batches.flatMap(({ pixels: all, loaded }) => [...all.subarray(0, (all.length * loaded.length) / 2)]);
    expectCounted(found, Float32Array.from(pixels));
    expect(found).toMatchObject({ channels: 3, bits: 8 });
  });

  it('has no grid where it stays in FP32', async () => {
    const model = await importGraph(smallVit());
    const study = studyOf(model, await cellNetwork(model, 'reference', { ...settings, overrides: { 'blocks.1.mlp.fc2:input': 'fp32' } }), 1);
    const found = await histogram(study, 'blocks.1.mlp.fc2', 'input', noiseBatches(model, 1, 1));
    expect(found).toMatchObject({ grid: [], bits: null, delta: [], error: null, worstChannels: [], clippedLow: 0, clippedHigh: 0 });
    expect(found.counts.reduce((a, b) => a + b, 0)).toBe(found.elements);
  });
});

describe.each(['reference', 'integer'] as const)('an attention map in %s arithmetic', (kind) => {
  it.each(['linear', 'log2'] as const)('is counted and quantised by the scheme: %s', async (scale) => {
    const { study, batches } = await vit(kind);
    const site = study.site('blocks.2.attn.matmul2');
    if (site.kind !== 'product' || study.source.network.kind === 'float') throw new Error('no product');
    const values = await captured(study, batches, site.a);
    const found = await histogram(study, site.name, 'A', batches, scale);
    const delta = study.source.network.parameters.sites[site.name]?.A?.delta[0] ?? NaN;
    const scheme = schemeById('Sqrt2_17');
    if (scheme.kind === 'none') throw new Error('no scheme');
    const levels = scheme.levels(delta, 4);
    expectCounted(found, values);
    expect(found.grid).toEqual([...levels]);
    expect(found).toMatchObject({ scheme: 'Sqrt2_17', bits: 4, delta: [delta], zeroPoint: [], channelKind: 'head', channels: 2 });
    expect(found.error?.relativeL2).toBeCloseTo(errorFigures(values, values.map((x) => levels[scheme.codeOf(x, delta, 4)] ?? NaN)).relativeL2, 9);
    expect(found.clippedHigh).toBe(values.filter((x) => x > (levels.at(-1) ?? NaN)).length);
    expect(found.worstChannels.length).toBe(2);
  });
});

describe('a weight', () => {
  it('needs no images, and has the grid of the output in the middle', async () => {
    const { model, study } = await vit();
    const site = study.site('blocks.0.attn.proj');
    if (site.kind !== 'linear' || study.source.network.kind === 'float') throw new Error('no proj');
    const found = await histogram(study, site.name, 'weight', []);
    const stored = model.graph.initializers.get(site.weight)?.data;
    if (!(stored instanceof Float32Array)) throw new Error('no weight');
    expectCounted(found, stored);
    const { delta = [] } = study.source.network.parameters.sites[site.name]?.weight ?? {};
    const below = delta.filter((step) => step < (delta[found.gridChannel ?? -1] ?? NaN)).length;
    expect(below).toBe(Math.floor((delta.length - 1) / 2));
    expect(found).toMatchObject({ images: 0, channelKind: 'output', channels: site.outFeatures, delta, bits: 4 });
    expect(found.grid.length).toBe(16);
  });

  it('behind a LayerNorm is the one with the scales moved into it', async () => {
    const { model, study } = await vit('integer');
    const site = study.site('blocks.0.attn.qkv');
    if (site.kind !== 'linear' || study.source.network.kind === 'float') throw new Error('no qkv');
    const found = await histogram(study, site.name, 'weight', []);
    const stored = model.graph.initializers.get(site.weight)?.data;
    const record = study.source.network.parameters.reparameterisation[site.name];
    const step = study.source.network.parameters.sites[site.name]?.input?.delta[0] ?? NaN;
    if (!(stored instanceof Float32Array)) throw new Error('no weight');
    const moved = stored.map((w, i) => w * ((record?.channelDelta[site.layout === 'out-first' ? i % site.inFeatures : Math.floor(i / site.outFeatures)] ?? NaN) / step));
    expect(found.min).toBeCloseTo(Math.min(...moved), 5);
    expect(found.max).toBeCloseTo(Math.max(...moved), 5);
    expect(found.error?.relativeL2).toBeGreaterThan(0.01);
  });
});
