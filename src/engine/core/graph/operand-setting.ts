/** What a run's bits, scheme and overrides come to for one operand. Everything that quantises asks here. */
import { fail } from '../../../shared/failure';
import { matchesGlob } from '../../../shared/glob';
import { overridePatterns, type OperandName, type OverridePattern } from '../../../shared/overrides';
import type { SchemeId } from '../../../shared/settings';
import { schemeById } from '../quantizers/scheme-table';
import type { Operand } from './operands';
import { patchInputBits, type QuantizerSettings } from './parameters';
import type { ModelStructure, NormPair, ProductSite, Site } from './types';

export interface LogSetting {
  readonly kind: 'log';
  /** Never 'none'. */
  readonly scheme: SchemeId;
  /** Bits of the map: what the scheme's functions take as `aBits`. */
  readonly bits: number;
}

export type OperandSetting = { readonly kind: 'fp32' } | { readonly kind: 'uniform'; readonly bits: number } | LogSetting;

const fp32: OperandSetting = { kind: 'fp32' };

/**
 * How an operand is quantised: as the last override says that matches it, else as bits and scheme say. For an attention map `head` asks
 * about one head, and null about the map as it is where no override names a head.
 */
export function operandSetting(settings: QuantizerSettings, site: Site, operand: OperandName, head: number | null = null): OperandSetting {
  const last = overridePatterns(settings.overrides).filter((pattern) => matchesOperand(pattern, site, operand, head)).at(-1);
  if (last === undefined) return plainSetting(settings, site, operand);
  switch (last.choice.kind) {
    case 'fp32': return fp32;
    case 'bits': return isMap(site, operand) ? logSetting(settings.scheme, last.choice.bits) : { kind: 'uniform', bits: last.choice.bits };
    case 'scheme': return logSetting(last.choice.scheme, settings.aBits);
  }
}

/** Whether an override speaks about this operand (of this head). A scheme speaks about attention maps alone. */
export function matchesOperand({ glob, operand: named, head: namedHead, choice }: OverridePattern, site: Site, operand: OperandName, head: number | null): boolean {
  if (named !== null && named !== operand) return false;
  if (namedHead !== null && namedHead !== head) return false;
  if (choice.kind === 'scheme' && !isMap(site, operand)) return false;
  return matchesGlob(glob, site.name);
}

/** Operand A of the product with v. */
export function isMap(site: Site, operand: OperandName): site is ProductSite {
  return site.kind === 'product' && site.role === 'matmul2' && operand === 'A';
}

/** The operands that a site has, in the order of every list. */
export function operandsOf(site: Site): readonly OperandName[] {
  return site.kind === 'linear' ? ['input', 'weight'] : ['A', 'B'];
}

function plainSetting({ scheme, wBits, aBits }: QuantizerSettings, site: Site, operand: OperandName): OperandSetting {
  if (isMap(site, operand)) return logSetting(scheme, aBits);
  if (operand === 'weight') return wBits === 32 ? fp32 : { kind: 'uniform', bits: wBits };
  if (aBits === 32) return fp32;
  return { kind: 'uniform', bits: site.role === 'patch_embed' ? patchInputBits : aBits };
}

function logSetting(id: SchemeId, bits: number): OperandSetting {
  const scheme = schemeById(id);
  return scheme.kind === 'none' ? fp32 : { kind: 'log', scheme: id, bits: scheme.bitsFor(bits) };
}

/** Bits of a uniform quantiser; null for an operand that stays in FP32. Not for attention maps. */
export function uniformBits(settings: QuantizerSettings, site: Site, operand: OperandName): number | null {
  const setting = operandSetting(settings, site, operand);
  if (setting.kind === 'log') throw new Error(`${site.name} ${operand} is an attention map`);
  return setting.kind === 'fp32' ? null : setting.bits;
}

/**
 * Bits of an operand that several sites may read (q, k and v behind one LayerNorm); null for FP32. They share one calibration, so they share
 * one decision: throws a 'recipe' failure when overrides say different things about them.
 */
export function sharedBits(settings: QuantizerSettings, sites: ReadonlyMap<string, Site>, readers: Operand['readers']): number | null {
  const [first, ...others] = readers.map(({ site: name, field }) => {
    const site = sites.get(name);
    if (site === undefined) throw new Error(`there is no site ${name}`);
    return { name, field, bits: uniformBits(settings, site, field) };
  });
  if (first === undefined) throw new Error('an operand that nobody reads');
  const other = others.find(({ bits }) => bits !== first.bits);
  if (other === undefined) return first.bits;
  const text = (bits: number | null): string => (bits === null ? 'fp32' : `${bits} bits`);
  throw fail('recipe', 'The overrides contradict one another: sites that read the same tensor share one quantiser', {
    place: `${first.name}:${first.field} is ${text(first.bits)}, ${other.name}:${other.field} is ${text(other.bits)}`,
    expected: 'one decision for all of them',
    next: `Name them together: ${readers.map(({ site }) => site).join(', ')}`,
  });
}

export const sitesByName = ({ sites }: Pick<ModelStructure, 'sites'>): ReadonlyMap<string, Site> => new Map(sites.map((site) => [site.name, site]));

/** Whether scales move into this LayerNorm: only where what comes out of it is quantised. */
export function isReparameterised(settings: QuantizerSettings, sites: ReadonlyMap<string, Site>, norm: NormPair): boolean {
  return sharedBits(settings, sites, norm.sites.map((site) => ({ site, field: 'input', node: norm.node, inputIndex: 0 }))) !== null;
}
