/** Calibrating and rewriting with overrides: whose deltas are found, and what the parameters of a full run serve for. */
import { beforeAll, describe, expect, it } from 'vitest';
import { withSitesAlone, withSitesOff } from '../../../../src/engine/core/graph/isolate';
import type { NetworkParameters, QuantizerSettings } from '../../../../src/engine/core/graph/parameters';
import { rewriteReference } from '../../../../src/engine/core/graph/rewrite';
import type { ImportedModel } from '../../../../src/engine/core/graph/types';
import { loadCell } from '../../../../src/engine/runtime/evaluate/cell';
import { importGraph } from '../../../../src/engine/runtime/ort/import-model';
import type { CellNetwork } from '../../../../src/engine/runtime/workers/protocol';
import type { Overrides } from '../../../../src/shared/overrides';
import { firstDifference } from '../../../helpers/first-difference';
import { calibrate, randomPixels } from '../../../helpers/integer-network';
import { smallSwin, smallVit } from '../../../helpers/small-project';

const w4a4: QuantizerSettings = { scheme: 'BitLog2_Half_17', wBits: 4, aBits: 4 };

async function calibrated(model: ImportedModel, settings: QuantizerSettings): Promise<NetworkParameters> {
  const [found] = await calibrate(model, [settings]);
  if (found === undefined) throw new Error('nothing was calibrated');
  return found;
}

async function logitsOf(model: ImportedModel, network: CellNetwork): Promise<Float32Array> {
  const { graph, structure } = model;
  const cell = await loadCell({ graph, structure, batch: 1, threads: 1, rounding: null, machine: { saturates: true } }, network, () => undefined);
  try {
    return (await cell.network.run(randomPixels(structure, 1), { valid: 1, poll: () => undefined })).logits;
  } finally {
    await cell.network.release();
  }
}

const reference = (settings: QuantizerSettings, parameters: NetworkParameters): CellNetwork => ({ kind: 'reference', settings, parameters });

describe.each([['ViT', smallVit, 'blocks.0', 'blocks.2.mlp.fc1'], ['Swin', smallSwin, 'layers.0.blocks.0', 'layers.1.blocks.1.mlp.fc1']])('%s', (_name, graph, firstBlock, lastNorm) => {
  let model: ImportedModel;
  let full: NetworkParameters;
  const map = `${firstBlock}.attn.matmul2`;
  const under = (overrides: Overrides): QuantizerSettings => ({ ...w4a4, overrides });
  const head = (): string => model.structure.sites.at(-1)?.name ?? '';
  beforeAll(async () => {
    model = await importGraph(graph());
    full = await calibrated(model, w4a4);
  });

  it('finds the same without overrides and with an empty set of them', async () => {
    expect(await calibrated(model, under({}))).toEqual(full);
  });

  it('finds every scheme of a map on the whole map: a head left out moves no delta of it', async () => {
    const sqrt2 = await calibrated(model, { ...w4a4, scheme: 'Sqrt2_17' });
    const without = await calibrated(model, under({ [`${map}#1`]: 'fp32' }));
    const mixed = await calibrated(model, under({ [`${map}#1`]: 'Sqrt2_17' }));
    // What comes before the first map is the same in all of these.
    const [half, root] = [full, sqrt2].map(({ sites }) => sites[map]?.A);
    expect(half?.delta).not.toEqual(root?.delta);
    expect(without.sites[map]?.A).toEqual(half);
    expect(mixed.sites[map]).toMatchObject({ A: half, 'A#1': root });
    // Behind it nothing is.
    const behind = `${firstBlock}.attn.proj`;
    expect(without.sites[behind]?.input).not.toEqual(full.sites[behind]?.input);
    expect(mixed.sites[behind]?.input).not.toEqual(full.sites[behind]?.input);
  });

  it('of one scheme at two widths has two deltas, the second with its bits', async () => {
    const found = await calibrated(model, { ...w4a4, scheme: 'Sqrt2_17', overrides: { [`${map}#0`]: 3 } });
    expect(Object.keys(found.sites[map] ?? {})).toEqual(['A', 'B', 'A#0']);
    expect(found.sites[map]).toMatchObject({ A: { scheme: 'Sqrt2_17' }, 'A#0': { scheme: 'Sqrt2_17', bits: 3 } });
    expect(found.sites[map]?.A?.bits).toBeUndefined();
  });

  it('knows nothing of what is off, and reparameterises nothing in front of it', async () => {
    const found = await calibrated(model, under({ [`${firstBlock}.*`]: 'fp32', [`${firstBlock}.attn.qkv:weight`]: 6 }));
    expect(found.sites[`${firstBlock}.mlp.fc2`]).toEqual({});
    expect(found.sites[map]).toEqual({});
    expect(found.sites[`${firstBlock}.attn.qkv`]).toMatchObject({ weight: { bits: 6 } });
    expect(found.sites[`${firstBlock}.attn.qkv`]?.input).toBeUndefined();
    expect(Object.keys(found.reparameterisation).filter((name) => name.startsWith(`${firstBlock}.`))).toEqual([]);
    expect(Object.keys(found.reparameterisation).length).toBe(Object.keys(full.reparameterisation).length - 2);
  });

  it('all off, with the parameters of the full run, is the FP32 network bit for bit', async () => {
    const float = await logitsOf(model, { kind: 'float' });
    expect(firstDifference(await logitsOf(model, reference(under({ '*': 'fp32' }), full)), float)).toBeNull();
    expect(firstDifference(await logitsOf(model, reference(withSitesOff(w4a4, model.structure.sites.map(({ name }) => name)), full)), float)).toBeNull();
    expect(firstDifference(await logitsOf(model, reference(w4a4, full)), float)).not.toBeNull();
  });

  it('the last site off, with the parameters of the full run, is what calibrating without it gives', async () => {
    const settings = withSitesOff(w4a4, [head()]);
    const own = await logitsOf(model, reference(settings, await calibrated(model, settings)));
    expect(firstDifference(await logitsOf(model, reference(settings, full)), own)).toBeNull();
    expect(firstDifference(own, await logitsOf(model, reference(w4a4, full)))).not.toBeNull();
  });

  it('the first site on alone, with the parameters of the full run, is what calibrating it alone gives', async () => {
    const settings = withSitesAlone(model.structure, w4a4, ['patch_embed.proj']);
    const own = await logitsOf(model, reference(settings, await calibrated(model, settings)));
    expect(firstDifference(await logitsOf(model, reference(settings, full)), own)).toBeNull();
  });

  it('a weight behind a LayerNorm that is no more reparameterised is quantised from the original', async () => {
    const settings = under({ [`${lastNorm}:input`]: 'fp32' });
    const weight = (parameters: NetworkParameters, of: QuantizerSettings): ArrayLike<number> => {
      const data = rewriteReference(model.graph, model.structure, of, parameters).graph.initializers.get(`${lastNorm}:weight/quantized`)?.data;
      if (!(data instanceof Float32Array)) throw new Error('the weight is not there');
      return data;
    };
    const found = await calibrated(model, settings);
    expect(firstDifference(weight(full, settings), weight(found, settings))).toBeNull();
    expect(firstDifference(weight(full, w4a4), weight(full, settings))).not.toBeNull();
    // The parameters of the full run are about the moved weight, and stand for themselves.
    expect(found.sites[lastNorm]?.weight).not.toEqual(full.sites[lastNorm]?.weight);
  });

  it('parameters of other bits, or of a map that was never calibrated, are refused', async () => {
    await expect(logitsOf(model, reference(under({ [head()]: 6 }), full))).rejects.toThrow('was calibrated with 4 bits, not with 6');
    await expect(logitsOf(model, reference(under({ [`${map}:A`]: 'Sqrt2_16' }), full))).rejects.toThrow('no delta is known');
  });
});
