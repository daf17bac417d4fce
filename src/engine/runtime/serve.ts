/** The contract on a message port: in the app a MessagePortMain of the engine process, in tests one end of a MessageChannel. */
import * as v from 'valibot';
import { fail, toFailure } from '../../shared/failure';
import { engineContract, requestMessageSchema, type EngineClient, type EngineMethod, type ReplyMessage } from '../../shared/engine-contract';

/** What is needed of a port; messages arrive unwrapped. */
export interface EnginePort {
  postMessage(message: ReplyMessage): void;
  onMessage(listener: (message: unknown) => void): void;
  onClose(listener: () => void): void;
}

/** Answers calls on `port`. When it closes, everything that was asked through it is aborted. */
export function serve(engine: EngineClient, port: EnginePort): void {
  const running = new Map<number, AbortController>();
  port.onMessage((message) => {
    const request = v.safeParse(requestMessageSchema, message);
    if (!request.success) return;
    if (request.output.kind === 'abort') {
      running.get(request.output.id)?.abort();
      return;
    }
    const { id, method, params } = request.output;
    const controller = new AbortController();
    running.set(id, controller);
    void answer(engine, method, params, controller.signal, (event) => port.postMessage({ kind: 'event', id, event }))
      .then((value) => port.postMessage({ kind: 'result', id, value }), (error: unknown) => port.postMessage({ kind: 'failure', id, failure: toFailure(error) }))
      .finally(() => running.delete(id));
  });
  port.onClose(() => {
    for (const controller of running.values()) controller.abort();
  });
}

async function answer(engine: EngineClient, method: string, params: unknown, signal: AbortSignal, onEvent: (event: unknown) => void): Promise<unknown> {
  if (!isMethod(method)) throw fail('settings', `The engine knows no call ${method}`, { expected: Object.keys(engineContract).join(', ') });
  const schema: v.GenericSchema = engineContract[method].params;
  const checked = v.safeParse(schema, params);
  if (!checked.success) throw fail('settings', `The call ${method} is not valid: ${checked.issues[0].message}`, { place: v.getDotPath(checked.issues[0]) ?? method });
  // Validated by the schema of this very method just above.
  return engine.call(method, params as never, { signal, onEvent });
}

function isMethod(method: string): method is EngineMethod {
  return Object.hasOwn(engineContract, method);
}
