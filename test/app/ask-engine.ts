/** Calls of the engine contract over a port of the test's own, exactly as the page makes them. */
import type { Page } from 'playwright-core';
import type { EngineMethod, ParamsOf, ResultOf } from '../../src/shared/engine-contract';
import { parseReply, parseResult } from '../../src/shared/engine-replies';

/**
 * Asks the shell for a port, once, and keeps it in the page. The page's client moves to the same port (both hear the answers, each knows
 * its ids), so calls that it is waiting for are lost: connect while it waits for nothing.
 */
export async function connectTestPort(page: Page): Promise<void> {
  await page.evaluate(
    () =>
      new Promise<void>((resolve) => {
        const listen = ({ ports: [port], data }: MessageEvent): void => {
          if (port === undefined || data?.kind !== 'engine-port') return;
          removeEventListener('message', listen);
          port.start();
          Reflect.set(globalThis, 'testPort', port);
          resolve();
        };
        addEventListener('message', listen);
        void Reflect.get(globalThis, 'workbench').call('engine.connect', null);
      }),
  );
}

let calls = 0;

/**
 * One call over that port, its answer checked.
 *
 * @throws {Error} with the engine's failure when it has no answer
 */
export async function askEngine<M extends EngineMethod>(page: Page, method: M, params: ParamsOf<M>): Promise<ResultOf<M>> {
  const answer: unknown = await page.evaluate(
    ([name, given, id]) =>
      new Promise((resolve) => {
        const port: MessagePort = Reflect.get(globalThis, 'testPort');
        const listen = ({ data }: MessageEvent): void => {
          if (data.id !== id || data.kind === 'event') return;
          port.removeEventListener('message', listen);
          resolve(data);
        };
        port.addEventListener('message', listen);
        port.postMessage({ kind: 'call', id, method: name, params: given });
      }),
    [method, params, 1_000_000 + calls++] as const,
  );
  const reply = parseReply(answer);
  if (reply.kind !== 'result') throw new Error(`${method}: ${JSON.stringify(reply)}`);
  return parseResult(method, reply.value);
}
