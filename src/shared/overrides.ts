/**
 * Exceptions from a run's bits and scheme: {"GLOB[:input|weight|A|B][#head]": bits | "fp32" | scheme}, the last match wins.
 * GLOB matches site names; without an operand all operands of the site are meant. `#head` and schemes are for the attention map
 * (operand A of attn.matmul2) alone. The order of the keys counts, so overrides must never pass through something that sorts them.
 */
import * as v from 'valibot';
import { bitsSchema, schemeIdSchema, type SchemeId } from './bits-and-schemes';

export const operandNames = ['input', 'weight', 'A', 'B'] as const;
export type OperandName = (typeof operandNames)[number];

/** What a key stands for. */
export interface OverrideKey {
  readonly glob: string;
  /** null: every operand of the site. */
  readonly operand: OperandName | null;
  /** Of an attention map; null: all heads. */
  readonly head: number | null;
}

export type ParsedKey = { readonly kind: 'key'; readonly key: OverrideKey } | { readonly kind: 'problem'; readonly problem: string };

const keyForm = /^([^:#\s]+)(?::([^:#]*))?(?:#([^:#]*))?$/;

/** Reads a key; says in a sentence what is wrong with it. */
export function parseOverrideKey(text: string): ParsedKey {
  const found = keyForm.exec(text);
  const problem = (what: string): ParsedKey => ({ kind: 'problem', problem: `"${text}": ${what}` });
  if (found === null) return problem('a pattern is SITE, SITE:OPERAND, SITE#HEAD or SITE:A#HEAD, where * in SITE stands for any characters');
  const [, glob = '', operandText, headText] = found;
  const operand = operandNames.find((name) => name === operandText) ?? null;
  if (operandText !== undefined && operand === null) return problem(`"${operandText}" is no operand: ${operandNames.join(', ')}`);
  if (headText !== undefined && !/^\d{1,4}$/.test(headText)) return problem(`"${headText}" is no head: they count from 0`);
  if (headText !== undefined && operand !== null && operand !== 'A') return problem('only the attention map has heads: operand A of attn.matmul2');
  return { kind: 'key', key: { glob, operand, head: headText === undefined ? null : Number(headText) } };
}

const keySchema = v.pipe(v.string(), v.check((key) => parseOverrideKey(key).kind === 'key', (issue) => keyProblem(issue.input)));
const valueSchema = v.union([bitsSchema, v.literal('fp32'), schemeIdSchema], 'an override is 2 to 8 bits, "fp32", or a scheme');

export const overridesSchema = v.pipe(
  v.record(keySchema, valueSchema),
  v.check((overrides) => misplacedScheme(overrides) === null, (issue) => `"${misplacedScheme(issue.input) ?? ''}": a scheme is for the attention map only, operand A of attn.matmul2`),
);
/** bits 2 to 8, 32 and `none` for FP32, or a scheme. */
export type OverrideValue = number | 'fp32' | SchemeId;
export type Overrides = Readonly<Record<string, OverrideValue>>;

/** What a value asks for, in one spelling: 32 bits, "none" and "fp32" are the same. */
export type OverrideChoice = { readonly kind: 'fp32' } | { readonly kind: 'bits'; readonly bits: number } | { readonly kind: 'scheme'; readonly scheme: SchemeId };

export function overrideChoice(value: OverrideValue): OverrideChoice {
  if (value === 'fp32' || value === 'none' || value === 32) return { kind: 'fp32' };
  return typeof value === 'number' ? { kind: 'bits', bits: value } : { kind: 'scheme', scheme: value };
}

/** One override, read. */
export interface OverridePattern extends OverrideKey {
  /** The key as it was written. */
  readonly pattern: string;
  readonly choice: OverrideChoice;
}

/** Records are never changed, so what was read once stays true. */
const parsed = new WeakMap<Overrides, readonly OverridePattern[]>();

/** The overrides in their order. Throws Error for a key that the schema would have refused. */
export function overridePatterns(overrides: Overrides | undefined): readonly OverridePattern[] {
  if (overrides === undefined) return [];
  const known = parsed.get(overrides);
  if (known !== undefined) return known;
  const patterns = Object.entries(overrides).map(([pattern, value]): OverridePattern => {
    const read = parseOverrideKey(pattern);
    if (read.kind === 'problem') throw new Error(read.problem);
    return { ...read.key, pattern, choice: overrideChoice(value) };
  });
  parsed.set(overrides, patterns);
  return patterns;
}

/** `base` with `added` behind it: a key that both have moves to the end, where it wins. */
export function withOverrides(base: Overrides | undefined, added: Overrides): Overrides {
  const kept = Object.entries(base ?? {}).filter(([key]) => !(key in added));
  return Object.fromEntries([...kept, ...Object.entries(added)]);
}

/** The same overrides, or undefined when there are none: an empty set is never stored. */
export function someOverrides(overrides: Overrides | undefined): Overrides | undefined {
  return overrides === undefined || Object.keys(overrides).length === 0 ? undefined : overrides;
}

function keyProblem(key: unknown): string {
  const read = typeof key === 'string' ? parseOverrideKey(key) : null;
  return read?.kind === 'problem' ? read.problem : 'a pattern of sites is expected';
}

/** A key that gives a scheme to an operand that is no attention map. */
function misplacedScheme(overrides: Overrides): string | null {
  const found = Object.entries(overrides).find(([key, value]) => {
    const read = parseOverrideKey(key);
    return overrideChoice(value).kind === 'scheme' && read.kind === 'key' && read.key.operand !== null && read.key.operand !== 'A';
  });
  return found?.[0] ?? null;
}
