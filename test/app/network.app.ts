/**
 * Nothing leaves the machine: what Chromium is asked for and which sockets the app's processes have, over a first start that measures the
 * sample and a walk through every page. The watchers are shown to see something first.
 */
import { createServer } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openFilesOf, processTree, socketsOf, type Socket } from '../helpers/process-sockets';
import { launchApp, type RunningApp } from './launch';

const patience = 4 * 60_000;
let running: RunningApp;

beforeAll(async () => {
  running = await launchApp();
  running.page.setDefaultTimeout(patience);
  await running.app.evaluate(({ session }) => {
    const seen: string[] = [];
    Reflect.set(globalThis, 'requests', seen);
    // These only watch; 'onBeforeRequest' is the app's own.
    session.defaultSession.webRequest.onSendHeaders(({ url }) => void seen.push(url));
    session.defaultSession.webRequest.onErrorOccurred(({ url }) => void seen.push(url));
  });
});
afterAll(async () => {
  await running.close();
});

const requests = (): Promise<string[]> => running.app.evaluate(() => Reflect.get(globalThis, 'requests').slice());
/** The debugger that drives this test listens on loopback and is talked to over loopback; the package's test has none. */
const beyond = (sockets: readonly Socket[]): Socket[] => sockets.filter(({ local, remote, listening }) => (listening ? !local.startsWith('127.0.0.1:') : !remote.startsWith('127.0.0.1:')));
const sockets = (): Socket[] => socketsOf(processTree(running.app.process().pid ?? -1));

test.runIf(process.platform === 'linux')('the watcher of sockets sees one', async () => {
  const server = createServer().listen(0, '0.0.0.0');
  await new Promise((resolve) => server.once('listening', resolve));
  expect(beyond(socketsOf([process.pid]))).toHaveLength(1);
  await new Promise((resolve) => server.close(resolve));
  // The app's debugger is seen too, so its processes are the ones that are looked at.
  expect(sockets().some(({ listening }) => listening)).toBe(true);
});

test('the watcher of requests sees one, and the app cancels it although no policy of a page stands in its way', async () => {
  const failed = await running.app.evaluate(async ({ BrowserWindow }) => {
    const window = new BrowserWindow({ show: false });
    const answer = await window.loadURL('http://127.0.0.1:9/never').then(() => 'loaded', (error: unknown) => String(error));
    window.destroy();
    return answer;
  });
  expect(failed).toContain('ERR_BLOCKED_BY_CLIENT');
  expect(await requests()).toContain('http://127.0.0.1:9/never');
  await running.app.evaluate(() => void Reflect.get(globalThis, 'requests').splice(0));
});

test('a first start, the sample and every page ask for nothing', { timeout: patience }, async () => {
  const { page } = running;
  const found: Socket[] = [];
  const look = (): void => void found.push(...beyond(sockets()));
  await page.locator('tbody .cell .interval').first().waitFor();
  look();
  // The engine is at work, its workspace is open; what ONNX Runtime would collect to send lies in a database of its own.
  const files = openFilesOf(processTree(running.app.process().pid ?? -1));
  if (process.platform === 'linux') expect(files.some((path) => path.endsWith('default.bitlog2'))).toBe(true);
  expect(files.filter((path) => /onnxruntime\.db|DeveloperTools/.test(path))).toEqual([]);
  await page.click('footer .cancel');
  await page.locator('footer .idle').waitFor();
  await page.locator('tbody .cell').nth(1).click();
  for (const key of ['2', '3', '4', '5', '6', '1']) {
    await page.keyboard.press(`Control+${key}`);
    await page.locator('.tab[aria-current=page]').waitFor();
    await page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 700)));
    look();
  }
  await page.keyboard.press('Control+/');
  await page.getByRole('dialog').waitFor();
  await page.keyboard.press('Escape');
  expect((await requests()).filter((url) => !/^(app|blob|data|devtools):/.test(url))).toEqual([]);
  expect(found).toEqual([]);
});
