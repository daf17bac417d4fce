/** How a site's errors are measured: which parts of it run alone, on which tensors of the float network. */
import { at } from '../../../../shared/at';
import type { OperandName } from '../../../../shared/overrides';
import { isMap, operandsOf, uniformBits } from '../../../core/graph/operand-setting';
import { operandParameters } from '../../../core/graph/parameters';
import type { Site } from '../../../core/graph/types';
import { siteBranch, type SiteBranch } from '../../../core/graph/worlds/site-branch';
import { outputTensor, type Worlds } from '../../../core/graph/worlds/worlds';
import type { UniformParameters } from '../../../core/kernels/uniform-parameters';
import type { LayerStudy } from './layer-study';

export const measureNames = ['local', 'weights', 'activations', 'attention'] as const;
export type MeasureName = (typeof measureNames)[number];

/** In which form a branch takes the attention map: FP32, as the run writes it, or as quantised values. */
export type MapInput = 'float' | 'run' | 'values';

export interface Measure {
  readonly name: MeasureName;
  readonly branch: SiteBranch;
  readonly map: MapInput;
}

/** An activation in front of its quantiser: a tensor of the float network, or what a branch makes of such tensors. */
export interface OperandTensor {
  readonly tensor: string;
  readonly branch: SiteBranch | null;
}

export interface UniformOperand extends OperandTensor {
  readonly operand: OperandName;
  readonly parameters: UniformParameters;
  readonly bits: number;
}

export interface SiteMeasures {
  readonly site: Site;
  readonly output: string;
  readonly measures: readonly Measure[];
  /** The measure that `local` is equal to, where only one kind of operand is quantised. */
  readonly alone: MeasureName | null;
  readonly activations: readonly UniformOperand[];
}

/** `poll` may throw to stop. */
export function siteMeasures(study: LayerStudy, site: Site, poll: () => void): SiteMeasures {
  const output = outputTensor(site);
  const on = new Set(study.operands(site));
  if (on.size === 0) return { site, output, measures: [], alone: null, activations: [] };
  const { both, inputs } = study.fakeWorlds(poll);
  const branch = (worlds: Worlds, unquantised: readonly string[]): SiteBranch => siteBranch(worlds, worlds.quantised, site, new Map(unquantised.map((tensor) => [`${tensor}/quantized`, tensor])));
  const parts: Measure[] = [];
  if (site.kind === 'linear') {
    if (on.has('weight')) parts.push({ name: 'weights', branch: branch(both, [site.input]), map: 'float' });
    if (on.has('input')) parts.push({ name: 'activations', branch: branch(inputs, []), map: 'float' });
  } else {
    const map = isMap(site, 'A');
    if (on.has('B') || (!map && on.has('A'))) parts.push({ name: 'activations', branch: branch(both, []), map: 'float' });
    if (map && on.has('A')) parts.push({ name: 'attention', branch: branch(both, [site.b]), map: 'values' });
  }
  const only = parts.length === 1 && study.arithmetic(site) === 'reference' ? at(parts, 0).name : null;
  const local: Measure[] = only !== null ? [] : [{ name: 'local', branch: siteBranch(study.worlds, study.worlds.quantised, site, new Map()), map: 'run' }];
  return { site, output, measures: [...local, ...parts], alone: only, activations: uniformOperands(study, site, both) };
}

function uniformOperands(study: LayerStudy, site: Site, worlds: Worlds): UniformOperand[] {
  const { network } = study.source;
  if (network.kind === 'float') return [];
  return operandsOf(site).flatMap((operand): UniformOperand[] => {
    if (operand === 'weight' || isMap(site, operand)) return [];
    const bits = uniformBits(network.settings, site, operand);
    if (bits === null) return [];
    const { delta, zero_point: zeroPoint } = operandParameters(network.parameters, site.name, operand, bits);
    const [step, zero] = [delta[0], zeroPoint?.[0]];
    if (step === undefined || zero === undefined) throw new Error(`${site.name} ${operand} wants a delta and a zero point`);
    return [{ operand, ...operandTensor(study, site, operand, worlds), parameters: { delta: step, zeroPoint: zero }, bits }];
  });
}

/**
 * An activation as its quantiser sees it in the FP32 network: behind a LayerNorm as the scale reparameterisation leaves it (the elements of the
 * LayerNorm's own output, in its own order), else the tensor itself. `worlds`: fake quantisation against float.
 */
export function operandTensor(study: LayerStudy, site: Site, operand: OperandName, worlds: Worlds): OperandTensor {
  if (site.kind === 'product') return { tensor: operand === 'A' ? site.a : site.b, branch: null };
  if (!worlds.rescaled.has(site.input)) return { tensor: site.input, branch: null };
  const norm = site.norm === null ? undefined : study.source.structure.norms[site.norm];
  if (norm === undefined) throw new Error(`no LayerNorm belongs to ${site.name}`);
  return { tensor: norm.node, branch: siteBranch(worlds, worlds.quantised, site, new Map(), norm.node) };
}
