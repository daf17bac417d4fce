/**
 * Which sites of a network can run without floating point inside their product, and why the others cannot. A site that cannot falls back to
 * `reference` arithmetic; nothing is ever approximated to make it fit.
 */
import type { QuantizerParameters } from '../../../../shared/records';
import { levelCountOf } from '../../kernels/uniform-parameters';
import { logSchemeById } from '../../quantizers/scheme-table';
import type { LogScheme } from '../../quantizers/scheme';
import { integerForms } from './map-forms';
import { intsAttribute, intAttribute } from '../node-values';
import { uniformBits } from '../operand-setting';
import { mapSettings, wholeMap } from '../map-settings';
import { operandParameters, patchInputBits, type NetworkParameters, type QuantizerSettings } from '../parameters';
import type { Graph, LinearSite, ModelStructure, ProductSite, Site } from '../types';

/** Products of two bytes that fit an int32 sum. */
const longestSum = 32768;
/** Sums of whole numbers below this are exact in float32 whatever their order. */
const exactFloat = 2 ** 24;
/** Rows of a softmax sum to 1 up to rounding: this much more is never reached (577 terms of one last place each). */
const rowSumSlack = 1.001;

/** What the engine found out about its processor when it started. */
export interface IntegerMachine {
  /** Sums of two uint8 x int8 products saturate at 16 bits. */
  readonly saturates: boolean;
}

const activationsOff = 'activations are not quantised (a_bits 32)';

/** How a site's product is computed. */
export type SitePlan =
  /** uint8 codes of the input times codes of the weight, summed in int32. */
  | { readonly kind: 'integer-gemm'; readonly weight: 'int8' | 'uint8' }
  /** Whole numbers in float32, every partial sum below 2^24: exact. */
  | { readonly kind: 'exact-float' }
  | { readonly kind: 'reference'; readonly reason: string };

/** The plan of every site, by name. Without `parameters` only what the structure and the settings say. */
export function planInteger(
  graph: Graph, structure: ModelStructure, settings: QuantizerSettings, parameters: NetworkParameters | null, machine: IntegerMachine,
): Map<string, SitePlan> {
  return new Map(structure.sites.map((site) => [site.name, planSite(graph, structure, site, settings, parameters, machine)]));
}

function planSite(graph: Graph, structure: ModelStructure, site: Site, settings: QuantizerSettings, parameters: NetworkParameters | null, machine: IntegerMachine): SitePlan {
  if (site.kind === 'linear') return planLinear(graph, site, settings, parameters, machine);
  return site.role === 'matmul1' ? planScores(structure, site, settings, parameters, machine) : planMix(structure, site, settings, parameters, machine);
}

function planLinear(graph: Graph, site: LinearSite, settings: QuantizerSettings, parameters: NetworkParameters | null, machine: IntegerMachine): SitePlan {
  const aBits = uniformBits(settings, site, 'input');
  const wBits = uniformBits(settings, site, 'weight');
  if (aBits === null) return { kind: 'reference', reason: settings.aBits === 32 ? activationsOff : 'its input stays in FP32 (override)' };
  if (wBits === null) return { kind: 'reference', reason: settings.wBits === 32 ? 'weights are not quantised (w_bits 32)' : 'its weight stays in FP32 (override)' };
  const weight = weightType({ wBits, aBits }, machine);
  const reason = linearObstacle(graph, site, wBits, parameters, weight);
  return reason === null ? { kind: 'integer-gemm', weight } : { kind: 'reference', reason };
}

/**
 * Weights are int8 codes, with which the products are fastest. Without VNNI instructions pairs of uint8 x int8 products are summed in 16 bits
 * that saturate: where the codes could reach that, a saturating machine takes uint8 weights.
 */
function weightType({ wBits, aBits }: { readonly wBits: number; readonly aBits: number }, { saturates }: IntegerMachine): 'int8' | 'uint8' {
  const greatestPair = 2 * (2 ** aBits - 1) * 2 ** (wBits - 1);
  return saturates && greatestPair > 32767 ? 'uint8' : 'int8';
}

function linearObstacle(graph: Graph, site: LinearSite, wBits: number, parameters: NetworkParameters | null, type: 'int8' | 'uint8'): string | null {
  const node = graph.nodes.find((candidate) => candidate.outputs[0] === site.node);
  if (node?.opType === 'Conv' && !isPatchGrid(graph, site.node)) return 'the convolution is no product over patches that fill the picture side by side';
  if (site.inFeatures > longestSum) return `its sums of ${site.inFeatures} products do not fit int32`;
  if (parameters === null) return null;
  const input = operandParameters(parameters, site.name, 'input');
  const weight = operandParameters(parameters, site.name, 'weight');
  return byteObstacle(input, 'its input') ?? weightObstacle(weight, weightOffset(type, wBits), type);
}

/** Patches side by side that fill the picture: the convolution is a matrix product over its pixels in another order. */
export function isPatchGrid(graph: Graph, id: string): boolean {
  const node = graph.nodes.find((candidate) => candidate.outputs[0] === id);
  const kernel = graph.initializers.get(node?.inputs[1] ?? '')?.dims.slice(2);
  if (node === undefined || kernel === undefined) return false;
  const strides = intsAttribute(node, 'strides') ?? kernel.map(() => 1);
  const picture = (graph.shapes.get(node.inputs[0]) ?? graph.inputs.find(({ name }) => name === node.inputs[0])?.dims ?? []).slice(2);
  const grid = (graph.shapes.get(id) ?? []).slice(2);
  const filled = kernel.every((side, axis) => picture[axis] === side * grid[axis]);
  const still = (name: string, neutral: number): boolean => (intsAttribute(node, name) ?? []).every((value) => value === neutral);
  return filled && strides.every((stride, axis) => stride === kernel[axis]) && still('pads', 0) && still('dilations', 1) && intAttribute(node, 'group', 1) === 1;
}

function planScores({ blocks }: ModelStructure, site: ProductSite, settings: QuantizerSettings, parameters: NetworkParameters | null, machine: IntegerMachine): SitePlan {
  const [qBits, kBits] = [uniformBits(settings, site, 'A'), uniformBits(settings, site, 'B')];
  if (qBits === null || kBits === null) return { kind: 'reference', reason: settings.aBits === 32 ? activationsOff : `${qBits === null ? 'q' : 'k'} stays in FP32 (override)` };
  if (blocks[site.block].headDim > longestSum) return { kind: 'reference', reason: `its sums of ${blocks[site.block].headDim} products do not fit int32` };
  const q = parameters === null ? null : operandParameters(parameters, site.name, 'A');
  const k = parameters === null ? null : operandParameters(parameters, site.name, 'B');
  const reason = (q === null ? null : byteObstacle(q, 'q')) ?? (k === null ? null : byteObstacle(k, 'k'));
  if (reason !== null) return { kind: 'reference', reason };
  return { kind: 'integer-gemm', weight: codeType(2 ** qBits - 1, kBits, k === null ? 0 : zeroPointOf(k), machine) };
}

/** Attention times v: bytes by bytes where the levels fit a byte, whole numbers in float32 where they do not. */
function planMix({ blocks }: ModelStructure, site: ProductSite, settings: QuantizerSettings, parameters: NetworkParameters | null, machine: IntegerMachine): SitePlan {
  const vBits = uniformBits(settings, site, 'B');
  if (vBits === null) return { kind: 'reference', reason: settings.aBits === 32 ? activationsOff : 'v stays in FP32 (override)' };
  const map = wholeMapOf(settings, site, blocks[site.block].heads);
  if (typeof map === 'string') return { kind: 'reference', reason: map };
  const { scheme, bits } = map;
  const levels = scheme.integerLevels(bits);
  const forms = integerForms(scheme, site.a, bits);
  if (levels === null || forms === null) return { kind: 'reference', reason: `the levels of ${scheme.id} at ${bits} bits do not fit small integers` };
  const v = parameters === null ? null : operandParameters(parameters, site.name, 'B');
  const zeroPoint = v === null ? 0 : zeroPointOf(v);
  const greatest = Math.max(Math.abs(zeroPoint), Math.abs(levelCountOf(vBits) - 1 - zeroPoint));
  const reason = (v === null ? null : byteObstacle(v, 'v')) ?? boundObstacle(levels.greatestRowSum(blocks[site.block].tokens, rowSumSlack) * greatest);
  if (reason !== null) return { kind: 'reference', reason };
  if (forms.output !== 'level-bytes') return { kind: 'exact-float' };
  const top = levels.whole.reduce((most, level) => Math.max(most, level), 0);
  return { kind: 'integer-gemm', weight: codeType(top, vBits, zeroPoint, machine) };
}

/** The one quantiser of a map, or why there is none. */
function wholeMapOf(settings: QuantizerSettings, site: ProductSite, heads: number): { readonly scheme: LogScheme; readonly bits: number } | string {
  const map = mapSettings(settings, site, heads);
  const whole = wholeMap(map);
  if (whole !== null) return { scheme: logSchemeById(whole.scheme), bits: whole.bits };
  const float = map.heads.flatMap((index, head) => (index === null ? [head] : []));
  if (float.length === heads) return settings.scheme === 'none' ? 'the attention map stays in FP32 (scheme none)' : 'the attention map stays in FP32 (override)';
  return float.length > 0 ? `${float.length} of ${heads} heads of the attention map stay in FP32 (override)` : `the heads of the attention map have ${map.quantizers.length} quantisers (override)`;
}

/** int8 for the second operand where its codes and zero point fit and pairs of products cannot saturate; it is the faster one. */
function codeType(firstTop: number, bits: number, zeroPoint: number, { saturates }: IntegerMachine): 'int8' | 'uint8' {
  const top = levelCountOf(bits) - 1;
  return top <= 127 && zeroPoint <= 127 && !(saturates && 2 * firstTop * top > 32767) ? 'int8' : 'uint8';
}

function boundObstacle(greatest: number): string | null {
  return greatest < exactFloat ? null : `its sums can reach ${greatest}, beyond the 2^24 up to which float32 counts`;
}

/** A uint8 zero point. */
function byteObstacle(parameters: QuantizerParameters, what: string): string | null {
  const zeroPoint = zeroPointOf(parameters);
  return Number.isInteger(zeroPoint) && zeroPoint >= 0 && zeroPoint <= 255 ? null : `the zero point of ${what} is ${zeroPoint}, outside the 0 to 255 of a byte`;
}

/** What is taken from weight codes and their zero points before they are stored. */
export function weightOffset(type: 'int8' | 'uint8', wBits: number): number {
  return type === 'int8' ? 2 ** (wBits - 1) : 0;
}

function weightObstacle({ zero_point: zeroPoints }: QuantizerParameters, offset: number, type: 'int8' | 'uint8'): string | null {
  const [least, most] = type === 'int8' ? [-128 + offset, 127 + offset] : [offset, 255 + offset];
  const channel = (zeroPoints ?? []).findIndex((zeroPoint) => zeroPoint < least || zeroPoint > most);
  return channel < 0 ? null : `the zero point of its weight's output channel ${channel} is ${zeroPoints?.[channel]}, outside ${least} to ${most}`;
}

function zeroPointOf({ delta, zero_point: zeroPoint }: QuantizerParameters): number {
  if (delta.length !== 1 || zeroPoint?.length !== 1) throw new Error('an operand wants one delta and one zero point');
  return zeroPoint[0];
}

/** Bits of a site's input codes where no override says otherwise. */
export function inputBits(site: LinearSite, aBits: number): number {
  return site.role === 'patch_embed' ? patchInputBits : aBits;
}
