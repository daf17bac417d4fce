/** Whole integer networks for tests: calibrated and rewritten as the engine does it, then run in the simplest way there is. */
import { integerForms } from '../../src/engine/core/graph/integer/map-forms';
import { integerParameters } from '../../src/engine/core/graph/integer/integer-parameters';
import type { IntegerMachine } from '../../src/engine/core/graph/integer/integer-plan';
import { rewriteInteger, type IntegerGraph } from '../../src/engine/core/graph/integer/rewrite-integer';
import { mapDelta } from '../../src/engine/core/graph/map-settings';
import { operandSetting, uniformBits } from '../../src/engine/core/graph/operand-setting';
import type { NetworkParameters, QuantizerSettings } from '../../src/engine/core/graph/parameters';
import { rebatch } from '../../src/engine/core/graph/rebatch';
import { segmentGraph } from '../../src/engine/core/graph/segments';
import type { AttentionBlock, Graph, ImportedModel, ModelStructure, ProductSite, Site } from '../../src/engine/core/graph/types';
import type { LogScheme } from '../../src/engine/core/quantizers/scheme';
import { logSchemeById } from '../../src/engine/core/quantizers/scheme-table';
import { createRandom } from '../../src/engine/core/random/random';
import { Calibrator } from '../../src/engine/runtime/evaluate/calibrator';
import { createSession, type EngineTensor } from '../../src/engine/runtime/ort/session';
import type { OperandName } from '../../src/shared/overrides';

export const anyMachine: IntegerMachine = { saturates: true };

/** Normal noise as pixels, [images, channels, height, width]. */
export function randomPixels({ input }: ModelStructure, images: number, seed = 5): Float32Array {
  const random = createRandom(seed);
  return Float32Array.from({ length: images * input.channels * input.height * input.width }, () => random.normal());
}

/** What `reference` calibration finds on four noise pictures, by scheme. All of them quantise the weights as the first does. */
export async function calibrate(model: ImportedModel, wanted: readonly QuantizerSettings[]): Promise<NetworkParameters[]> {
  const { wBits, overrides } = wanted[0] ?? { wBits: 4, overrides: undefined };
  const calibrator = await Calibrator.create(model.graph, model.structure, { wBits, overrides, batch: 1, threads: 1, rounding: null }, () => undefined);
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

/** Bits of an operand that is no map; 32 in FP32. */
export function bitsOf({ settings }: Pick<IntegerNetwork, 'settings'>, site: Site, operand: OperandName): number {
  return uniformBits(settings, site, operand) ?? 32;
}

/** The quantiser of each head of a block's map; null in FP32. */
export function headSchemes(network: Pick<IntegerNetwork, 'structure' | 'settings' | 'parameters'>, block: AttentionBlock): readonly (HeadScheme | null)[] {
  const { settings, parameters } = network;
  const site = productSite(network, block.index, 'matmul2');
  return Array.from({ length: block.heads }, (_, head) => {
    const setting = operandSetting(settings, site, 'A', head);
    return setting.kind === 'log' ? { scheme: logSchemeById(setting.scheme), bits: setting.bits, delta: mapDelta(parameters, settings, site.name, setting) } : null;
  });
}

export interface HeadScheme {
  readonly scheme: LogScheme;
  /** What the scheme takes as `aBits`. */
  readonly bits: number;
  readonly delta: number;
}

/** The one quantiser that all heads of a map have. */
export function wholeScheme(network: Pick<IntegerNetwork, 'structure' | 'settings' | 'parameters'>, block: number): HeadScheme {
  const found = network.structure.blocks[block];
  const [first, ...others] = found === undefined ? [] : headSchemes(network, found);
  if (first === undefined || first === null || others.some((other) => other?.scheme.id !== first.scheme.id || other.bits !== first.bits)) throw new Error(`the heads of block ${block} have no scheme in common`);
  return first;
}

export function productSite({ structure }: Pick<IntegerNetwork, 'structure'>, block: number, role: ProductSite['role']): ProductSite {
  const site = structure.sites.find((candidate): candidate is ProductSite => candidate.kind === 'product' && candidate.block === block && candidate.role === role);
  if (site === undefined) throw new Error(`block ${block} has no ${role}`);
  return site;
}

/** Codes of a map by the definition of its scheme, one number at a time. */
export function mapCodes(network: IntegerNetwork, block: AttentionBlock, map: Float32Array): Uint16Array {
  const { scheme, delta, bits } = wholeScheme(network, block.index);
  return Uint16Array.from(map, (x) => scheme.codeOf(x, delta, bits));
}

/** Values of a map by the definitions, head by head. */
function mapValues(network: IntegerNetwork, block: AttentionBlock, map: Float32Array): Float32Array {
  const heads = headSchemes(network, block).map((head) => (head === null ? null : { ...head, levels: head.scheme.levels(head.delta, head.bits) }));
  return map.map((x, index) => {
    const head = heads[Math.floor(index / block.tokens ** 2) % block.heads] ?? null;
    return head === null ? x : head.levels[head.scheme.codeOf(x, head.delta, head.bits)] ?? NaN;
  });
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
  if (name === `${block.softmax}/quantized`) return { data: mapValues(network, block, map), dims };
  const { scheme, bits } = wholeScheme(network, block.index);
  const byCode = integerForms(scheme, block.softmax, bits)?.forms.find(({ tensor }) => tensor === name)?.byCode ?? [];
  const declared = network.rewritten.cuts.find(({ replacement }) => replacement === name)?.type ?? 'float32';
  const out = emptyTensor(declared, dims);
  for (const [i, code] of mapCodes(network, block, map).entries()) out.data[i] = byCode[code] ?? NaN;
  return out;
}
