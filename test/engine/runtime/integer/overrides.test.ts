/** Overrides in integer arithmetic: what they leave in FP32 falls back at that site alone, what they give other bits stays integer. */
import { beforeAll, describe, expect, it } from 'vitest';
import { buildSwin } from '../../../../src/engine/core/builder/build-swin';
import { buildVit } from '../../../../src/engine/core/builder/build-vit';
import { withSitesAlone, withSitesOff } from '../../../../src/engine/core/graph/isolate';
import type { NetworkParameters, QuantizerSettings } from '../../../../src/engine/core/graph/parameters';
import type { ImportedModel } from '../../../../src/engine/core/graph/types';
import { importGraph } from '../../../../src/engine/runtime/ort/import-model';
import { proveExact } from '../../../../src/engine/runtime/evaluate/prove-exact';
import type { Overrides } from '../../../../src/shared/overrides';
import { checkNetwork } from '../../../helpers/integer-check';
import { anyMachine, calibrate, integerNetwork } from '../../../helpers/integer-network';

const w4a4 = (scheme: QuantizerSettings['scheme']): QuantizerSettings => ({ scheme, wBits: 4, aBits: 4 });

interface Case {
  readonly scheme: QuantizerSettings['scheme'];
  readonly overrides: Overrides;
  /** Sites in reference arithmetic, and a part of the reason. */
  readonly reference: readonly (readonly [string, string])[];
}

const half = 'BitLog2_Half_17';
const cases: readonly Case[] = [
  { scheme: half, overrides: { 'blocks.0.attn.qkv': 'fp32' }, reference: [['blocks.0.attn.qkv', 'its input stays in FP32 (override)']] },
  { scheme: half, overrides: { 'blocks.1.mlp.fc1:input': 'fp32' }, reference: [['blocks.1.mlp.fc1', 'its input stays in FP32 (override)']] },
  { scheme: half, overrides: { 'blocks.0.mlp.fc1:weight': 'fp32', 'head:weight': 32 }, reference: [['blocks.0.mlp.fc1', 'its weight stays in FP32 (override)'], ['head', 'its weight stays']] },
  { scheme: half, overrides: { 'patch_embed.proj:input': 'fp32' }, reference: [['patch_embed.proj', 'its input']] },
  { scheme: half, overrides: { 'blocks.0.attn.matmul1:A': 'fp32', 'blocks.1.attn.matmul1:B': 'fp32' }, reference: [['blocks.0.attn.matmul1', 'q stays in FP32'], ['blocks.1.attn.matmul1', 'k stays in FP32']] },
  { scheme: 'Sqrt2_17', overrides: { 'blocks.0.attn.matmul2:B': 'fp32' }, reference: [['blocks.0.attn.matmul2', 'v stays in FP32']] },
  { scheme: 'Sqrt2_17', overrides: { '*.matmul2:A': 'fp32' }, reference: [['blocks.0.attn.matmul2', 'the attention map stays in FP32 (override)'], ['blocks.1.attn.matmul2', 'the attention map stays in FP32 (override)']] },
  { scheme: half, overrides: { 'blocks.1.attn.matmul2#1': 'fp32' }, reference: [['blocks.1.attn.matmul2', '1 of 2 heads of the attention map stay in FP32']] },
  { scheme: half, overrides: { 'blocks.1.attn.matmul2#0': 'Sqrt2_17', 'blocks.0.attn.matmul2#1': half }, reference: [['blocks.1.attn.matmul2', 'the heads of the attention map have 2 quantisers']] },
  // Other bits and other schemes are as integer as the run's own.
  { scheme: 'Sqrt2_16', overrides: { 'blocks.0.*:input': 8, 'blocks.0.*:weight': 8, 'blocks.1.attn.matmul1:A': 6, 'blocks.1.attn.matmul1:B': 3, '*.matmul2:B': 7, 'patch_embed.*': 5 }, reference: [] },
  { scheme: half, overrides: { 'blocks.0.attn.matmul2:A': 'Sqrt2_17', 'blocks.1.attn.matmul2:A': 'BitLog2_Half_16' }, reference: [] },
  { scheme: 'none', overrides: { 'blocks.1.attn.matmul2:A': 'BitLog2_Single_17' }, reference: [['blocks.0.attn.matmul2', 'the attention map stays in FP32 (scheme none)']] },
  { scheme: 'Sqrt2_17', overrides: { '*.matmul2:A': 5, 'blocks.0.attn.matmul2:A': 3 }, reference: [['blocks.1.attn.matmul2', 'the levels of Sqrt2_17 at 5 bits do not fit']] },
];

describe('a ViT', () => {
  let model: ImportedModel;
  beforeAll(async () => { model = await importGraph(buildVit({ image: 32, patch: 8, dim: 32, depth: 2, heads: 2, mlpRatio: 2, classes: 6 }, 3)); });

  it.each(cases)('under $scheme and $overrides', async ({ scheme, overrides, reference }) => {
    const settings = { ...w4a4(scheme), overrides };
    const [parameters] = await calibrate(model, [settings]);
    if (parameters === undefined) throw new Error('nothing was calibrated');
    const network = integerNetwork(model, settings, parameters, 2);
    expect(await checkNetwork(network)).toEqual({ wrong: [], reference: reference.map(([site]) => site) });
    for (const [site, reason] of reference) expect(network.rewritten.plan.get(site)).toEqual({ kind: 'reference', reason: expect.stringContaining(reason) as string });
    // What the run record says is the same, and no product is wrong on this machine.
    const proof = await proveExact({ graph: network.graph, structure: model.structure, settings, parameters: network.parameters, machine: anyMachine, batch: 2, threads: 1, tried: new Map() }, () => undefined);
    expect({ exact: proof.exact, sites: proof.fallbacks.map(({ site }) => site), wrong: proof.wrong }).toEqual({ exact: reference.length === 0, sites: reference.map(([site]) => site), wrong: [] });
  });

  it('with a site off, or on alone, needs no other parameters than those of the full run', async () => {
    const settings = w4a4(half);
    const [full] = await calibrate(model, [settings]);
    if (full === undefined) throw new Error('nothing was calibrated');
    for (const name of ['blocks.0.attn.qkv', 'blocks.1.attn.matmul2', 'blocks.1.mlp.fc2']) {
      expect(await checkNetwork(integerNetwork(model, withSitesOff(settings, [name]), full, 1))).toEqual({ wrong: [], reference: [name] });
      const others = model.structure.sites.map((site) => site.name).filter((other) => other !== name);
      expect(await checkNetwork(integerNetwork(model, withSitesAlone(model.structure, settings, [name]), full, 1))).toEqual({ wrong: [], reference: others });
    }
  });
});

describe('a Swin', () => {
  it('falls back at the sites that overrides leave in FP32', async () => {
    const model = await importGraph(buildSwin({ image: 32, patch: 4, dim: 16, depths: [1, 1], heads: [2, 4], window: 4, mlpRatio: 2, classes: 6 }, 4));
    const settings: QuantizerSettings = { ...w4a4('BitLog2_Half_16'), overrides: { '*.reduction:input': 'fp32', 'layers.1.*.matmul2#3': 'fp32', 'layers.0.blocks.0.attn.qkv': 'fp32', '*.fc2': 8 } };
    const found: (NetworkParameters | undefined)[] = await calibrate(model, [settings]);
    const [parameters] = found;
    if (parameters === undefined) throw new Error('nothing was calibrated');
    expect(await checkNetwork(integerNetwork(model, settings, parameters, 2))).toEqual({ wrong: [], reference: ['layers.0.blocks.0.attn.qkv', 'layers.1.downsample.reduction', 'layers.1.blocks.0.attn.matmul2'] });
  });
});
