/** From what the operands calibrated to a network's final parameters: scale reparameterisation, and the weights behind it once more. */
import { reparameterise } from '../../core/calibration/reparameterise';
import type { Operand } from '../../core/graph/operands';
import type { NetworkParameters, QuantizerSettings, Reparameterisation } from '../../core/graph/parameters';
import { uniformBits } from '../../core/graph/operand-setting';
import type { RowParameters } from '../../core/graph/rewrite-calibration';
import type { Graph, LinearSite, ModelStructure, Site, Tensor } from '../../core/graph/types';
import { biasOf, floats, weightRows } from '../../core/graph/weights';
import { calibrateUniformRows } from '../../core/quantizers/uniform-calibration';
import type { QuantizerParameters } from '../../../shared/records';

/** What is known of an operand after it calibrated. */
export interface OperandResult {
  readonly operand: Operand;
  readonly parameters: QuantizerParameters;
  /** Of an attention map with several quantisers: those after the first, by the name of their field (`A#3`). */
  readonly further?: Readonly<Record<string, QuantizerParameters>>;
  /** 1 for each channel that is one constant; null when there are none (and for operands without channels). */
  readonly degenerate: readonly number[] | null;
}

type Fields = Record<string, QuantizerParameters>;

/** The float network, and the first parameters of its weights by site (empty when weights are off). */
export interface AssembleSource {
  readonly graph: Graph;
  readonly structure: ModelStructure;
  readonly weights: ReadonlyMap<string, RowParameters>;
}

/** All parameters of a network, by site. `poll` may throw to stop. */
export function assembleParameters(source: AssembleSource, settings: QuantizerSettings, results: readonly OperandResult[], poll: () => void): NetworkParameters {
  const sites = new Map<string, Fields>();
  const reparameterisation: Record<string, Reparameterisation> = {};
  for (const site of source.structure.sites) {
    const weight = source.weights.get(site.name);
    sites.set(site.name, weight === undefined ? {} : { weight: rowParameters(weight, site, settings) });
  }
  for (const result of results) {
    for (const { site, field } of result.operand.readers) {
      if (result.operand.kind !== 'channels') sites.set(site, { ...sites.get(site), [field]: result.parameters, ...result.further });
      else {
        poll();
        const behind = reparameterisedSite(source, site, result, settings, poll);
        sites.set(site, behind.fields);
        reparameterisation[site] = behind.record;
      }
    }
  }
  return { sites: Object.fromEntries([...sites].map(([name, fields]) => [name, orderFields(fields)])), reparameterisation };
}

/** One Linear behind a reparameterised LayerNorm: per-tensor input, and its new weight's parameters. */
function reparameterisedSite(
  source: AssembleSource, name: string, { operand, parameters: channel, degenerate }: OperandResult, settings: QuantizerSettings, poll: () => void,
): { fields: Fields; record: Reparameterisation } {
  const norm = operand.norm === null ? undefined : source.structure.norms[operand.norm];
  if (norm === undefined) throw new Error(`no LayerNorm belongs to ${operand.tensor}`);
  const site = linearSite(source.structure, name);
  const constants = { initializer: (tensor: string) => constant(source.graph, tensor) };
  const zeroPoints = channel.zero_point ?? [];
  const result = reparameterise({
    channelDelta: channel.delta,
    channelZeroPoint: zeroPoints,
    ...(degenerate === null ? {} : { degenerate }),
    lnWeight: floats(constants.initializer(norm.scale), norm.name),
    lnBias: norm.bias === null ? new Float32Array(norm.channels) : floats(constants.initializer(norm.bias), norm.name),
    weight: weightRows(constants, site),
    bias: biasOf(constants, site),
  }, { integerZeroPoint: false });
  const input = { bits: channel.bits, delta: [result.delta], zero_point: [result.zeroPoint] };
  const record = { layerNorm: norm.name, channelDelta: channel.delta, channelZeroPoint: zeroPoints, ...(degenerate === null ? {} : { degenerate }) };
  const bits = uniformBits(settings, site, 'weight');
  if (bits === null) return { fields: { input }, record };
  return { fields: { input, weight: rowParameters(calibrateUniformRows(result.weight, site.outFeatures, bits, poll), site, settings) }, record };
}

function rowParameters({ delta, zeroPoint }: RowParameters, site: Site, settings: QuantizerSettings): QuantizerParameters {
  const bits = uniformBits(settings, site, 'weight');
  if (bits === null) throw new Error(`the weight of ${site.name} is off, and was calibrated`);
  return { bits, delta: [...delta], zero_point: [...zeroPoint] };
}

function linearSite(structure: ModelStructure, name: string): LinearSite {
  const site = structure.sites.find((candidate) => candidate.name === name);
  if (site === undefined || site.kind !== 'linear') throw new Error(`${name} is no Linear`);
  return site;
}

function constant(graph: Graph, name: string): Tensor {
  const tensor = graph.initializers.get(name);
  if (tensor === undefined) throw new Error(`no initialiser is called ${name}`);
  return tensor;
}

/** `input` before `weight`, `A` before `B`, as the reference lists them; further quantisers of a map at the end. */
function orderFields(fields: Fields): Fields {
  const order = ['input', 'weight', 'A', 'B'];
  const place = (field: string): number => (order.includes(field) ? order.indexOf(field) : order.length);
  return Object.fromEntries(Object.entries(fields).sort(([a], [b]) => place(a) - place(b)));
}
