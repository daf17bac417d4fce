/**
 * What the engine says, in the language of the window. The engine writes plain English: that is what English windows show, and what
 * "Copy details" copies in every language. Other languages have a sentence for every kind of failure and reason, and rules for the
 * sentences that are worth more than that; what no rule knows stays as the engine wrote it, or gives way to the sentence of its kind.
 */
import type { Failure, FailureKind } from '../../../shared/failure';
import type { Locale } from '../../../shared/window-contract';
import { korean } from './korean';

export interface EngineWords {
  /** First match wins; `$1` and so on stand for what the expression caught. */
  readonly sentences: readonly (readonly [RegExp, string])[];
  /** What happened and what to do, for failures whose sentences no rule knows. */
  readonly failures: Readonly<Record<FailureKind, { readonly what: string; readonly next: string | null }>>;
  /** Why an image was left out, by the engine's name of the reason. */
  readonly skipReasons: Readonly<Record<string, string>>;
}

const words: Readonly<Record<Locale, EngineWords | null>> = { en: null, ko: korean };

/** The sentence in this language; null where the language has none for it. */
function translated(text: string, { sentences }: EngineWords): string | null {
  const rule = sentences.find(([pattern]) => pattern.test(text));
  return rule === undefined ? null : text.replace(rule[0], rule[1]);
}

/** A note or reason of the engine. */
export function engineSentence(text: string, locale: Locale): string {
  const known = words[locale];
  return known === null ? text : translated(text, known) ?? text;
}

/** Why an image was left out: the engine's detail, or the reason in this language. */
export function skipText({ reason, detail }: { readonly reason: string; readonly detail: string }, locale: Locale): string {
  return words[locale]?.skipReasons[reason] ?? detail;
}

/** A failure as it is shown: file and place as they are, sentences in this language. */
export function failureText(failure: Failure, locale: Locale): Failure {
  const known = words[locale];
  if (known === null) return failure;
  const { what, next } = known.failures[failure.kind];
  const { expected: _expected, next: _next, ...kept } = failure;
  const expected = failure.expected === undefined ? null : translated(failure.expected, known);
  const step = (failure.next === undefined ? null : translated(failure.next, known)) ?? next;
  return { ...kept, what: translated(failure.what, known) ?? what, ...(expected === null ? {} : { expected }), ...(step === null ? {} : { next: step }) };
}
