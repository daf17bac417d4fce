/**
 * The rows of docs/security.md in the built app: what a page that has been taken over can try, tried from the page itself; and what another
 * page would get from the shell. `window.app.ts` has the first lines of some of them, the package's own rows are in test/dist. Long, because it is one table,
 * and every row is tried in the same running app.
 */
import { randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { root } from '../../tools/lib/targets.mjs';
import { launchApp, type RunningApp } from './launch';

const preload = join(root, 'out', 'preload', 'index.js');
let running: RunningApp;
let home: string;

beforeAll(async () => {
  running = await launchApp();
  home = running.page.url();
});
afterAll(async () => {
  await running.close();
});

/** The policy is lifted while Playwright's own call is on the stack: what is tried here runs after it, as the page's own code does. */
const afterCall = (work: string): Promise<unknown> =>
  running.page.evaluate((text) => new Promise((resolve) => setTimeout(() => void (async () => resolve(await Reflect.get(globalThis, 'attempts')[text]()))(), 0)), work);

interface Violation {
  readonly directive: string;
  readonly blocked: string;
}

test('every window runs with exactly these preferences', async () => {
  const preferences = await running.app.evaluate(({ webContents }) => webContents.getAllWebContents().map((contents): unknown => Reflect.apply(Reflect.get(contents, 'getLastWebPreferences'), contents, [])));
  // Electron 25 has one more that newer ones took away.
  const [{ enableWebSQL: _gone, ...only }] = preferences.map(Object) as [Record<string, unknown>];
  expect(preferences).toHaveLength(1);
  expect(only).toEqual({
    allowRunningInsecureContent: false,
    contextIsolation: true,
    disablePopups: false,
    enableBlinkFeatures: '',
    experimentalFeatures: false,
    javascript: true,
    nodeIntegration: false,
    nodeIntegrationInSubFrames: false,
    sandbox: true,
    webSecurity: true,
    webviewTag: false,
  });
});

test('neither the page’s world nor the preload script’s has Node', async () => {
  const session = await running.page.context().newCDPSession(running.page);
  const worlds: { id: number; name: string; origin: string }[] = [];
  session.on('Runtime.executionContextCreated', ({ context }) => worlds.push(context));
  await session.send('Runtime.enable');
  const isolated = worlds.find(({ name }) => name === 'Electron Isolated Context');
  expect(isolated, worlds.map(({ name }) => name).join()).toBeDefined();
  for (const { id, name } of worlds) {
    const { result } = await session.send('Runtime.evaluate', { contextId: id, expression: '[typeof require, typeof process, typeof module, typeof Buffer, typeof global].join()' });
    expect(result.value, name).toBe('undefined,undefined,undefined,undefined,undefined');
  }
  await session.detach();
});

test('the policy stops what an injected page would do, and says each', async () => {
  await running.page.evaluate(() => {
    const violations: { directive: string; blocked: string }[] = [];
    document.addEventListener('securitypolicyviolation', ({ effectiveDirective, blockedURI }) => violations.push({ directive: effectiveDirective, blocked: blockedURI }));
    const add = (name: string, change: (element: HTMLElement) => void): void => {
      const element = document.createElement(name);
      change(element);
      document.body.append(element);
    };
    const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 400));
    const attempts = {
      inject: async () => {
        Reflect.set(globalThis, 'ran', []);
        add('script', (script) => { script.textContent = 'ran.push("inline script")'; });
        add('script', (script) => script.setAttribute('src', 'https://example.com/a.js'));
        add('script', (script) => script.setAttribute('src', 'data:text/javascript,ran.push("data script")'));
        add('button', (button) => { button.setAttribute('onclick', 'ran.push("handler")'); button.click(); });
        add('a', (link) => { link.setAttribute('href', 'javascript:ran.push("javascript link")'); link.click(); });
        add('style', (style) => { style.textContent = 'body { --injected: 1 }'; });
        add('link', (link) => { link.setAttribute('rel', 'stylesheet'); link.setAttribute('href', 'https://example.com/a.css'); });
        add('img', (image) => image.setAttribute('src', 'https://example.com/a.png'));
        add('iframe', (frame) => frame.setAttribute('src', 'https://example.com/'));
        add('iframe', (frame) => frame.setAttribute('src', 'data:text/html,framed'));
        add('object', (object) => object.setAttribute('data', 'data:application/pdf,'));
        add('base', (base) => base.setAttribute('href', 'https://example.com/'));
        add('form', (form) => { form.setAttribute('action', 'https://example.com/'); if (form instanceof HTMLFormElement) form.submit(); });
        await settled();
        return { ran: Reflect.get(globalThis, 'ran'), injected: getComputedStyle(document.body).getPropertyValue('--injected'), base: document.baseURI, violations };
      },
      evaluate: () => [
        () => Reflect.apply(Reflect.get(globalThis, 'eval'), undefined, ['1']),
        () => Reflect.construct(Function, ['return 1'])(),
        () => setTimeout('ran.push("timer")', 0),
      ].map((attempt) => { try { return String(attempt()); } catch (error) { return error instanceof Error ? error.name : 'other'; } }),
      connect: async () => {
        const refused = (work: () => Promise<unknown>): Promise<string> => work().then(() => 'let through', () => 'refused');
        const opened = (make: () => EventTarget): Promise<string> => new Promise((resolve) => {
          try { const target = make(); target.addEventListener('open', () => resolve('let through')); target.addEventListener('error', () => resolve('refused')); }
          catch { resolve('refused'); }
        });
        return Promise.all([
          refused(() => fetch('https://example.com/')),
          refused(() => fetch('file:///etc/hostname')),
          refused(() => fetch('http://127.0.0.1:9/')),
          opened(() => new WebSocket('wss://example.com/')),
          opened(() => new EventSource('https://example.com/')),
          opened(() => new Worker(URL.createObjectURL(new Blob(['0'])))),
        ]);
      },
      beacon: async () => { navigator.sendBeacon('https://example.com/', 'x'); await settled(); return violations; },
    };
    Reflect.set(globalThis, 'attempts', attempts);
  });

  const injected = Object(await afterCall('inject'));
  expect(injected.ran).toEqual([]);
  expect(injected.injected).toBe('');
  expect(injected.base).toBe(home);
  const directives = new Set(injected.violations.map(({ directive }: Violation) => directive));
  expect([...directives].sort()).toEqual(expect.arrayContaining(['base-uri', 'frame-src', 'img-src', 'script-src-attr', 'script-src-elem', 'style-src-elem']));
  expect(running.page.url()).toBe(home);

  expect(await afterCall('evaluate')).toEqual(['EvalError', 'EvalError', expect.any(String)]);
  expect(await afterCall('connect')).toEqual(Array.from({ length: 6 }, () => 'refused'));
  expect(await afterCall('beacon')).toContainEqual({ directive: 'connect-src', blocked: 'https://example.com/' });
  expect(await running.page.evaluate(() => Reflect.get(globalThis, 'ran'))).toEqual([]);
});

test('no permission is granted, whichever is asked for', async () => {
  const states = await running.page.evaluate(async () => {
    const names = ['geolocation', 'notifications', 'camera', 'microphone', 'clipboard-read', 'clipboard-write', 'midi', 'persistent-storage', 'screen-wake-lock', 'background-sync', 'payment-handler', 'local-fonts', 'window-management', 'idle-detection', 'display-capture'];
    const query = Reflect.get(navigator.permissions, 'query');
    return Object.fromEntries(await Promise.all(names.map(async (name): Promise<[string, string]> => [name, Object(await Reflect.apply(query, navigator.permissions, [{ name }])).state])));
  });
  expect(new Set(Object.values(states))).toEqual(new Set(['denied']));
  const asked = await running.page.evaluate(async () => {
    const result = (work: Promise<unknown>): Promise<string> => work.then(() => 'granted', () => 'denied');
    return Promise.all([
      result(navigator.mediaDevices.getUserMedia({ audio: true })),
      result(navigator.mediaDevices.getDisplayMedia({ video: true })),
      result(new Promise((resolve, reject) => navigator.geolocation.getCurrentPosition(resolve, reject))),
      result(navigator.clipboard.readText()),
      Notification.requestPermission().then(String),
    ]);
  });
  expect(asked).toEqual(['denied', 'denied', 'denied', 'denied', 'denied']);
});

test('the window stays on its page, whatever tries to move it', async () => {
  const file = join(running.userData, 'page.html');
  writeFileSync(file, 'not ours');
  const targets = ['https://example.com/', pathToFileURL(file).href, 'data:text/html,not ours', 'app://other/index.html', 'blob:null/none', 'bitlog2:x'];
  for (const target of targets) {
    await running.page.evaluate((address) => { location.href = address; }, target);
    await running.page.evaluate(async (address) => {
      const link = document.createElement('a');
      link.href = address;
      link.target = '_blank';
      document.body.append(link);
      link.click();
      link.remove();
      const saved = document.createElement('a');
      saved.href = address;
      saved.download = 'saved.bin';
      saved.click();
      await new Promise((resolve) => setTimeout(resolve, 100));
    }, target);
    expect(running.page.url(), target).toBe(home);
  }
  expect(await running.page.evaluate(() => document.body.innerText)).not.toContain('not ours');
});

test('no second window, no webview, whatever asks for one', async () => {
  const opened = await running.page.evaluate((own) => {
    const webview = document.createElement('webview');
    webview.setAttribute('src', 'https://example.com/');
    document.body.append(webview);
    return [own, 'about:blank', 'https://example.com/', 'data:text/html,x'].map((address) => window.open(address, '_blank', 'nodeIntegration=yes,sandbox=no') === null);
  }, home);
  expect(opened).toEqual([true, true, true, true]);
  expect(await running.app.evaluate(({ webContents }) => webContents.getAllWebContents().length)).toBe(1);
});

test('peer connections gather no address and ask no server', async () => {
  const policy = await running.app.evaluate(({ webContents }) => webContents.getAllWebContents().map((contents) => contents.getWebRTCIPHandlingPolicy()));
  expect(policy).toEqual(['disable_non_proxied_udp']);
  const candidates = await running.page.evaluate(async () => {
    const peer = new RTCPeerConnection({ iceServers: [{ urls: 'stun:stun.example.com:3478' }] });
    const found: string[] = [];
    peer.addEventListener('icecandidate', ({ candidate }) => { if (candidate?.candidate) found.push(candidate.candidate); });
    peer.createDataChannel('x');
    await peer.setLocalDescription(await peer.createOffer());
    await new Promise<void>((resolve) => {
      if (peer.iceGatheringState === 'complete') resolve();
      else peer.addEventListener('icegatheringstatechange', () => { if (peer.iceGatheringState === 'complete') resolve(); });
    });
    peer.close();
    return found;
  });
  expect(candidates).toEqual([]);
});

test('links reach the browser only over the list, in their normal form', async () => {
  await running.app.evaluate(({ shell }) => {
    const opened: string[] = [];
    Reflect.set(globalThis, 'openedLinks', opened);
    Reflect.set(shell, 'openExternal', (address: string) => {
      opened.push(address);
      return Promise.resolve();
    });
  });
  const asked = [
    'https://arxiv.org/abs/2212.08254', ' HTTPS://ARXIV.org/a/../b ', 'http://arxiv.org/', 'https://arxiv.org@example.com/', 'https://me@arxiv.org/', 'https://arxiv.org:444/', 'https://arxiv.org.example.com/',
    'javascript:alert(1)', 'file:///etc/passwd', 'smb://arxiv.org/x', '\\\\arxiv.org\\x', 'ms-settings:', 'mailto:a@arxiv.org', 'vscode://x', 'https:/\\arxiv.org@example.com', 'arxiv.org', '',
  ];
  const answers = await running.page.evaluate(async (urls) => Promise.all(urls.map(async (url) => Object(await Reflect.get(globalThis, 'workbench').call('link.open', { url })).ok)), asked);
  expect(answers.map((ok, index) => (ok === true ? asked[index] : undefined)).filter((address) => address !== undefined)).toEqual(asked.slice(0, 2));
  expect(await running.app.evaluate(() => Reflect.get(globalThis, 'openedLinks'))).toEqual(['https://arxiv.org/abs/2212.08254', 'https://arxiv.org/b']);
});

test.each([
  ['a page without an origin', 'data:text/html,<title>x</title>'],
  ['a file', 'file'],
])('%s with the same preload script gets nothing from the shell', async (_name, address) => {
  const file = join(running.userData, `${randomUUID()}.html`);
  writeFileSync(file, '<title>x</title>');
  const answers = await running.app.evaluate(
    async ({ BrowserWindow }, [script, page]) => {
      const window = new BrowserWindow({ show: false, webPreferences: { preload: script, sandbox: true, contextIsolation: true } });
      try {
        await window.loadURL(page);
        const answer: unknown = await window.webContents.executeJavaScript(
          "Promise.all(['app.info', 'engine.connect', 'clipboard.text', 'no.such'].map((name) => workbench.call(name, null)))",
        );
        return answer;
      } finally {
        window.destroy();
      }
    },
    [preload, address === 'file' ? pathToFileURL(file).href : address] as const,
  );
  expect(answers).toEqual(Array.from({ length: 4 }, () => ({ ok: false, reason: 'this frame may not call the shell' })));
});

test('the shell listens on one channel', async () => {
  const channels = await running.app.evaluate(({ ipcMain }) => ({ handled: [...Reflect.get(ipcMain, '_invokeHandlers').keys()].map(String), heard: ipcMain.eventNames().map(String).filter((name) => name !== 'error') }));
  expect(channels).toEqual({ handled: ['workbench-call'], heard: [] });
});

test('app:// gives files of the page alone', async () => {
  const addresses = ['app://workbench/..%2fmain/index.js', 'app://workbench/%252e%252e/x.js', 'app://workbench//server/share/a.js', 'app://workbench/%5c%5cserver%5cshare%5ca.js', 'app://workbench/c:/a.js', 'app://workbench/etc/passwd', 'app://workbench/assets'];
  const statuses = await running.page.evaluate(async (list) => Promise.all(list.map(async (address) => (await fetch(address)).status)), addresses);
  expect(statuses).toEqual(addresses.map(() => 404));
  expect(await running.page.evaluate(async () => (await fetch('app://workbench/index.html', { method: 'POST' })).status)).toBe(404);
});

test.each(['about:blank', 'about:srcdoc'])('%s, before which Chromium asks nobody, is replaced by the app’s page in a new window', async (address) => {
  const next = running.app.waitForEvent('window');
  await running.page.evaluate((target) => void setTimeout(() => { location.href = target; }, 0), address);
  const page = await next;
  await page.waitForLoadState('load');
  expect(page.url()).toBe(home);
  await expect.poll(() => running.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().length)).toBe(1);
  expect(await page.evaluate(async () => Object(await Reflect.get(globalThis, 'workbench').call('app.info', null)).ok)).toBe(true);
  running = { ...running, page };
});
