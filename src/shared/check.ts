/** valibot at the doors, for code that may not import it: a value is what the schema says, or the first problem and its place. */
import type * as v from 'valibot';
import { check, type Checked } from './check-value';
import { engineContract, requestMessageSchema, type EngineMethod, type ParamsOf, type RequestMessage } from './engine-contract';

export { check, type Checked };

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
