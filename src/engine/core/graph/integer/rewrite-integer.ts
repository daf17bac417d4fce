/**
 * The quantised network with no floating point inside any product ("integer" arithmetic): rounded zero points in the reparameterisation, uint8
 * codes x int8 weight codes, attention as integer levels. What cannot be integer keeps its fake quantisers (see `planInteger`).
 */
import { GraphEdit } from '../edit';
import { scalarConstant } from '../node-values';
import { listOperands, type Operand, type OperandReader } from '../operands';
import { mapDelta, mapSettings, wholeMap } from '../map-settings';
import { sharedBits, sitesByName, uniformBits, type LogSetting } from '../operand-setting';
import { operandParameters, type NetworkParameters, type QuantizerSettings } from '../parameters';
import { prune } from '../prune';
import { cutOperand, insertFakeQuantizer, reparameteriseNorms, replaceWeight, type RewrittenGraph } from '../rewrite';
import { logSchemeById } from '../../quantizers/scheme-table';
import type { Cut } from '../segments';
import type { Graph, GraphNode, ModelStructure, ProductSite, Site } from '../types';
import { CodeTensors, type CodeRequest } from './code-tensors';
import { linearConstants, replaceLinear } from './integer-linear';
import { planInteger, type IntegerMachine, type SitePlan } from './integer-plan';
import { replaceMix, replaceScores } from './integer-products';
import { integerForms, type IntegerForms } from './map-forms';

export interface IntegerGraph extends RewrittenGraph {
  /** How each site is computed, by name. */
  readonly plan: ReadonlyMap<string, SitePlan>;
}

interface Context {
  readonly graph: Graph;
  readonly structure: ModelStructure;
  readonly settings: QuantizerSettings;
  readonly parameters: NetworkParameters;
  readonly edit: GraphEdit;
  readonly codes: CodeTensors;
  readonly plan: ReadonlyMap<string, SitePlan>;
  /** Constants of the integer Linears, by site. */
  readonly constants: ReadonlyMap<string, readonly string[]>;
}

/**
 * `parameters` are those of integer arithmetic: whole zero points throughout. `poll` is called once per site and norm, and may throw to stop.
 */
export function rewriteInteger(
  graph: Graph, structure: ModelStructure, settings: QuantizerSettings, parameters: NetworkParameters, machine: IntegerMachine, poll: () => void = () => undefined,
): IntegerGraph {
  const edit = new GraphEdit(graph);
  const plan = planInteger(graph, structure, settings, parameters, machine);
  const constants = new Map<string, readonly string[]>();
  const encode = (site: Site): void => {
    const how = plan.get(site.name);
    if (site.kind !== 'linear' || how?.kind !== 'integer-gemm' || constants.has(site.name)) return;
    poll();
    constants.set(site.name, linearConstants({ edit, settings, parameters }, site, how.weight));
  };
  for (const norm of structure.norms) {
    reparameteriseNorms(edit, { ...structure, norms: [norm] }, settings, parameters, { integerZeroPoint: true }, poll);
    // At once: what the float weights become is a quarter of them.
    for (const site of structure.sites) if (norm.sites.includes(site.name)) encode(site);
  }
  for (const site of structure.sites) encode(site);
  const context: Context = { graph, structure, settings, parameters, edit, codes: new CodeTensors(graph, edit), plan, constants };
  const operands = listOperands(structure);
  const cuts: Cut[] = [];
  for (const site of structure.sites) {
    poll();
    if (site.kind === 'linear' && plan.get(site.name)?.kind === 'reference') replaceWeight(edit, site, settings, parameters, poll);
  }
  for (const operand of operands) {
    if (operand.kind === 'attention') cuts.push(...cutMap(context, operand));
    else replaceOperand(context, operand);
  }
  for (const block of structure.blocks) {
    poll();
    replaceProducts(context, block.index, cuts);
  }
  const opsets = [...graph.opsets.filter(({ domain }) => domain !== 'com.microsoft'), { domain: 'com.microsoft', version: 1 }];
  return { graph: withoutDeadNodes({ ...edit.finish(), opsets }, cuts), cuts, plan };
}

/** Fake quantisers for readers in reference arithmetic, and the products of Linears behind codes. */
function replaceOperand(context: Context, operand: Operand): void {
  const { edit, plan, settings, parameters, structure } = context;
  const is = (reader: OperandReader, kind: SitePlan['kind']): boolean => plan.get(reader.site)?.kind === kind;
  const floating = operand.readers.filter((reader) => is(reader, 'reference'));
  const bits = sharedBits(settings, sitesByName(structure), operand.readers);
  if (bits === null) return;
  if (floating.length > 0) insertFakeQuantizer(edit, { ...operand, readers: floating }, bits, parameters);
  const linear = operand.readers.filter((reader) => reader.field === 'input' && is(reader, 'integer-gemm'));
  if (linear.length === 0) return;
  const [first] = linear;
  const codes = context.codes.codes(requestOf(context, operand.tensor, first.site, first.field, bits));
  let before: readonly GraphNode[] = context.codes.takeNodes();
  for (const reader of linear) {
    const site = structure.sites.find(({ name }) => name === reader.site);
    const constants = context.constants.get(reader.site);
    if (site?.kind !== 'linear' || constants === undefined) throw new Error(`${reader.site} is no Linear`);
    replaceLinear(edit, site, codes, constants, before);
    before = [];
  }
}

/** The map leaves the graph at the softmax and comes back quantised, in one or more tensors. */
function cutMap({ edit, plan, settings, structure }: Context, operand: Operand): Cut[] {
  const [reader] = operand.readers;
  const site = structure.sites.find(({ name }) => name === reader.site);
  if (site?.kind !== 'product') throw new Error(`${operand.tensor} is no attention map`);
  if (plan.get(reader.site)?.kind === 'reference') return [cutOperand(edit, operand)];
  return mapOf(settings, structure, site).forms.map(({ tensor, type }) => {
    edit.setShape(tensor, edit.shape(operand.tensor));
    return { produced: operand.tensor, replacement: tensor, ...(type === 'uint8' ? { type } : {}) };
  });
}

/** The integer forms of a map, which the plan found to have one quantiser. */
function mapOf(settings: QuantizerSettings, { blocks }: ModelStructure, site: ProductSite): IntegerForms & { readonly quantizer: LogSetting } {
  const quantizer = wholeMap(mapSettings(settings, site, blocks[site.block].heads));
  const found = quantizer === null ? null : integerForms(logSchemeById(quantizer.scheme), site.a, quantizer.bits);
  if (found === null || quantizer === null) throw new Error(`the map of ${site.name} has no integer levels`);
  return { ...found, quantizer };
}

/** Both products of one block; codes of q, k and v are made in one pass where one Linear makes all three. */
function replaceProducts(context: Context, block: number, cuts: readonly Cut[]): void {
  const { structure, plan, settings, parameters } = context;
  const [scores, mix] = (['matmul1', 'matmul2'] as const).map((role) => integerProduct(structure, plan, block, role));
  const request = (site: ProductSite, tensor: string, field: 'A' | 'B'): CodeRequest => {
    const bits = uniformBits(settings, site, field);
    if (bits === null) throw new Error(`${site.name} ${field} has no codes`);
    return requestOf(context, tensor, site.name, field, bits);
  };
  const q = scores === null ? null : unscaled(context, request(scores, scores.a, 'A'));
  const k = scores === null ? null : request(scores, scores.b, 'B');
  const v = mix === null ? null : request(mix, mix.b, 'B');
  const together = q === null || k === null || v === null ? null : context.codes.sharedCodes([q, k, v]);
  const shared = context.codes.takeNodes();
  const codesOf = (request: CodeRequest, position: number): string => together?.[position] ?? context.codes.codes(request);
  if (scores !== null && q !== null && k !== null) {
    const [qCodes, kCodes] = [codesOf(q, 0), codesOf(k, 1)];
    const how = plan.get(scores.name);
    if (how?.kind !== 'integer-gemm') throw new Error(`${scores.name} is no product of bytes`);
    replaceScores(context, scores, how.weight, qCodes, kCodes, [...shared, ...context.codes.takeNodes()]);
  }
  const mixPlan = mix === null ? undefined : plan.get(mix.name);
  if (mix !== null && v !== null && mixPlan !== undefined) {
    const vCodes = codesOf(v, 2);
    const { forms, scale, quantizer } = mapOf(settings, structure, mix);
    const delta = mapDelta(parameters, settings, mix.name, quantizer);
    if (!cuts.some(({ replacement }) => replacement === forms[0].tensor)) throw new Error(`the map of block ${block} was not cut`);
    replaceMix(context, mix, mixPlan, { forms, scale: scale(delta) }, vCodes, context.codes.takeNodes());
  }
}

function integerProduct(structure: ModelStructure, plan: ReadonlyMap<string, SitePlan>, block: number, role: ProductSite['role']): ProductSite | null {
  const site = structure.sites.find((candidate): candidate is ProductSite => candidate.kind === 'product' && candidate.block === block && candidate.role === role);
  return site !== undefined && plan.get(site.name)?.kind !== 'reference' ? site : null;
}

function requestOf({ parameters }: Context, tensor: string, site: string, field: string, bits: number): CodeRequest {
  const { delta, zero_point: zeroPoint } = operandParameters(parameters, site, field, bits);
  if (delta.length !== 1 || zeroPoint?.length !== 1) throw new Error(`${site} ${field} wants one delta and one zero point`);
  return { tensor, grid: { delta: delta[0], zeroPoint: zeroPoint[0], bits } };
}

/** q before its constant scale where that is a power of two: the codes are the same, and one pass less over q. */
function unscaled({ graph }: Context, request: CodeRequest): CodeRequest {
  const node = graph.nodes.find((candidate) => candidate.outputs[0] === request.tensor);
  if (node?.opType !== 'Mul' || node.domain !== '') return request;
  const constant = node.inputs.findIndex((input) => scalarConstant(graph, input) !== null);
  const scale = constant < 0 ? null : scalarConstant(graph, node.inputs[constant]);
  if (scale === null || !(scale > 0) || !Number.isInteger(Math.log2(scale))) return request;
  return { tensor: node.inputs[1 - constant], grid: { ...request.grid, delta: request.grid.delta / scale } };
}

function withoutDeadNodes(graph: Graph, cuts: readonly Cut[]): Graph {
  const leaving = cuts.map(({ produced }) => ({ name: produced, type: 'float32' as const, dims: [] }));
  return { ...prune({ ...graph, outputs: [...graph.outputs, ...leaving] }), outputs: graph.outputs };
}
