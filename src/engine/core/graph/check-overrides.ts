/** Overrides held against a model before anything runs: what each of them decides, and a sentence for those that cannot be meant. */
import { fail } from '../../../shared/failure';
import type { OverrideReport } from '../../../shared/override-report';
import { overridePatterns, type OperandName, type OverridePattern } from '../../../shared/overrides';
import { schemeById } from '../quantizers/scheme-table';
import { nearNames } from './near-names';
import { listOperands } from './operands';
import { isMap, isReparameterised, matchesOperand, operandSetting, operandsOf, sharedBits, sitesByName, type OperandSetting } from './operand-setting';
import type { QuantizerSettings } from './parameters';
import type { ModelStructure, Site } from './types';

/** One thing that is decided: an operand, or one head of an attention map. */
interface Target {
  readonly site: Site;
  readonly operand: OperandName;
  readonly head: number | null;
}

type Row = OverrideReport['resolved'][number];

/**
 * What the overrides of `settings` come to in a model. Throws a 'recipe' failure that names the pattern when one matches nothing, gives bits
 * to a map that has none to give, or contradicts another about operands that share a quantiser.
 */
export function checkOverrides(structure: ModelStructure, settings: QuantizerSettings): OverrideReport {
  const patterns = overridePatterns(settings.overrides);
  const targets = structure.sites.flatMap((site) => operandsOf(site).flatMap((operand) => targetsOf(structure, site, operand)));
  const matched = patterns.map((pattern) => targets.filter(({ site, operand, head }) => matchesOperand(pattern, site, operand, head)));
  for (const [index, pattern] of patterns.entries()) if (matched[index].length === 0) throw matchesNothing(structure, pattern);
  const deciding = new Map<Target, number>();
  for (const [index, found] of matched.entries()) for (const target of found) deciding.set(target, index);
  for (const [{ site, operand }, index] of deciding) if (isMap(site, operand)) requireMapBits(settings, site, patterns[index]);
  const sites = sitesByName(structure);
  for (const operand of listOperands(structure)) if (operand.kind !== 'attention') sharedBits(settings, sites, operand.readers);
  for (const norm of structure.norms) isReparameterised(settings, sites, norm);
  return {
    patterns: patterns.map(({ pattern }, index) => {
      const decided = matched[index].filter((target) => deciding.get(target) === index);
      return { pattern, operands: wholeMaps(structure, decided), overruled: matched[index].length - decided.length };
    }),
    resolved: structure.sites.flatMap((site) => operandsOf(site).flatMap((operand) => resolvedRows(structure, settings, site, operand))),
  };
}

function targetsOf(structure: ModelStructure, site: Site, operand: OperandName): Target[] {
  if (!isMap(site, operand)) return [{ site, operand, head: null }];
  return Array.from({ length: structure.blocks[site.block].heads }, (_, head) => ({ site, operand, head }));
}

/** All heads of a map as the map. */
function wholeMaps({ blocks }: ModelStructure, targets: readonly Target[]): OverrideReport['patterns'][number]['operands'] {
  const name = ({ site, operand, head }: Target): { site: string; operand: OperandName; head: number | null } => ({ site: site.name, operand, head });
  return targets.flatMap((target) => {
    if (target.head === null || target.site.block === null) return [name(target)];
    const heads = targets.filter(({ site, operand }) => site === target.site && operand === target.operand);
    if (heads.length < blocks[target.site.block].heads) return [name(target)];
    return heads[0] === target ? [{ ...name(target), head: null }] : [];
  });
}

/** One row for an operand, and one more for each head that is quantised otherwise than the map as a whole. */
function resolvedRows({ blocks }: ModelStructure, settings: QuantizerSettings, site: Site, operand: OperandName): Row[] {
  const whole = resolvedRow(site, operand, null, operandSetting(settings, site, operand));
  if (!isMap(site, operand)) return [whole];
  const heads = Array.from({ length: blocks[site.block].heads }, (_, head) => resolvedRow(site, operand, head, operandSetting(settings, site, operand, head)));
  return [whole, ...heads.filter(({ setting, bits }) => setting !== whole.setting || bits !== whole.bits)];
}

function resolvedRow(site: Site, operand: OperandName, head: number | null, setting: OperandSetting): Row {
  const row = { site: site.name, operand, head };
  switch (setting.kind) {
    case 'fp32': return { ...row, setting: 'fp32', bits: null };
    case 'uniform': return { ...row, setting: setting.bits, bits: setting.bits };
    case 'log': return { ...row, setting: setting.scheme, bits: setting.bits };
  }
}

/** Bits mean something to a map whose scheme can have them. */
function requireMapBits({ scheme: id }: QuantizerSettings, site: Site, { pattern, choice }: OverridePattern): void {
  if (choice.kind !== 'bits') return;
  const scheme = schemeById(id);
  if (scheme.kind !== 'none' && scheme.bitsFor(choice.bits) === choice.bits) return;
  const what = scheme.kind === 'none'
    ? `Under scheme none the attention map has no quantiser, so it cannot have ${choice.bits} bits`
    : `${id} has ${scheme.bitsFor(choice.bits)} bits whatever it is given, so the attention map cannot have ${choice.bits}`;
  throw fail('recipe', what, {
    place: `the override "${pattern}", at ${site.name}`,
    expected: scheme.kind === 'none' ? '"fp32" or a scheme for the map' : `${scheme.bitsFor(choice.bits)} bits, "fp32" or a scheme for the map`,
    next: `Say behind it what becomes of the map, for example "*.matmul2:A": "${scheme.kind === 'none' ? 'fp32' : id}"`,
  });
}

function matchesNothing({ sites, blocks }: ModelStructure, pattern: OverridePattern): Error {
  const named = sites.filter((site) => matchesOperand({ ...pattern, operand: null, head: null, choice: { kind: 'fp32' } }, site, 'A', null));
  const place = `the override "${pattern.pattern}"`;
  if (named.length === 0) {
    const near = nearNames(pattern.glob, sites.map(({ name }) => name), 5);
    return fail('recipe', `The override "${pattern.pattern}" matches no site of the model`, { place, expected: `a site such as ${near.join(', ')}`, next: 'Look at `bitlog2 inspect --model FILE`, which lists the sites' });
  }
  const maps = named.filter((site) => isMap(site, 'A'));
  if (pattern.choice.kind === 'scheme' || pattern.head !== null) {
    const heads = Math.max(0, ...maps.map(({ block }) => blocks[block ?? 0].heads));
    const what = maps.length === 0
      ? `The override "${pattern.pattern}" matches no attention map: ${named.slice(0, 3).map(({ name }) => name).join(', ')} ${named.length === 1 ? 'has' : 'have'} none`
      : `The override "${pattern.pattern}" matches no head: these maps have at most ${heads}`;
    return fail('recipe', what, { place, expected: maps.length === 0 ? 'a product of attention and v, for example *.matmul2:A' : `heads 0 to ${heads - 1}`, next: 'Look at `bitlog2 inspect --model FILE`, which lists the sites and their heads' });
  }
  const operands = [...new Set(named.flatMap((site) => operandsOf(site)))];
  return fail('recipe', `The override "${pattern.pattern}" matches no operand: ${named.slice(0, 3).map(({ name }) => name).join(', ')} ${named.length === 1 ? 'has' : 'have'} no ${pattern.operand ?? 'operand'}`, { place, expected: operands.join(' or '), next: 'Name one of these, or leave the operand out for all of them' });
}
