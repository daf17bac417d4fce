/** A draft of exceptions that a person puts together site by site before they are run. Each step makes a new record, so that steps can be undone. */
import { matchesGlob } from '../../../shared/glob';
import { overrideChoice, overridePatterns, type OperandName, type OverrideChoice, type Overrides, type OverrideValue } from '../../../shared/overrides';

/** What one exception is about. */
export interface Target {
  readonly site: string;
  /** null: every operand of the site. */
  readonly operand: OperandName | null;
  /** Of the attention map; null: all heads. */
  readonly head: number | null;
}

/** `blocks.3.attn.qkv:input`, `blocks.2.attn.matmul2:A#1`; the whole site without an operand. */
export function keyOf({ site, operand, head }: Target): string {
  return `${site}${operand === null ? '' : `:${operand}`}${head === null ? '' : `#${head}`}`;
}

/** The draft with this exception last, where it wins. One for a whole site (all heads) replaces those for its parts. */
export function withChange(draft: Overrides, target: Target, value: OverrideValue): Overrides {
  const kept = Object.fromEntries(Object.entries(draft).filter(([key]) => !covers(target, key)));
  return { ...kept, [keyOf(target)]: value };
}

/** The draft without this exception: the run's own setting holds again. */
export function withoutChange(draft: Overrides, target: Target): Overrides {
  const key = keyOf(target);
  return Object.fromEntries(Object.entries(draft).filter(([other]) => other !== key));
}

function covers(target: Target, key: string): boolean {
  const own = keyOf(target);
  if (key === own) return true;
  if (target.head !== null) return false;
  return target.operand === null ? key.startsWith(`${own}:`) || key.startsWith(`${own}#`) : key.startsWith(`${own}#`);
}

/** The value the draft itself gives to exactly this target; null when it leaves it alone. */
export function draftValue(draft: Overrides, target: Target): OverrideValue | null {
  return draft[keyOf(target)] ?? null;
}

/** What a site's operand is run with: the last pattern that matches it wins, else null (the run's bits and scheme). */
export function settingOf(overrides: Overrides, target: Target & { readonly operand: OperandName }): OverrideChoice | null {
  let found: OverrideChoice | null = null;
  for (const pattern of overridePatterns(overrides)) {
    if (!matchesGlob(pattern.glob, target.site)) continue;
    if (pattern.operand !== null && pattern.operand !== target.operand) continue;
    if (pattern.head !== null && (target.operand !== 'A' || pattern.head !== target.head)) continue;
    // A scheme speaks about the attention map alone, also where the pattern names no operand.
    if (pattern.choice.kind === 'scheme' && target.operand !== 'A') continue;
    found = pattern.choice;
  }
  return found;
}

/** Sites whose settings the draft touches. */
export function touchedSites(draft: Overrides, sites: readonly string[]): ReadonlySet<string> {
  const patterns = overridePatterns(draft);
  return new Set(sites.filter((site) => patterns.some(({ glob }) => matchesGlob(glob, site))));
}

/** Patterns that match none of these sites: a recipe made for another network. */
export function strayKeys(draft: Overrides, sites: readonly string[]): string[] {
  return overridePatterns(draft).filter(({ glob }) => !sites.some((site) => matchesGlob(glob, site))).map(({ pattern }) => pattern);
}

/** Whether every operand of the site is left in floating point by the draft, and by nothing else in it. */
export function isExcluded(draft: Overrides, site: string): boolean {
  const value = draftValue(draft, { site, operand: null, head: null });
  return value !== null && overrideChoice(value).kind === 'fp32';
}

/** Equal exceptions in equal order: what the engine takes for the same settings. */
export function sameOverrides(a: Overrides | undefined, b: Overrides | undefined): boolean {
  return JSON.stringify(Object.entries(a ?? {})) === JSON.stringify(Object.entries(b ?? {}));
}
