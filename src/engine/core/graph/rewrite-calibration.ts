/**
 * The network as it is while it calibrates: weights on their grid by their own first parameters, LayerNorms untouched, every operand
 * cut out so that the caller can look at it whole and quantise it. It depends on the weights' bits alone (and on overrides of weights), not on
 * scheme, seed or activations.
 */
import { calibrateUniformRows } from '../quantizers/uniform-calibration';
import { fakeQuantizeRows } from '../kernels/uniform-rows';
import { GraphEdit } from './edit';
import { listOperands, type Operand } from './operands';
import { uniformBits } from './operand-setting';
import type { QuantizerSettings } from './parameters';
import { cutOperand, type RewrittenGraph } from './rewrite';
import type { Graph, LinearSite, ModelStructure } from './types';
import { rowsAsStored, weightRows } from './weights';

export interface RowParameters {
  readonly delta: Float32Array;
  readonly zeroPoint: Float32Array;
}

/** What decides how weights are quantised. */
export type WeightSettings = Pick<QuantizerSettings, 'wBits' | 'overrides'>;

export interface CalibrationGraph extends RewrittenGraph {
  readonly operands: readonly Operand[];
  /** First parameters of each Linear's weight, by site name; those that are off are not among them. */
  readonly weights: ReadonlyMap<string, RowParameters>;
}

/** Builds the calibration network. `poll` may throw to stop; it is called at least once per site. */
export function rewriteForCalibration(graph: Graph, structure: ModelStructure, settings: WeightSettings, poll: () => void): CalibrationGraph {
  const edit = new GraphEdit(graph);
  const weights = new Map<string, RowParameters>();
  for (const site of structure.sites) {
    const bits = site.kind === 'linear' ? uniformBits({ scheme: 'none', aBits: 32, ...settings }, site, 'weight') : null;
    if (site.kind !== 'linear' || bits === null) continue;
    poll();
    weights.set(site.name, quantizeWeight(edit, site, bits, poll));
  }
  const operands = listOperands(structure);
  const cuts = operands.map((operand) => cutOperand(edit, operand));
  return { graph: edit.finish(), cuts, operands, weights };
}

function quantizeWeight(edit: GraphEdit, site: LinearSite, bits: number, poll: () => void): RowParameters {
  const rows = weightRows(edit, site);
  const parameters = calibrateUniformRows(rows, site.outFeatures, bits, poll);
  const stored = rowsAsStored(edit, site, fakeQuantizeRows(rows, site.outFeatures, parameters, bits));
  edit.setInput(site.node, 1, edit.addFloats(`${site.name}:weight/quantized`, stored.dims, stored.data));
  return parameters;
}
