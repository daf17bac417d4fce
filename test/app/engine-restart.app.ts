import { afterAll, beforeAll, expect, test } from 'vitest';
import { launchApp, type RunningApp } from './launch';

let running: RunningApp;

beforeAll(async () => {
  running = await launchApp();
});
afterAll(async () => {
  await running.close();
});

/** Process ids of the engine, as Electron counts its processes. */
const engines = (): Promise<number[]> =>
  running.app.evaluate(({ app }) =>
    app
      .getAppMetrics()
      .filter(({ name }) => name === 'bitlog2-engine')
      .map(({ pid }) => pid),
  );

/**
 * Asks for a port of the test's own and the engine's version through it; waits as long as that takes. The page's first port may arrive
 * only now and be replaced by the one asked for: the question goes out on every port, the first answer counts.
 */
function askEngine(): Promise<unknown> {
  return running.page.evaluate(
    () =>
      new Promise((resolve) => {
        const listen = (event: MessageEvent): void => {
          const [port] = event.ports;
          if (port === undefined || event.data?.kind !== 'engine-port') return;
          // The page's own client has already taken this port: both hear the answers, each knows its ids.
          port.addEventListener('message', ({ data }) => {
            if (data.id !== 1_000_000) return;
            removeEventListener('message', listen);
            resolve(data);
          });
          port.start();
          port.postMessage({ kind: 'call', id: 1_000_000, method: 'engine.info', params: null });
        };
        addEventListener('message', listen);
        void Reflect.get(globalThis, 'workbench').call('engine.connect', null);
      }),
  );
}

test('the engine answers over the brokered port', async () => {
  expect(await askEngine()).toMatchObject({ kind: 'result', value: { onnxruntime: expect.stringMatching(/^1\./) } });
});

test('an engine that is killed is started again, the window lives on and gets a port to the new one', async () => {
  const [first, ...others] = await engines();
  expect(others).toEqual([]);
  if (first === undefined) throw new Error('no engine process is running');
  process.kill(first, 'SIGKILL');
  await expect.poll(async () => (await engines()).filter((pid) => pid !== first).length, { timeout: 30_000 }).toBe(1);
  expect(await askEngine()).toMatchObject({ kind: 'result' });
  expect(await running.page.evaluate(() => document.visibilityState)).toBe('visible');
});
