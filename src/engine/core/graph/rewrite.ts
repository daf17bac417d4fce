/** The quantised network as a float graph: weights on their grid, LayerNorms reparameterised, fake quantisers in front of every operand. */
import { reparameterise, type ReparameteriseOptions } from '../calibration/reparameterise';
import { fakeQuantizeRows } from '../kernels/uniform-rows';
import { calibrateUniformRows } from '../quantizers/uniform-calibration';
import { GraphEdit, simpleNode } from './edit';
import { fakeQuantizerNodes } from './fake-quantizer';
import { listOperands, type Operand } from './operands';
import { isReparameterised, sharedBits, sitesByName, uniformBits } from './operand-setting';
import { type NetworkParameters, operandParameters, type QuantizerSettings } from './parameters';
import type { Cut } from './segments';
import type { Graph, LinearSite, ModelStructure } from './types';
import { biasOf, floats, rowsAsStored, weightRows } from './weights';

export interface RewrittenGraph {
  readonly graph: Graph;
  readonly cuts: readonly Cut[];
}

/** The float network, cut at each attention map so that it is executed, and looked at, exactly like the quantised ones. */
export function rewriteFloat(graph: Graph, structure: ModelStructure): RewrittenGraph {
  const edit = new GraphEdit(graph);
  return { cuts: cutAttention(edit, structure), graph: edit.finish() };
}

/**
 * The network under fake quantisation in float32 ("reference" arithmetic): x -> clamp(rne(x/D), -Z, L-1-Z)*D in front of every
 * operand. Attention maps are cut out; the caller quantises them between segments (also for scheme none, where it does nothing).
 * `parameters` may be those of a run in which more was quantised: what the overrides switch off is the float product with the original values.
 * `poll` is called once per site and norm, and may throw to stop. `options`: parameters of integer arithmetic have whole zero points.
 */
export function rewriteReference(
  graph: Graph, structure: ModelStructure, settings: QuantizerSettings, parameters: NetworkParameters, poll: () => void = () => undefined,
  options: ReparameteriseOptions = { integerZeroPoint: false },
): RewrittenGraph {
  const edit = new GraphEdit(graph);
  const sites = sitesByName(structure);
  reparameteriseNorms(edit, structure, settings, parameters, options, poll);
  for (const site of structure.sites) {
    poll();
    if (site.kind === 'linear') replaceWeight(edit, site, settings, parameters, poll);
  }
  for (const operand of listOperands(structure)) {
    const bits = operand.kind === 'attention' ? null : sharedBits(settings, sites, operand.readers);
    if (bits !== null) insertFakeQuantizer(edit, operand, bits, parameters);
  }
  return { cuts: cutAttention(edit, structure), graph: edit.finish() };
}

/** Cuts every attention map: its readers take `<softmax>/quantized` instead. */
function cutAttention(edit: GraphEdit, structure: ModelStructure): Cut[] {
  return listOperands(structure).filter((operand) => operand.kind === 'attention').map((operand) => cutOperand(edit, operand));
}

/** Makes an operand's readers take its quantised form from outside. */
export function cutOperand(edit: GraphEdit, operand: Operand): Cut {
  for (const reader of operand.readers) edit.setInput(reader.node, reader.inputIndex, operand.quantized);
  edit.setShape(operand.quantized, edit.shape(operand.tensor));
  return { produced: operand.tensor, replacement: operand.quantized };
}

/** Settings of a site's weight quantiser as rows of one delta and zero point each. */
export function weightQuantizer(parameters: NetworkParameters, site: LinearSite, bits: number): { delta: Float32Array; zeroPoint: Float32Array } {
  const { delta, zero_point: zeroPoint } = operandParameters(parameters, site.name, 'weight', bits);
  if (zeroPoint === undefined || delta.length !== site.outFeatures) throw new Error(`the weight parameters of ${site.name} do not fit its ${site.outFeatures} outputs`);
  return { delta: Float32Array.from(delta), zeroPoint: Float32Array.from(zeroPoint) };
}

/**
 * Moves each LayerNorm's channel-wise grid into its weights and the Linears behind it (RepQ-ViT's scale reparameterisation). A LayerNorm whose
 * output stays in FP32 is left as it is.
 */
export function reparameteriseNorms(
  edit: GraphEdit, structure: ModelStructure, settings: QuantizerSettings, parameters: NetworkParameters, options: ReparameteriseOptions, poll: () => void,
): void {
  const sites = sitesByName(structure);
  for (const norm of structure.norms) {
    poll();
    if (!isReparameterised(settings, sites, norm)) continue;
    for (const [position, name] of norm.sites.entries()) {
      const site = sites.get(name);
      const channel = parameters.reparameterisation[name];
      if (site === undefined || site.kind !== 'linear') throw new Error(`${norm.name} feeds ${name}, which is no Linear`);
      if (channel === undefined) throw new Error(`no reparameterisation is known for ${name}`);
      const bias = norm.bias === null ? new Float32Array(norm.channels) : floats(edit.initializer(norm.bias), `the bias of ${norm.name}`);
      const result = reparameterise({
        channelDelta: Float32Array.from(channel.channelDelta),
        channelZeroPoint: Float32Array.from(channel.channelZeroPoint),
        ...(channel.degenerate === undefined ? {} : { degenerate: channel.degenerate }),
        lnWeight: floats(edit.initializer(norm.scale), `the weight of ${norm.name}`),
        lnBias: bias,
        weight: weightRows(edit, site),
        bias: biasOf(edit, site),
      }, options);
      setWeight(edit, site, `${site.name}:weight/reparameterised`, result.weight);
      setBias(edit, site, result.bias);
      if (position > 0) continue;
      edit.setInput(norm.node, 1, edit.addFloats(`${norm.name}:weight/reparameterised`, [norm.channels], result.lnWeight));
      edit.setInput(norm.node, 2, edit.addFloats(`${norm.name}:bias/reparameterised`, [norm.channels], result.lnBias));
    }
  }
}

/** Current weight of a site during the edit (after reparameterisation if that came first). */
export function currentRows(edit: GraphEdit, site: LinearSite): Float32Array {
  return weightRows(edit, { ...site, weight: edit.node(site.node).inputs[1] });
}

function setWeight(edit: GraphEdit, site: LinearSite, name: string, rows: Float32Array): void {
  const stored = rowsAsStored(edit, site, rows);
  edit.setInput(site.node, 1, edit.addFloats(name, stored.dims, stored.data));
}

/** Gives a site a new bias, and the place for one if it had none. */
function setBias(edit: GraphEdit, site: LinearSite, bias: Float32Array): void {
  const name = edit.addFloats(`${site.name}:bias/reparameterised`, [site.outFeatures], bias);
  if (site.biasNode !== null) {
    const index = edit.node(site.biasNode).inputs.indexOf(site.bias ?? '');
    if (index < 0) throw new Error(`the Add behind ${site.name} does not read its bias`);
    edit.setInput(site.biasNode, index, name);
  } else if (edit.node(site.node).opType === 'MatMul') {
    const product = `${site.node}/product`;
    edit.insertAfter(site.node, product, [simpleNode('Add', [product, name], site.node)]);
  } else edit.setInput(site.node, 2, name);
}

/**
 * Puts the site's weight on its grid; unchanged when it is off. Parameters that were found behind a reparameterised LayerNorm do not fit a
 * weight in front of which none is now: then the weight, which needs no pictures for it, calibrates by itself as it stands.
 */
export function replaceWeight(edit: GraphEdit, site: LinearSite, settings: QuantizerSettings, parameters: NetworkParameters, poll: () => void): void {
  const bits = uniformBits(settings, site, 'weight');
  if (bits === null) return;
  const current = currentRows(edit, site);
  const moved = site.norm !== null && uniformBits(settings, site, 'input') !== null;
  const fits = moved || !(site.name in parameters.reparameterisation);
  const quantizer = fits ? weightQuantizer(parameters, site, bits) : calibrateUniformRows(current, site.outFeatures, bits, poll);
  setWeight(edit, site, `${site.name}:weight/quantized`, fakeQuantizeRows(current, site.outFeatures, quantizer, bits));
}

/** Puts a per-tensor fake quantiser in front of an operand's readers. */
export function insertFakeQuantizer(edit: GraphEdit, operand: Operand, bits: number, parameters: NetworkParameters): void {
  const first = operand.readers[0];
  const { delta, zero_point: zeroPoint } = operandParameters(parameters, first.site, first.field, bits);
  if (delta.length !== 1 || zeroPoint?.length !== 1) throw new Error(`${first.site} ${first.field} wants one delta and one zero point`);
  const nodes = fakeQuantizerNodes(edit, operand.tensor, operand.quantized, { delta: delta[0], zeroPoint: zeroPoint[0], bits });
  edit.insertBefore(first.node, nodes, edit.shape(operand.tensor));
  for (const reader of operand.readers) edit.setInput(reader.node, reader.inputIndex, operand.quantized);
}
