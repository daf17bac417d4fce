/** Whole integer networks for tests: calibrated and rewritten as the engine does it, then run in the simplest way there is. */
import { integerForms } from '../../src/engine/core/graph/integer/map-forms';
import { integerParameters } from '../../src/engine/core/graph/integer/integer-parameters';
import type { IntegerMachine } from '../../src/engine/core/graph/integer/integer-plan';
import { rewriteInteger, type IntegerGraph } from '../../src/engine/core/graph/integer/rewrite-integer';
import { operandParameters, type NetworkParameters, type QuantizerSettings } from '../../src/engine/core/graph/parameters';
import { rebatch } from '../../src/engine/core/graph/rebatch';
import { segmentGraph } from '../../src/engine/core/graph/segments';
import type { AttentionBlock, Graph, ImportedModel, ModelStructure, ProductSite } from '../../src/engine/core/graph/types';
import type { LogScheme } from '../../src/engine/core/quantizers/scheme';
import { schemeById } from '../../src/engine/core/quantizers/scheme-table';
import { createRandom } from '../../src/engine/core/random/random';
import { Calibrator } from '../../src/engine/runtime/evaluate/calibrator';
import { createSession, type EngineTensor } from '../../src/engine/runtime/ort/session';

export const anyMachine: IntegerMachine = { saturates: true };

/** Normal noise as pixels, [images, channels, height, width]. */
export function randomPixels({ input }: ModelStructure, images: number, seed = 5): Float32Array {
  const random = createRandom(seed);
  return Float32Array.from({ length: images * input.channels * input.height * input.width }, () => random.normal());
}

/** What `reference` calibration finds on four noise pictures, by scheme. */
export async function calibrate(model: ImportedModel, wanted: readonly QuantizerSettings[]): Promise<NetworkParameters[]> {
  const wBits = wanted[0]?.wBits ?? 4;
  const calibrator = await Calibrator.create(model.graph, model.structure, { wBits, batch: 1, threads: 1, rounding: null }, () => undefined);
  const pixels = randomPixels(model.structure, 4, 9);
  const size = pixels.length / 4;
  const batches = Array.from({ length: 4 }, (_, image) => ({ pixels: pixels.slice(image * size, (image + 1) * size), valid: 1 }));
  try {
    const found: NetworkParameters[] = [];
    for (const settings of wanted) found.push(await calibrator.calibrate(settings, batches, { poll: () => undefined, onSite: () => undefined }));
    return found;
  } finally {
    await calibrator.release();
  }
}

/** The same with powers of two as deltas of the products of activations: then their sums leave the network unrounded. */
export function powersOfTwo(parameters: NetworkParameters, { sites }: ModelStructure): NetworkParameters {
  const changed = sites.filter(({ kind }) => kind === 'product').map(({ name }) => {
    const fields = Object.entries(parameters.sites[name] ?? {});
    return [name, Object.fromEntries(fields.map(([field, found]) => [field, { ...found, delta: found.delta.map((delta) => 2 ** Math.round(Math.log2(delta))) }]))];
  });
  return { ...parameters, sites: { ...parameters.sites, ...Object.fromEntries(changed) } };
}

export interface IntegerNetwork {
  /** The float network at the batch size. */
  readonly graph: Graph;
  readonly structure: ModelStructure;
  readonly settings: QuantizerSettings;
  /** Of integer arithmetic. */
  readonly parameters: NetworkParameters;
  readonly rewritten: IntegerGraph;
  readonly batch: number;
}

/** `found`: as calibration gives them. */
export function integerNetwork(model: ImportedModel, settings: QuantizerSettings, found: NetworkParameters, batch: number, machine: IntegerMachine = anyMachine): IntegerNetwork {
  const graph = rebatch(model.graph, batch);
  const parameters = integerParameters(found);
  return { graph, structure: model.structure, settings, parameters, batch, rewritten: rewriteInteger(graph, model.structure, settings, parameters, machine) };
}

/** The scheme of a network that has one. */
export function logScheme({ settings }: Pick<IntegerNetwork, 'settings'>): LogScheme {
  const scheme = schemeById(settings.scheme);
  if (scheme.kind === 'none') throw new Error('scheme none has no levels');
  return scheme;
}

export function productSite({ structure }: Pick<IntegerNetwork, 'structure'>, block: number, role: ProductSite['role']): ProductSite {
  const site = structure.sites.find((candidate): candidate is ProductSite => candidate.kind === 'product' && candidate.block === block && candidate.role === role);
  if (site === undefined) throw new Error(`block ${block} has no ${role}`);
  return site;
}

export function mapDelta(network: Pick<IntegerNetwork, 'structure' | 'parameters'>, block: number): number {
  return operandParameters(network.parameters, productSite(network, block, 'matmul2').name, 'A').delta[0] ?? NaN;
}

/** Codes of a map by the scheme's definition, one number at a time. */
export function mapCodes(network: IntegerNetwork, block: AttentionBlock, map: Float32Array): Uint16Array {
  const scheme = logScheme(network);
  const delta = mapDelta(network, block.index);
  return Uint16Array.from(map, (x) => scheme.codeOf(x, delta, network.settings.aBits));
}

/** One pass over `pixels`, segment by segment; maps are quantised by their definition. Every tensor that crossed, by name; `keep`: more of them. */
export async function runNetwork(network: IntegerNetwork, pixels: Float32Array, keep: ReadonlySet<string> = new Set(), threads = 1): Promise<Map<string, EngineTensor>> {
  const { rewritten, structure, batch } = network;
  const { input, blocks } = structure;
  const tensors = new Map<string, EngineTensor>([[input.name, { data: pixels, dims: [batch, input.channels, input.height, input.width] }]]);
  for (const { graph, inputs, cuts } of segmentGraph(rewritten.graph, rewritten.cuts, keep)) {
    const session = await createSession(graph, threads);
    const outputs = new Map(graph.outputs.map(({ name, type, dims }) => [name, emptyTensor(type, dims.map(Number))]));
    await session.runInto(new Map(inputs.map((name) => [name, tensorOf(tensors, name)])), outputs);
    await session.release();
    for (const [name, tensor] of outputs) tensors.set(name, tensor);
    for (const { produced, replacement } of cuts) {
      const block = blocks.find(({ softmax }) => softmax === produced);
      if (block === undefined) throw new Error(`${produced} is no attention map`);
      tensors.set(replacement, quantisedMap(network, block, replacement, tensorOf(tensors, produced)));
    }
  }
  return tensors;
}

export function tensorOf(tensors: ReadonlyMap<string, EngineTensor>, name: string): EngineTensor {
  const tensor = tensors.get(name);
  if (tensor === undefined) throw new Error(`nothing made ${name}`);
  return tensor;
}

export function floatsOf(tensors: ReadonlyMap<string, EngineTensor>, name: string): Float32Array {
  const { data } = tensorOf(tensors, name);
  if (!(data instanceof Float32Array)) throw new Error(`${name} holds no floats`);
  return data;
}

export function emptyTensor(type: string, dims: readonly number[]): EngineTensor {
  const length = dims.reduce((product, dim) => product * dim, 1);
  switch (type) {
    case 'float32': return { data: new Float32Array(length), dims };
    case 'uint8': return { data: new Uint8Array(length), dims };
    case 'int8': return { data: new Int8Array(length), dims };
    default: throw new Error(`a tensor of ${type}`);
  }
}

/** What the graph reads under `name` in place of a map: one of the integer forms, or values. */
function quantisedMap(network: IntegerNetwork, block: AttentionBlock, name: string, { data: map, dims }: EngineTensor): EngineTensor {
  if (!(map instanceof Float32Array)) throw new Error('maps are floats');
  if (network.settings.scheme === 'none') return { data: map, dims };
  const scheme = logScheme(network);
  const { aBits } = network.settings;
  const form = integerForms(scheme, block.softmax, aBits)?.forms.find(({ tensor }) => tensor === name);
  const byCode = form?.byCode ?? scheme.levels(mapDelta(network, block.index), aBits);
  const declared = network.rewritten.cuts.find(({ replacement }) => replacement === name)?.type ?? 'float32';
  const out = emptyTensor(declared, dims);
  for (const [i, code] of mapCodes(network, block, map).entries()) out.data[i] = byCode[code] ?? NaN;
  return out;
}
