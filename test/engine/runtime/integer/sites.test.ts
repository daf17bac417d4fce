/** Every product of whole integer networks against plain integer loops, site by site: see the oracle for what is compared with what. */
import { beforeAll, describe, expect, it } from 'vitest';
import { buildSwin } from '../../../../src/engine/core/builder/build-swin';
import { buildVit, type VitOptions } from '../../../../src/engine/core/builder/build-vit';
import type { NetworkParameters, QuantizerSettings } from '../../../../src/engine/core/graph/parameters';
import type { Graph, ImportedModel } from '../../../../src/engine/core/graph/types';
import { importGraph, importModel } from '../../../../src/engine/runtime/ort/import-model';
import { logSchemeIds, type SchemeId } from '../../../../src/shared/settings';
import { checkNetwork } from '../../../helpers/integer-check';
import { calibrate, integerNetwork, powersOfTwo } from '../../../helpers/integer-network';
import { scaleAfterScores, sliceInThree, splitInThree } from '../../../helpers/integer-variants';
import { swinMini, vitMini } from '../../../helpers/model-fixtures';
import { splitQkv, unfuseGemm } from '../../../helpers/split-qkv';

const w4a4 = (scheme: SchemeId): QuantizerSettings => ({ scheme, wBits: 4, aBits: 4 });
const vitOptions: VitOptions = { image: 32, patch: 8, dim: 32, depth: 2, heads: 2, mlpRatio: 2, classes: 6 };
const vit = (change: Partial<VitOptions> = {}): Graph => buildVit({ ...vitOptions, ...change }, 3);
const swin = (): Graph => buildSwin({ image: 32, patch: 4, dim: 16, depths: [2, 1], heads: [2, 4], window: 4, mlpRatio: 2, classes: 6 }, 4);

const allInteger = { wrong: [], reference: [] };

/** Imported once and calibrated under all settings (of equal weights) at once: half of a test's time. The parameters stand in the order of the settings. */
function calibratedOnce(load: () => Promise<ImportedModel>, wanted: readonly QuantizerSettings[]): () => { readonly model: ImportedModel; readonly parameters: readonly NetworkParameters[] } {
  let found: { readonly model: ImportedModel; readonly parameters: readonly NetworkParameters[] } | null = null;
  beforeAll(async () => {
    const model = await load();
    found = { model, parameters: await calibrate(model, wanted) };
    expect(found.parameters).toHaveLength(wanted.length);
  }, 240_000);
  return () => {
    if (found === null) throw new Error('nothing was calibrated');
    return found;
  };
}

function at<T>(list: readonly T[], place: number): T {
  const entry = list[place];
  if (entry === undefined) throw new Error(`there is no entry ${place}`);
  return entry;
}

describe.each([
  { name: 'ViT', build: vit, sites: 2 * 6 + 2 },
  { name: 'distilled DeiT with 12 channels per head', build: () => vit({ dim: 36, heads: 3, distilled: true }), sites: 2 * 6 + 3 },
  { name: 'Swin', build: swin, sites: 3 * 6 + 3 },
])('$name', ({ build, sites }) => {
  const calibrated = calibratedOnce(() => importGraph(build()), logSchemeIds.map(w4a4));

  it.each(logSchemeIds.flatMap((scheme, place) => [1, 3].map((batch) => ({ scheme, place, batch }))))('computes integers at every site: $scheme, batch $batch', async ({ scheme, place, batch }) => {
    const { model, parameters } = calibrated();
    expect(model.structure.sites.length).toBe(sites);
    expect(await checkNetwork(integerNetwork(model, w4a4(scheme), at(parameters, place), batch))).toEqual(allInteger);
  });
});

describe.each<{ name: string; load: () => Promise<ImportedModel>; batch?: number }>([
  { name: 'separate q, k and v', load: () => importGraph(splitQkv(vit())) },
  { name: 'MatMul and Add for a Linear', load: () => importGraph(unfuseGemm(vit())) },
  { name: 'MatMul for a Linear that has no bias before it is reparameterised', load: () => importGraph(unfuseGemm(swin())) },
  { name: 'the scale behind q.kT', load: () => importGraph(scaleAfterScores(vit({ dim: 24 }))) },
  { name: 'one Split for q, k and v', load: () => importGraph(splitInThree(vit())) },
  { name: 'Slices for q, k and v', load: () => importGraph(sliceInThree(vit())) },
  { name: 'patches pooled, no class token', load: () => importGraph(vit({ classToken: false })) },
  { name: 'an exported ViT', load: () => importModel(vitMini), batch: 1 },
  { name: 'an exported Swin', load: () => importModel(swinMini), batch: 1 },
])('a network with $name', ({ load, batch = 2 }) => {
  const schemes: readonly SchemeId[] = ['BitLog2_Half_16', 'Sqrt2_17'];
  const calibrated = calibratedOnce(load, schemes.map(w4a4));

  it.each(schemes.map((scheme, place) => ({ scheme, place })))('computes integers at every site: $scheme', async ({ scheme, place }) => {
    const { model, parameters } = calibrated();
    expect(await checkNetwork(integerNetwork(model, w4a4(scheme), at(parameters, place), batch))).toEqual(allInteger);
  }, 240_000);
});

describe('the shapes of DeiT-T', () => {
  const schemes: readonly SchemeId[] = ['BitLog2_Half_16', 'BitLog2_Half_17', 'Sqrt2_17'];
  const calibrated = calibratedOnce(() => importGraph(buildVit({ image: 224, patch: 16, dim: 192, depth: 1, heads: 3, mlpRatio: 4, classes: 1000 }, 7)), schemes.map(w4a4));

  it.each(schemes.map((scheme, place) => ({ scheme, place })))('one block under $scheme', async ({ scheme, place }) => {
    const { model, parameters } = calibrated();
    expect(await checkNetwork(integerNetwork(model, w4a4(scheme), at(parameters, place), 1))).toEqual(allInteger);
  }, 240_000);
});

describe('other bits', () => {
  const otherBits: readonly (QuantizerSettings & { readonly saturates: boolean })[] = [
    { scheme: 'BitLog2_Half_17', wBits: 8, aBits: 8, saturates: true },
    { scheme: 'BitLog2_Half_16', wBits: 8, aBits: 8, saturates: true },
    { scheme: 'BitLog2_Single_17', wBits: 7, aBits: 6, saturates: true },
    { scheme: 'BitLog2_Single_16', wBits: 6, aBits: 6, saturates: false },
    { scheme: 'Sqrt2_16', wBits: 3, aBits: 3, saturates: false },
    { scheme: 'BitLog2_Half_17', wBits: 2, aBits: 6, saturates: true },
  ];
  const usual = w4a4('BitLog2_Half_17');
  const calibrated = calibratedOnce(() => importGraph(vit()), [usual]);

  it.each(otherBits)('$wBits bits for weights and $aBits for activations, $scheme', async ({ saturates, ...settings }) => {
    const { model } = calibrated();
    const parameters = at(await calibrate(model, [settings]), 0);
    expect(await checkNetwork(integerNetwork(model, settings, parameters, 1, { saturates }))).toEqual(allInteger);
  });

  it.each([['blocks.1.mlp.fc2', 'input'], ['head', 'weight'], ['blocks.0.attn.matmul1', 'B'], ['blocks.1.attn.matmul2', 'B']])('the oracle notices a zero point that is one off: %s %s', async (site, field) => {
    const { model, parameters: [parameters] } = calibrated();
    if (parameters === undefined) throw new Error('nothing was calibrated');
    const found = parameters.sites[site]?.[field];
    if (found?.zero_point === undefined) throw new Error(`no zero point of ${site} ${field}`);
    const moved = found.zero_point.map((zeroPoint, index) => (index === 0 ? zeroPoint + 1 : zeroPoint));
    const changed: NetworkParameters = { ...parameters, sites: { ...parameters.sites, [site]: { ...parameters.sites[site], [field]: { ...found, zero_point: moved } } } };
    const { wrong } = await checkNetwork(integerNetwork(model, usual, changed, 1), integerNetwork(model, usual, parameters, 1));
    expect(wrong.map((text) => text.split(':')[0])).toEqual([site]);
  });

  it('8 bits under BitLog2_Single_17, whose sums nearly fill the 24 bits of a float', async () => {
    const { model } = calibrated();
    const settings: QuantizerSettings = { scheme: 'BitLog2_Single_17', wBits: 4, aBits: 8 };
    const parameters = at(await calibrate(model, [settings]), 0);
    expect(await checkNetwork(integerNetwork(model, settings, powersOfTwo(parameters, model.structure), 1))).toEqual(allInteger);
  });
});
