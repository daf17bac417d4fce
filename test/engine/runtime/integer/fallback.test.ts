/** What cannot be integer stays in reference arithmetic, at that site alone; everything else is as integer as before. */
import { beforeAll, describe, expect, it } from 'vitest';
import { buildVit } from '../../../../src/engine/core/builder/build-vit';
import type { NetworkParameters, QuantizerSettings } from '../../../../src/engine/core/graph/parameters';
import type { Graph, ImportedModel } from '../../../../src/engine/core/graph/types';
import { importGraph } from '../../../../src/engine/runtime/ort/import-model';
import { checkNetwork } from '../../../helpers/integer-check';
import { calibrate, integerNetwork } from '../../../helpers/integer-network';
import { looserPatches } from '../../../helpers/integer-variants';
import { splitQkv } from '../../../helpers/split-qkv';

const vit = (): Graph => buildVit({ image: 32, patch: 8, dim: 32, depth: 2, heads: 2, mlpRatio: 2, classes: 6 }, 3);
const halves: QuantizerSettings = { scheme: 'BitLog2_Half_17', wBits: 4, aBits: 4 };

async function calibrated(graph: Graph, settings: QuantizerSettings): Promise<{ model: ImportedModel; parameters: NetworkParameters }> {
  const model = await importGraph(graph);
  const [parameters] = await calibrate(model, [settings]);
  if (parameters === undefined) throw new Error('nothing was calibrated');
  return { model, parameters };
}

interface Change {
  readonly site: string;
  readonly field: string;
  readonly zeroPoint: number;
  /** Output channel, for weights. */
  readonly channel?: number;
}

function withZeroPoint(parameters: NetworkParameters, { site, field, zeroPoint, channel = 0 }: Change): NetworkParameters {
  const found = parameters.sites[site]?.[field];
  if (found?.zero_point === undefined) throw new Error(`no zero point of ${site} ${field}`);
  const moved = found.zero_point.map((old, index) => (index === channel ? zeroPoint : old));
  return { ...parameters, sites: { ...parameters.sites, [site]: { ...parameters.sites[site], [field]: { ...found, zero_point: moved } } } };
}

describe('a zero point that fits no byte', () => {
  let model: ImportedModel;
  let parameters: NetworkParameters;
  beforeAll(async () => ({ model, parameters } = await calibrated(vit(), halves)));

  it.each<Change>([
    { site: 'patch_embed.proj', field: 'input', zeroPoint: -1 },
    { site: 'blocks.0.mlp.fc2', field: 'input', zeroPoint: -3 },
    { site: 'blocks.1.attn.proj', field: 'input', zeroPoint: 256 },
    { site: 'blocks.0.attn.qkv', field: 'weight', zeroPoint: 300, channel: 5 },
    { site: 'head', field: 'weight', zeroPoint: -121, channel: 3 },
    { site: 'blocks.1.attn.matmul1', field: 'A', zeroPoint: -1 },
    { site: 'blocks.0.attn.matmul1', field: 'B', zeroPoint: 256 },
    { site: 'blocks.0.attn.matmul2', field: 'B', zeroPoint: -2 },
  ])('$site $field $zeroPoint', async (change) => {
    const network = integerNetwork(model, halves, withZeroPoint(parameters, change), 2);
    expect(await checkNetwork(network)).toEqual({ wrong: [], reference: [change.site] });
    const how = network.rewritten.plan.get(change.site);
    expect(how?.kind === 'reference' && how.reason).toContain(`${change.zeroPoint}`);
  });

  it('at several sites of one block', async () => {
    const changes = [['attn.qkv', 'input'], ['attn.matmul1', 'A'], ['attn.matmul2', 'B'], ['mlp.fc1', 'weight']].map(([site, field = '']) => ({ site: `blocks.0.${site ?? ''}`, field, zeroPoint: -200 }));
    const network = integerNetwork(model, halves, changes.reduce(withZeroPoint, parameters), 1);
    expect(await checkNetwork(network)).toEqual({ wrong: [], reference: changes.map(({ site }) => site) });
  });
});

describe('settings and models that leave sites in floating point', () => {
  it('scheme none: the products with v', async () => {
    const settings: QuantizerSettings = { scheme: 'none', wBits: 4, aBits: 4 };
    const { model, parameters } = await calibrated(vit(), settings);
    expect(await checkNetwork(integerNetwork(model, settings, parameters, 2))).toEqual({ wrong: [], reference: ['blocks.0.attn.matmul2', 'blocks.1.attn.matmul2'] });
  });

  it('Sqrt2 at 5 bits, whose levels span too many powers of two: the same', async () => {
    const settings: QuantizerSettings = { scheme: 'Sqrt2_17', wBits: 4, aBits: 5 };
    const { model, parameters } = await calibrated(vit(), settings);
    expect(await checkNetwork(integerNetwork(model, settings, parameters, 2))).toEqual({ wrong: [], reference: ['blocks.0.attn.matmul2', 'blocks.1.attn.matmul2'] });
  });

  it.each([{ what: 'pixels at the border are left out', side: 34, dilation: 1 }, { what: 'they take every second pixel', side: 39, dilation: 2 }])('patches that do not fill the picture: $what', async ({ side, dilation }) => {
    const { model, parameters } = await calibrated(looserPatches(vit(), side, dilation), halves);
    expect(await checkNetwork(integerNetwork(model, halves, parameters, 2))).toEqual({ wrong: [], reference: ['patch_embed.proj'] });
  });

  it('one of three Linears that read the same tensor', async () => {
    const { model, parameters } = await calibrated(splitQkv(vit()), halves);
    for (const site of ['blocks.0.attn.q', 'blocks.0.attn.k', 'blocks.1.attn.v']) {
      const network = integerNetwork(model, halves, withZeroPoint(parameters, { site, field: 'weight', zeroPoint: 999, channel: 1 }), 1);
      expect(await checkNetwork(network)).toEqual({ wrong: [], reference: [site] });
    }
  });

  it('activations off: everything', async () => {
    const settings: QuantizerSettings = { scheme: 'none', wBits: 4, aBits: 32 };
    const { model, parameters } = await calibrated(vit(), settings);
    const { rewritten } = integerNetwork(model, settings, parameters, 1);
    expect([...rewritten.plan.values()].every(({ kind }) => kind === 'reference')).toBe(true);
  });
});
