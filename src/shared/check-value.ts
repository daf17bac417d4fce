/** valibot at the doors: a value is what the schema says, or the first problem and its place. */
import * as v from 'valibot';

export type Checked<T> = { readonly kind: 'valid'; readonly value: T } | { readonly kind: 'invalid'; readonly problem: string; readonly place: string | null };

/** Checks any value against a schema. */
export function check<S extends v.GenericSchema>(schema: S, value: unknown): Checked<v.InferOutput<S>> {
  const result = v.safeParse(schema, value);
  if (result.success) return { kind: 'valid', value: result.output };
  const issue = result.issues[0];
  return { kind: 'invalid', problem: issue.message, place: v.getDotPath(issue) };
}
