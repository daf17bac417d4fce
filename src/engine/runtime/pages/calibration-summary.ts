/** Parameters of a calibration as quantisers with their range, and as the middle of each for comparing draws. Pure. */
import { uniformRange, median, type OperandCalibration, type ReparameterisationRecord } from '../../../shared/calibration';
import type { QuantizerParameters, SiteParameters } from '../../../shared/records';
import type { RunSettings } from '../../../shared/settings';
import type { NetworkParameters } from '../../core/graph/parameters';
import { schemeById } from '../../core/quantizers/scheme-table';
import { canonicalJson, textHash } from '../store/stored-json';

/** Every quantiser of a network, in network order. `settings` are those it was calibrated with. */
export function operandCalibrations(sites: SiteParameters, settings: Pick<RunSettings, 'aBits'>): OperandCalibration[] {
  return Object.entries(sites).flatMap(([site, fields]) => Object.entries(fields).map(([operand, parameters]) => {
    const { delta, zero_point: zeroPoint, scheme } = parameters;
    return { site, operand, scheme: scheme ?? null, delta: [...delta], zeroPoint: zeroPoint === undefined ? null : [...zeroPoint], ...grid(parameters, settings) };
  }));
}

function grid({ bits, scheme, delta, zero_point: zeroPoint = [] }: QuantizerParameters, { aBits }: Pick<RunSettings, 'aBits'>): Pick<OperandCalibration, 'bits' | 'low' | 'high'> {
  if (scheme !== undefined) return mapGrid(scheme, bits ?? aBits, delta[0] ?? Number.NaN);
  const known = bits ?? aBits;
  let [low, high] = [Infinity, -Infinity];
  delta.forEach((step, channel) => {
    const [least, most] = uniformRange(known, step, zeroPoint[channel] ?? 0);
    low = Math.min(low, least);
    high = Math.max(high, most);
  });
  return { bits: known, low, high };
}

/** Levels of an attention map begin with zero. */
function mapGrid(id: string, bits: number, delta: number): Pick<OperandCalibration, 'bits' | 'low' | 'high'> {
  const scheme = schemeById(id);
  if (scheme.kind === 'none') throw new Error('an attention map in FP32 has no parameters');
  return { bits: scheme.bitsFor(bits), low: 0, high: scheme.levels(delta, bits).reduce((most, level) => Math.max(most, level), 0) };
}

/** Channel-wise quantisers behind LayerNorms, and r of each channel: its delta over the common one that took its place. */
export function reparameterisationRecords({ sites, reparameterisation }: Pick<NetworkParameters, 'sites' | 'reparameterisation'>): ReparameterisationRecord[] {
  return Object.entries(reparameterisation).map(([site, { layerNorm, channelDelta, channelZeroPoint, degenerate }]) => {
    const common = sites[site]?.['input']?.delta[0] ?? Number.NaN;
    return {
      site, layerNorm, delta: [...channelDelta], zeroPoint: [...channelZeroPoint],
      factor: channelDelta.map((delta, channel) => (degenerate?.[channel] === 1 ? 1 : Math.fround(delta / common))),
    };
  });
}

/** The middle of one quantiser over its channels: what draws are compared by. */
export interface OperandMiddle {
  readonly site: string;
  readonly operand: string;
  readonly delta: number;
  /** Null for attention maps. */
  readonly zeroPoint: number | null;
}

export function operandMiddles(sites: SiteParameters): OperandMiddle[] {
  return Object.entries(sites).flatMap(([site, fields]) => Object.entries(fields).map(([operand, { delta, zero_point: zeroPoint }]) => ({
    site, operand, delta: median(delta), zeroPoint: zeroPoint === undefined ? null : median(zeroPoint),
  })));
}

/** SHA-256 of all parameters: equal digests are equal parameters. */
export function parameterDigest(sites: SiteParameters): string {
  return textHash(canonicalJson(sites));
}
