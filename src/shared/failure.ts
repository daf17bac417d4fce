/**
 * Expected failures as data: what went wrong, where, what was expected, and what to do next.
 * They cross every boundary (worker, process, window) unchanged; bugs stay exceptions with a stack.
 */
import * as v from 'valibot';

export const failureKinds = [
  'model-unreadable', 'model-unsupported', 'model-quantised', 'model-no-attention', 'model-values', 'model-input',
  'dataset-unreadable', 'dataset-empty', 'dataset-layout', 'list-unreadable', 'image-skipped',
  'labels-mismatch', 'settings', 'recipe', 'workspace-newer', 'workspace-locked', 'workspace-invalid', 'workspace-missing',
  'disk-full', 'memory', 'download', 'calibration', 'golden-unreadable', 'stopped', 'engine-lost', 'not-found', 'internal',
] as const;

export type FailureKind = (typeof failureKinds)[number];

/** A failure a user can act on. Sentences are plain English without a final full stop being required. */
export const failureSchema = v.object({
  kind: v.picklist(failureKinds),
  /** What went wrong, one sentence. */
  what: v.string(),
  /** The file or folder concerned. */
  file: v.optional(v.string()),
  /** The place inside it: a node, a site, a line, a field. */
  place: v.optional(v.string()),
  /** What was expected there. */
  expected: v.optional(v.string()),
  /** What the user can do next. */
  next: v.optional(v.string()),
});

export type Failure = Readonly<v.InferOutput<typeof failureSchema>>;

/** Carries a Failure through code that throws. Its message is the failure written out. */
export class EngineError extends Error {
  constructor(readonly failure: Failure) {
    super(describeFailure(failure));
    this.name = 'EngineError';
  }
}

/** Shorthand: build and throw-ready EngineError. */
export function fail(kind: FailureKind, what: string, rest: Omit<Failure, 'kind' | 'what'> = {}): EngineError {
  return new EngineError({ kind, what, ...rest });
}

/** The failure as lines of text for a terminal: what, then file, place, expected, next, each only where known. */
export function describeFailure(failure: Failure): string {
  const lines = [failure.what];
  if (failure.file !== undefined) lines.push(`  file:     ${failure.file}`);
  if (failure.place !== undefined) lines.push(`  place:    ${failure.place}`);
  if (failure.expected !== undefined) lines.push(`  expected: ${failure.expected}`);
  if (failure.next !== undefined) lines.push(`  next:     ${failure.next}`);
  return lines.join('\n');
}

/** Any thrown value as a Failure: EngineErrors keep theirs, everything else is an internal error with its message. */
export function toFailure(error: unknown): Failure {
  if (error instanceof EngineError) return error.failure;
  const detail = error instanceof Error ? error.stack ?? error.message : String(error);
  return { kind: 'internal', what: 'Internal error: this is a bug in the program', place: detail, next: 'Report it with this text' };
}
