/**
 * Settings in which one site is off, or on alone, made from those of a full run. Its parameters serve them as they are (rewriteReference): nothing
 * is calibrated again, what is off is the float product with the original values.
 */
import { withOverrides, type OverrideValue } from '../../../shared/overrides';
import { listOperands } from './operands';
import { isMap, operandSetting, operandsOf } from './operand-setting';
import type { QuantizerSettings } from './parameters';
import type { ModelStructure, Site } from './types';

/** Sites that can only be switched together, since they read the same tensor (separate q, k and v); all others alone. In network order. */
export function isolationGroups(structure: ModelStructure): readonly (readonly string[])[] {
  const groups = new Map(structure.sites.map(({ name }) => [name, [name]]));
  const join = (names: readonly string[]): void => {
    const all = [...new Set(names.flatMap((name) => groups.get(name) ?? []))];
    for (const name of all) groups.set(name, all);
  };
  for (const { readers } of listOperands(structure)) join(readers.map(({ site }) => site));
  for (const { sites } of structure.norms) join(sites);
  return [...new Set(groups.values())].map((names) => structure.sites.filter(({ name }) => names.includes(name)).map(({ name }) => name));
}

/** `settings` with the named sites in FP32. */
export function withSitesOff(settings: QuantizerSettings, names: readonly string[]): QuantizerSettings {
  return { ...settings, overrides: withOverrides(settings.overrides, Object.fromEntries(names.map((name) => [name, 'fp32']))) };
}

/** Everything in FP32 but the named sites, which are quantised as `settings` have them. */
export function withSitesAlone(structure: ModelStructure, settings: QuantizerSettings, names: readonly string[]): QuantizerSettings {
  const kept = structure.sites.filter(({ name }) => names.includes(name)).flatMap((site) => ownOverrides(structure, settings, site));
  return { ...settings, overrides: withOverrides({ '*': 'fp32' }, Object.fromEntries(kept)) };
}

/** A site's present settings as overrides. */
function ownOverrides({ blocks }: ModelStructure, settings: QuantizerSettings, site: Site): [string, OverrideValue][] {
  return operandsOf(site).flatMap((operand): [string, OverrideValue][] => {
    const heads = isMap(site, operand) ? Array.from({ length: blocks[site.block].heads }, (_, head) => head) : [null];
    return heads.flatMap((head): [string, OverrideValue][] => {
      const setting = operandSetting(settings, site, operand, head);
      const key = `${site.name}:${operand}${head === null ? '' : `#${head}`}`;
      if (setting.kind === 'fp32') return [[key, 'fp32']];
      if (setting.kind === 'uniform') return [[key, setting.bits]];
      // Bits are of the run's own scheme; another scheme has those of the activations.
      return [[key, setting.scheme === settings.scheme ? setting.bits : setting.scheme]];
    });
  });
}

