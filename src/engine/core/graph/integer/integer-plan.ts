/**
 * Which sites of a network can run without floating point inside their product, and why the others cannot. A site that cannot falls back to
 * `reference` arithmetic; nothing is ever approximated to make it fit.
 */
import type { QuantizerParameters } from '../../../../shared/records';
import { levelCountOf } from '../../kernels/uniform-parameters';
import { schemeById } from '../../quantizers/scheme-table';
import { integerForms } from './map-forms';
import { intsAttribute, intAttribute } from '../node-values';
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
  if (site.kind === 'linear') {
    const weight = weightType(site, settings, machine);
    const reason = linearObstacle(graph, site, settings, parameters, weight);
    return reason === null ? { kind: 'integer-gemm', weight } : { kind: 'reference', reason };
  }
  return site.role === 'matmul1' ? planScores(structure, site, settings, parameters, machine) : planMix(structure, site, settings, parameters, machine);
}

/**
 * Weights are int8 codes, with which the products are fastest. Without VNNI instructions pairs of uint8 x int8 products are summed in 16 bits
 * that saturate: where the codes could reach that, a saturating machine takes uint8 weights.
 */
function weightType(site: LinearSite, { wBits, aBits }: QuantizerSettings, { saturates }: IntegerMachine): 'int8' | 'uint8' {
  const greatestPair = 2 * (2 ** inputBits(site, aBits) - 1) * 2 ** (wBits - 1);
  return saturates && greatestPair > 32767 ? 'uint8' : 'int8';
}

function linearObstacle(graph: Graph, site: LinearSite, { wBits, aBits }: QuantizerSettings, parameters: NetworkParameters | null, type: 'int8' | 'uint8'): string | null {
  if (aBits === 32) return 'activations are not quantised (a_bits 32)';
  if (wBits === 32) return 'weights are not quantised (w_bits 32)';
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

function planScores({ blocks }: ModelStructure, site: ProductSite, { aBits }: QuantizerSettings, parameters: NetworkParameters | null, machine: IntegerMachine): SitePlan {
  if (aBits === 32) return { kind: 'reference', reason: 'activations are not quantised (a_bits 32)' };
  if (blocks[site.block].headDim > longestSum) return { kind: 'reference', reason: `its sums of ${blocks[site.block].headDim} products do not fit int32` };
  const q = parameters === null ? null : operandParameters(parameters, site.name, 'A');
  const k = parameters === null ? null : operandParameters(parameters, site.name, 'B');
  const reason = (q === null ? null : byteObstacle(q, 'q')) ?? (k === null ? null : byteObstacle(k, 'k'));
  if (reason !== null) return { kind: 'reference', reason };
  return { kind: 'integer-gemm', weight: codeType(2 ** aBits - 1, aBits, k === null ? 0 : zeroPointOf(k), machine) };
}

/** Attention times v: bytes by bytes where the levels fit a byte, whole numbers in float32 where they do not. */
function planMix({ blocks }: ModelStructure, site: ProductSite, { scheme: id, aBits }: QuantizerSettings, parameters: NetworkParameters | null, machine: IntegerMachine): SitePlan {
  if (aBits === 32) return { kind: 'reference', reason: 'activations are not quantised (a_bits 32)' };
  const scheme = schemeById(id);
  if (scheme.kind === 'none') return { kind: 'reference', reason: 'the attention map stays in FP32 (scheme none)' };
  const levels = scheme.integerLevels(aBits);
  const forms = integerForms(scheme, site.a, aBits);
  if (levels === null || forms === null) return { kind: 'reference', reason: `the levels of ${id} at ${aBits} bits do not fit small integers` };
  const v = parameters === null ? null : operandParameters(parameters, site.name, 'B');
  const zeroPoint = v === null ? 0 : zeroPointOf(v);
  const greatest = Math.max(Math.abs(zeroPoint), Math.abs(levelCountOf(aBits) - 1 - zeroPoint));
  const reason = (v === null ? null : byteObstacle(v, 'v')) ?? boundObstacle(levels.greatestRowSum(blocks[site.block].tokens, rowSumSlack) * greatest);
  if (reason !== null) return { kind: 'reference', reason };
  if (forms.output !== 'level-bytes') return { kind: 'exact-float' };
  const top = levels.whole.reduce((most, level) => Math.max(most, level), 0);
  return { kind: 'integer-gemm', weight: codeType(top, aBits, zeroPoint, machine) };
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

/** Bits of a site's input codes. */
export function inputBits(site: LinearSite, aBits: number): number {
  return site.role === 'patch_embed' ? patchInputBits : aBits;
}
