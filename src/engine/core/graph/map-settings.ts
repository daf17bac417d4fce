/** The quantisers of one attention map: one for the whole map as a rule, more where overrides name heads. */
import { logSchemeById } from '../quantizers/scheme-table';
import { operandSetting, type LogSetting } from './operand-setting';
import type { NetworkParameters, QuantizerSettings } from './parameters';
import type { ProductSite } from './types';

export interface MapQuantizer extends LogSetting {
  /** Where its parameters stand in the site's record: `A`, and `A#3` for a further quantiser that head 3 is the first to use. */
  readonly field: string;
}

export interface MapSettings {
  /** Every quantiser once, that of the whole map first. Empty: the map stays in FP32. */
  readonly quantizers: readonly MapQuantizer[];
  /** Index into `quantizers` by head; null for a head that stays in FP32. */
  readonly heads: readonly (number | null)[];
}

/** `site`: the product of attention and v. */
export function mapSettings(settings: QuantizerSettings, site: ProductSite, heads: number): MapSettings {
  const byHead = Array.from({ length: heads }, (_, head) => operandSetting(settings, site, 'A', head));
  const whole = operandSetting(settings, site, 'A');
  const quantizers: MapQuantizer[] = [];
  const indexOf = (wanted: LogSetting): number => quantizers.findIndex((known) => equalSettings(known, wanted));
  const add = (wanted: LogSetting, head: number): void => {
    if (indexOf(wanted) < 0) quantizers.push({ ...wanted, field: quantizers.length === 0 ? 'A' : `A#${head}` });
  };
  if (whole.kind === 'log' && byHead.some((setting) => setting.kind === 'log' && equalSettings(setting, whole))) add(whole, 0);
  for (const [head, setting] of byHead.entries()) if (setting.kind === 'log') add(setting, head);
  return { quantizers, heads: byHead.map((setting) => (setting.kind === 'log' ? indexOf(setting) : null)) };
}

/** The one quantiser that all heads have; null when some differ, or are in FP32. */
export function wholeMap({ quantizers, heads }: MapSettings): MapQuantizer | null {
  return quantizers.length === 1 && heads.every((index) => index === 0) ? quantizers[0] : null;
}

/**
 * The delta of one of a map's quantisers. Parameters may be those of a run with more quantisers on: it is found by scheme and bits.
 * Throws Error when the map was not calibrated for it.
 */
export function mapDelta(parameters: NetworkParameters, settings: QuantizerSettings, site: string, wanted: LogSetting): number {
  const fields = Object.entries(parameters.sites[site] ?? {}).filter(([field]) => field === 'A' || field.startsWith('A#'));
  const usual = logSchemeById(wanted.scheme).bitsFor(settings.aBits);
  const found = fields.find(([, { scheme, bits }]) => scheme === wanted.scheme && (bits ?? usual) === wanted.bits);
  const delta = found?.[1].delta[0];
  if (delta === undefined) throw new Error(`no delta is known for the attention map of ${site} under ${wanted.scheme} with ${wanted.bits} bits`);
  return delta;
}

/** Whether `bits` must stand beside the scheme: they are not what the scheme has at the run's `aBits`. */
export function hasOwnBits(settings: QuantizerSettings, { scheme: id, bits }: LogSetting): boolean {
  return logSchemeById(id).bitsFor(settings.aBits) !== bits;
}

function equalSettings(a: LogSetting, b: LogSetting): boolean {
  return a.scheme === b.scheme && a.bits === b.bits;
}
