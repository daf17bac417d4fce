/** Everything that calibration finds, in the form in which the reference's records state it too. */
import type { QuantizerParameters, SiteParameters } from '../../../shared/records';
import type { Overrides } from '../../../shared/overrides';
import type { RunSettings, SchemeId } from '../../../shared/settings';

export interface Reparameterisation {
  readonly layerNorm: string;
  /** Per channel of the LayerNorm's output, before reparameterisation. */
  readonly channelDelta: readonly number[];
  readonly channelZeroPoint: readonly number[];
  /** 1 for each channel that is one constant; left out when there are none. */
  readonly degenerate?: readonly number[];
}

/** Parameters of one quantised network. `sites` are final, after reparameterisation. */
export interface NetworkParameters {
  readonly sites: SiteParameters;
  /** By site name; sites that share a LayerNorm share the same record. */
  readonly reparameterisation: Readonly<Record<string, Reparameterisation>>;
}

/**
 * Which quantisers are on. 32 bits switch a kind off; scheme 'none' leaves the attention map alone; overrides have the last word.
 * What they come to for one operand is `operandSetting` (operand-setting.ts), which everything that reads settings goes through.
 */
export interface QuantizerSettings {
  readonly scheme: SchemeId;
  readonly wBits: number;
  readonly aBits: number;
  readonly overrides?: Overrides | undefined;
}

/** The part of a run's settings that decides its quantisers. */
export function quantizerSettings({ scheme, wBits, aBits, overrides }: RunSettings): QuantizerSettings {
  return { scheme, wBits, aBits, ...(overrides === undefined ? {} : { overrides }) };
}

/** Bits of a patch embedding's input: always 8, as in the reference, unless activations are off. */
export const patchInputBits = 8;

/** The parameters of one operand; throws naming site and field when a record lacks them, or was made with other bits than `bits`. */
export function operandParameters(parameters: NetworkParameters, site: string, field: string, bits?: number): QuantizerParameters {
  const found = parameters.sites[site]?.[field];
  if (found === undefined) throw new Error(`no parameters for ${site} ${field}`);
  if (bits !== undefined && found.bits !== undefined && found.bits !== bits) throw new Error(`${site} ${field} was calibrated with ${found.bits} bits, not with ${bits}`);
  return found;
}
