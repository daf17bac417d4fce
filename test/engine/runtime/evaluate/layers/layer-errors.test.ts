/** Errors of sites against plain loops on captured tensors, and against the network that is evaluated. */
import { describe, expect, it, vi } from 'vitest';
import { addSums, figuresOf, noError, type ErrorSums } from '../../../../../src/engine/core/metrics/error-sums';
import { errorFigures } from '../../../../../src/engine/core/metrics/error-figures';
import { outputTensor } from '../../../../../src/engine/core/graph/worlds/worlds';
import { rebatch } from '../../../../../src/engine/core/graph/rebatch';
import type { ImportedModel, Site } from '../../../../../src/engine/core/graph/types';
import { layerErrors, type SiteSums } from '../../../../../src/engine/runtime/evaluate/layers/layer-errors';
import { mapWriters, rewriteFor } from '../../../../../src/engine/runtime/evaluate/cell';
import { Network } from '../../../../../src/engine/runtime/evaluate/network';
import { measureNames, type MeasureName } from '../../../../../src/engine/runtime/evaluate/layers/site-measures';
import type { CellNetwork } from '../../../../../src/engine/runtime/workers/protocol';
import { anyMachine } from '../../../../helpers/integer-network';
import { cellNetwork, importGraph, noiseBatches, noPoll, studyOf } from '../../../../helpers/layer-study';
import { captureFloat, fake, neededTensors, twinOutput, type TwinContext } from '../../../../helpers/site-twin';
import { smallSwin, smallVit } from '../../../../helpers/small-project';
import { splitQkv } from '../../../../helpers/split-qkv';

vi.setConfig({ testTimeout: 240_000 });

const quiet = { poll: noPoll, onProgress: () => undefined };
const w4a4 = { scheme: 'BitLog2_Half_17', wBits: 4, aBits: 4 } as const;

function sumsBySite(model: ImportedModel, found: readonly (readonly SiteSums[])[]): Map<string, SiteSums[]> {
  return new Map(model.structure.sites.map((site, index) => [site.name, found.flatMap((batch) => batch[index] ?? [])]));
}

function total(sums: readonly (ErrorSums | null)[]): ErrorSums | null {
  const known = sums.filter((sum) => sum !== null);
  return known.length === 0 ? null : known.reduce(addSums, noError);
}

describe.each([
  { name: 'ViT', graph: smallVit(), kind: 'reference', settings: w4a4 },
  { name: 'ViT with separate q, k and v', graph: splitQkv(smallVit()), kind: 'reference', settings: { ...w4a4, scheme: 'Sqrt2_17' } },
  { name: 'Swin', graph: smallSwin(), kind: 'reference', settings: w4a4 },
  { name: 'ViT', graph: smallVit(), kind: 'integer', settings: { ...w4a4, scheme: 'Sqrt2_16' } },
  { name: 'Swin', graph: smallSwin(), kind: 'integer', settings: { ...w4a4, scheme: 'BitLog2_Half_16' } },
  { name: 'ViT with exceptions', graph: smallVit(), kind: 'reference', settings: { ...w4a4, overrides: { 'blocks.1.*': 'fp32', 'blocks.0.mlp.fc1:input': 'fp32', 'blocks.2.attn.matmul2:A': 'fp32', 'blocks.0.mlp.fc2:weight': 6 } } },
] as const)('$name in $kind arithmetic', ({ graph, kind, settings }) => {
  it('is at each site what plain loops on the FP32 tensors give', async () => {
    const model = await importGraph(graph);
    const network = await cellNetwork(model, kind, settings);
    if (network.kind === 'float') throw new Error('not quantised');
    const study = studyOf(model, network, 2);
    const batches = noiseBatches(model, 2, 2);
    const [batch] = batches;
    if (batch === undefined) throw new Error('no batch');
    const found = sumsBySite(model, await layerErrors(study, batches, quiet));
    const context: TwinContext = { graph: rebatch(model.graph, 2), structure: model.structure, settings, parameters: network.parameters, integer: kind === 'integer' };
    const wanted = model.structure.sites.flatMap((site) => neededTensors(context, site));
    const tensors = await captureFloat(study, batch, [...new Set(wanted)]);
    for (const site of model.structure.sites) {
      const expected = tensors.get(outputTensor(site))?.data ?? new Float32Array(0);
      const plain = twinOutput(context, site, tensors, { weight: false, activations: false, attention: false });
      expect(figuresOf(plainSums(expected, inOrder(site, expected, plain, plain))).relativeL2, site.name).toBeLessThan(1e-5);
      for (const name of measureNames) {
        const sums = total(found.get(site.name)?.map(({ measures }) => measures[name]) ?? []);
        if (sums === null) {
          expect(quantisedKinds(study.operands(site), site).includes(name), `${site.name} ${name}`).toBe(false);
          continue;
        }
        const on = { weight: name === 'local' || name === 'weights', activations: name === 'local' || name === 'activations', attention: name === 'local' || name === 'attention' };
        const twin = figuresOf(plainSums(expected, inOrder(site, expected, plain, twinOutput(context, site, tensors, on))));
        const { relativeL2, cosine } = figuresOf(sums);
        // Plain loops round nothing between, so that an element now and then lies on the other side of a rounding boundary.
        expect(relativeL2 / twin.relativeL2, `${site.name} ${name}`).toBeGreaterThan(0.985);
        expect(relativeL2 / twin.relativeL2, `${site.name} ${name}`).toBeLessThan(1.015);
        expect(cosine).toBeCloseTo(twin.cosine, 3);
      }
    }
  });

  it('is in the network what the network that is evaluated gives', async () => {
    const model = await importGraph(graph);
    const network = await cellNetwork(model, kind, settings);
    // The last batch has one image and its copy.
    const batches = noiseBatches(model, 3, 2);
    const found = sumsBySite(model, await layerErrors(studyOf(model, network, 2), batches, quiet));
    const outputs = model.structure.sites.map(outputTensor);
    const float = await networkTensors(model, { kind: 'float' }, batches, outputs);
    const full = await networkTensors(model, network, batches, outputs);
    for (const site of model.structure.sites) {
      const output = outputTensor(site);
      const { relativeL2, cosine } = errorFigures(float.get(output) ?? new Float32Array(0), full.get(output) ?? new Float32Array(0));
      const figures = figuresOf(total(found.get(site.name)?.map(({ cumulative }) => cumulative) ?? []) ?? noError);
      expect(figures.relativeL2, site.name).toBeCloseTo(relativeL2, 10);
      expect(figures.cosine, site.name).toBeCloseTo(cosine, 10);
    }
  });
});

describe('clipped activations', () => {
  it('are those that the quantiser moves by more than half a step', async () => {
    const model = await importGraph(smallVit());
    const network = await cellNetwork(model, 'reference', w4a4);
    if (network.kind === 'float') throw new Error('not quantised');
    const study = studyOf(model, network, 1);
    const batches = noiseBatches(model, 1, 1);
    const [batch] = batches;
    const site = model.structure.sites.find(({ name }) => name === 'blocks.0.attn.matmul1');
    if (site?.kind !== 'product' || batch === undefined) throw new Error('no site');
    const tensors = await captureFloat(study, batch, [site.a, site.b]);
    const expected = { outside: 0, elements: 0 };
    for (const [operand, tensor] of [['A', site.a], ['B', site.b]] as const) {
      const { delta: [step = NaN], zero_point: [zero = NaN] = [] } = network.parameters.sites[site.name]?.[operand] ?? { delta: [] };
      const values = tensors.get(tensor)?.data ?? new Float32Array(0);
      expected.outside += values.filter((x) => Math.abs(x - fake(x, step, zero, 4)) > step * 0.5000001).length;
      expected.elements += values.length;
    }
    expect(expected.outside).toBeGreaterThan(0);
    expect(sumsBySite(model, await layerErrors(study, batches, quiet)).get(site.name)?.[0]?.clipped).toEqual(expected);
  });
});

describe('a network in which nothing is quantised', () => {
  it.each([
    ['bits of 32', { scheme: 'none', wBits: 32, aBits: 32 }],
    ['overrides', { ...w4a4, overrides: { '*': 'fp32' } }],
  ] as const)('by %s has no errors', async (_, settings) => {
    const model = await importGraph(smallVit());
    const network: CellNetwork = { kind: 'reference', settings, parameters: { sites: {}, reparameterisation: {} } };
    const study = studyOf(model, network, 1);
    for (const [name, sums] of sumsBySite(model, await layerErrors(study, noiseBatches(model, 2, 1), quiet))) {
      expect(study.arithmetic(study.site(name))).toBeNull();
      for (const { cumulative, measures, clipped } of sums) {
        expect(cumulative.noise).toBe(0);
        expect(cumulative.signal).toBeGreaterThan(0);
        expect(measures).toEqual({ local: null, weights: null, activations: null, attention: null });
        expect(clipped).toBeNull();
      }
    }
  });
});

describe('a batch without a readable image', () => {
  it('has no sums and disturbs no other', async () => {
    const model = await importGraph(smallVit());
    const network = await cellNetwork(model, 'reference', w4a4);
    const study = studyOf(model, network, 1);
    const batches = noiseBatches(model, 2, 1);
    const alone = await layerErrors(study, batches, quiet);
    const [first, second] = batches;
    if (first === undefined || second === undefined) throw new Error('no batches');
    expect(await layerErrors(study, [first, { ...first, loaded: [] }, second], quiet)).toEqual([alone[0], [], alone[1]]);
  });

  it('stops where it is polled', async () => {
    const model = await importGraph(smallVit());
    const study = studyOf(model, await cellNetwork(model, 'reference', w4a4), 1);
    let polls = 0;
    const poll = (): void => { if (++polls > 20) throw new Error('enough'); };
    await expect(layerErrors(study, noiseBatches(model, 2, 1), { ...quiet, poll })).rejects.toThrow('enough');
  });
});

function quantisedKinds(operands: readonly string[], site: Site): MeasureName[] {
  const map = site.kind === 'product' && site.role === 'matmul2';
  const activations = operands.some((operand) => operand === 'input' || operand === 'B' || (operand === 'A' && !map));
  return [
    ...(operands.length > 0 ? ['local' as const] : []), ...(operands.includes('weight') ? ['weights' as const] : []),
    ...(activations ? ['activations' as const] : []), ...(map && operands.includes('A') ? ['attention' as const] : []),
  ];
}

/**
 * The twin's values in the order of the site's output: between a LayerNorm and its Linear windows are cut, and the twin has the rows as the
 * LayerNorm has them. `plain`: the twin with nothing quantised, whose rows are those of `expected`.
 */
function inOrder(site: Site, expected: Float32Array, plain: Float64Array, values: Float64Array): Float64Array {
  if (site.kind === 'product' || site.norm === null) return values;
  const width = site.outFeatures;
  const byFirst = (of: ArrayLike<number>): number[] => Array.from({ length: of.length / width }, (_, row) => row).sort((a, b) => (of[a * width] ?? 0) - (of[b * width] ?? 0));
  const out = new Float64Array(values.length);
  const from = byFirst(plain);
  for (const [place, row] of byFirst(expected).entries()) out.set(values.subarray((from[place] ?? 0) * width, ((from[place] ?? 0) + 1) * width), row * width);
  return out;
}

function plainSums(expected: Float32Array, y: Float64Array): ErrorSums {
  const x = Array.from(expected);
  expect(y.length).toBe(x.length);
  const sum = (term: (a: number, b: number) => number): number => x.reduce((all, a, i) => all + term(a, y[i] ?? NaN), 0);
  return { signal: sum((a) => a * a), noise: sum((a, b) => (a - b) ** 2), other: sum((_, b) => b * b), dot: sum((a, b) => a * b) };
}

/** Tensors of the images that count, through the class that evaluates. */
async function networkTensors(model: ImportedModel, kind: CellNetwork, batches: ReturnType<typeof noiseBatches>, names: readonly string[]): Promise<Map<string, Float32Array>> {
  const graph = rebatch(model.graph, 2);
  const rewritten = rewriteFor({ graph, structure: model.structure, machine: anyMachine }, kind, noPoll);
  const network = await Network.create({ structure: model.structure, source: graph, rewritten, batch: 2, threads: 1, quantizers: mapWriters(kind, model.structure, rewritten), keep: new Set(names) });
  const found = new Map<string, number[]>(names.map((name) => [name, []]));
  for (const { pixels, loaded } of batches) {
    await network.run(pixels, { valid: loaded.length, poll: noPoll, onTensor: (name, { data }) => {
      if (found.has(name)) for (const value of data.subarray(0, (data.length * loaded.length) / 2)) found.get(name)?.push(value);
    } });
  }
  await network.release();
  return new Map([...found].map(([name, values]) => [name, Float32Array.from(values)]));
}
