import { afterAll, beforeAll, expect, test } from 'vitest';
import { launchApp, sizes, type RunningApp } from './launch';

let running: RunningApp;

beforeAll(async () => {
  running = await launchApp();
});
afterAll(async () => {
  await running.close();
});

test('the page comes from app:// and has a title', async () => {
  expect(running.page.url()).toMatch(/^app:\/\/workbench\//);
  expect(await running.page.title()).toContain('BitLog2');
});

test('the page has no Node and runs in the sandbox, isolated from the preload script', async () => {
  const inPage = await running.page.evaluate(() => ({
    require: typeof Reflect.get(globalThis, 'require'),
    process: typeof Reflect.get(globalThis, 'process'),
    module: typeof Reflect.get(globalThis, 'module'),
    bridge: Object.keys(Object(Reflect.get(globalThis, 'workbench'))).sort(),
  }));
  expect(inPage).toEqual({ require: 'undefined', process: 'undefined', module: 'undefined', bridge: ['call', 'onEvent', 'pathOfFile', 'styleNonce'] });
  // What the window really runs with; Electron has the method but does not document it.
  const preferences = await running.app.evaluate(({ webContents }) =>
    webContents.getAllWebContents().map((contents) => {
      const all: unknown = Reflect.apply(Reflect.get(contents, 'getLastWebPreferences'), contents, []);
      return Object.fromEntries(['sandbox', 'contextIsolation', 'nodeIntegration', 'webviewTag', 'webSecurity'].map((name) => [name, Reflect.get(Object(all), name)]));
    }),
  );
  expect(preferences).toEqual([{ sandbox: true, contextIsolation: true, nodeIntegration: false, webviewTag: false, webSecurity: true }]);
});

test('the policy is sent as a header, with the nonce that the page knows', async () => {
  const { policy, nonce } = await running.page.evaluate(async () => ({
    policy: (await fetch('app://workbench/index.html')).headers.get('content-security-policy'),
    nonce: String(Reflect.get(Object(Reflect.get(globalThis, 'workbench')), 'styleNonce')),
  }));
  expect(nonce).toMatch(/^[\w+/]{22}==$/);
  expect(policy).toContain(`style-src 'self' 'nonce-${nonce}'`);
  expect(policy).toContain("default-src 'none'");
  expect(policy).not.toMatch(/unsafe/);
});

test('paths that leave the page folder and other hosts are not served', async () => {
  const statuses = await running.page.evaluate(async () => {
    const ask = async (address: string): Promise<number | string> => fetch(address).then((response) => response.status, () => 'refused');
    return Promise.all(['app://workbench/..%2fmain/index.js', 'app://workbench/..%5c..%5cpackage.json', 'app://workbench/none.js', 'app://other/index.html', 'file:///etc/hostname', 'https://example.com/'].map(ask));
  });
  expect(statuses).toEqual([404, 404, 404, 'refused', 'refused', 'refused']);
});

test('the window opens no window, follows no link away, and is granted nothing', async () => {
  const before = running.page.url();
  const result = await running.page.evaluate(async () => {
    const opened = window.open('https://example.com/');
    location.href = 'https://example.com/';
    const notification = await Notification.requestPermission();
    const camera = await navigator.mediaDevices.getUserMedia({ video: true }).then(() => 'granted', () => 'denied');
    return { opened: opened === null, notification, camera };
  });
  expect(result).toEqual({ opened: true, notification: 'denied', camera: 'denied' });
  expect(running.page.url()).toBe(before);
  expect(await running.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().length)).toBe(1);
});

test('it fits the usual and the smallest size', async () => {
  for (const [width, height] of [sizes.usual, sizes.smallest]) {
    const png = await running.screenshot(width, height);
    expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([width, height]);
    expect(await running.page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
  }
});
