/** The contract on a message port: in the app a MessagePortMain of the engine process, in tests one end of a MessageChannel. */
import { checkParams, checkRequest, isEngineMethod } from '../../shared/check';
import { fail, toFailure } from '../../shared/failure';
import { engineContract, type CallOptions, type EngineClient, type EngineMethod, type ReplyMessage, type ResultOf } from '../../shared/engine-contract';

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
    const request = checkRequest(message);
    if (request === null) return;
    if (request.kind === 'abort') {
      running.get(request.id)?.abort();
      return;
    }
    const { id, method, params } = request;
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
  if (!isEngineMethod(method)) throw fail('settings', `The engine knows no call ${method}`, { expected: Object.keys(engineContract).join(', ') });
  return call(engine, method, params, { signal, onEvent });
}

function call<M extends EngineMethod>(engine: EngineClient, method: M, params: unknown, options: CallOptions<M>): Promise<ResultOf<M>> {
  const checked = checkParams(method, params);
  if (checked.kind === 'invalid') throw fail('settings', `The call ${method} is not valid: ${checked.problem}`, { place: checked.place ?? method });
  return engine.call(method, checked.value, options);
}
