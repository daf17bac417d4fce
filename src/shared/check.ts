/** valibot at the doors, for code that may not import it: a value is what the schema says, or the first problem and its place. */
import * as v from 'valibot';
import { engineContract, requestMessageSchema, type EngineMethod, type ParamsOf, type RequestMessage } from './engine-contract';

export type Checked<T> = { readonly kind: 'valid'; readonly value: T } | { readonly kind: 'invalid'; readonly problem: string; readonly place: string | null };

/** Checks any value against a schema. */
export function check<S extends v.GenericSchema>(schema: S, value: unknown): Checked<v.InferOutput<S>> {
  const result = v.safeParse(schema, value);
  if (result.success) return { kind: 'valid', value: result.output };
  const issue = result.issues[0];
  return { kind: 'invalid', problem: issue.message, place: v.getDotPath(issue) };
}

/** A message of the wire; null for anything else. */
export function checkRequest(message: unknown): RequestMessage | null {
  const checked = check(requestMessageSchema, message);
  return checked.kind === 'valid' ? checked.value : null;
}

export function isEngineMethod(method: string): method is EngineMethod {
  return Object.hasOwn(engineContract, method);
}

/** The parameters of a call. */
export function checkParams<M extends EngineMethod>(method: M, params: unknown): Checked<ParamsOf<M>> {
  const schema: v.GenericSchema<ParamsOf<M>> = engineContract[method].params;
  return check(schema, params);
}
