/** Checks what the engine sends before the window believes it. Beside the contract, so that the page needs no schema library. */
import type * as v from 'valibot';
import { check } from './check';
import type { EngineMethod, EventOf, ReplyMessage, ResultOf } from './engine-contract';
import { engineContract, replyMessageSchema } from './engine-contract';
import { fail } from './failure';

/** @throws {EngineError} `internal` when the message is none of the contract's */
export function parseReply(message: unknown): ReplyMessage {
  const checked = check(replyMessageSchema, message);
  if (checked.kind === 'valid') return checked.value;
  throw fail('internal', 'The engine sent a message that is not part of the contract', { expected: checked.problem });
}

/** @throws {EngineError} `internal`, with the place in the answer that is not as agreed */
export function parseResult<M extends EngineMethod>(method: M, value: unknown): ResultOf<M> {
  return parseAs(method, 'answer', engineContract[method].result, value) as ResultOf<M>;
}

/** @throws {EngineError} `internal`, with the place in the event that is not as agreed */
export function parseEvent<M extends EngineMethod>(method: M, event: unknown): EventOf<M> {
  return parseAs(method, 'event', engineContract[method].events, event) as EventOf<M>;
}

function parseAs(method: string, what: string, schema: v.GenericSchema<unknown, unknown>, value: unknown): unknown {
  const checked = check(schema, value);
  if (checked.kind === 'valid') return checked.value;
  throw fail('internal', `The engine's ${what} to ${method} is not what was agreed`, { place: checked.place ?? undefined, expected: checked.problem });
}
