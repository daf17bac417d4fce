/** What must stand nowhere, or in one file only. Lint has some of these rules too; here they hold for every file of the product, whatever lint ignores. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { root } from '../../tools/lib/targets.mjs';

/** Comments may name what they warn of. */
const withoutComments = (text: string): string => text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|\s)\/\/.*$/gm, '$1');

const sources = new Map(
  readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
    .map((file) => `src/${file.replaceAll('\\', '/')}`)
    .filter((file) => /\.(ts|vue|html)$/.test(file))
    .map((file) => [file, withoutComments(readFileSync(join(root, file), 'utf8'))] as const),
);

const filesWith = (pattern: RegExp): string[] => [...sources].filter(([, text]) => pattern.test(text)).map(([file]) => file).sort();
const packageName = (name: string): string => `from ['"]${name}(/[^'"]*)?['"]`;

test('there is something to look at', () => {
  expect(sources.size).toBeGreaterThan(300);
  expect(filesWith(/contextBridge/)).toEqual(['src/preload/index.ts']);
});

test.each([
  ['ipcMain', /\bipcMain\b/, ['src/main/window-calls.ts']],
  ['ipcRenderer', /\bipcRenderer\b/, ['src/preload/index.ts']],
  ['shell.openExternal', /\.openExternal\b/, ['src/main/open-external.ts']],
  ['shell.openPath', /\.openPath\b/, ['src/main/saved-files.ts', 'src/main/show-folder.ts']],
  ['crash reports', /\bcrashReporter\b/, ['src/main/crash-reports.ts']],
  ['new BrowserWindow', /\bnew BrowserWindow\b/, ['src/main/window.ts']],
  ['webPreferences', /\bwebPreferences\b/, ['src/main/window.ts']],
  ['protocol handlers', /\bprotocol\.(handle|registerSchemesAsPrivileged|register\w+Protocol|intercept\w+Protocol)\b/, ['src/main/protocol.ts']],
  ['setWindowOpenHandler', /\bsetWindowOpenHandler\b/, ['src/main/security.ts']],
  ['utilityProcess', /\butilityProcess\.fork\b/, ['src/main/fork-engine.ts']],
  // Downloads that the person asks for: https to hosts on a list, checked against a hash.
  ['modules of the network', new RegExp(packageName('(node:)?(http|https|http2|net|tls|dgram|dns)')), ['src/engine/runtime/downloads/https-get.ts']],
])('%s: only where it belongs', (_name, pattern, files) => {
  expect(filesWith(pattern)).toEqual(files);
});

test.each([
  ['options that weaken a window', /\b(webSecurity|allowRunningInsecureContent|experimentalFeatures|enableBlinkFeatures|nodeIntegrationInWorker|nodeIntegrationInSubFrames|allowpopups|enableRemoteModule)\b/],
  ['switches of Chromium', /\bappendSwitch\b|\bappendArgument\b/],
  ['Electron’s own network', /\b(net|session)\.(fetch|request)\b|\bautoUpdater\b|\buploadToServer: true\b/],
  ['the page’s network', /(?<![.\w])fetch\(|\bXMLHttpRequest\b|\bWebSocket\b|\bEventSource\b|\bsendBeacon\b|\bRTCPeerConnection\b/],
  ['text that becomes code', /(?<![.\w])eval\(|\bnew Function\b|\bexecuteJavaScript\b|\brunInThisContext\b/],
  ['text that becomes markup', /\.(inner|outer)HTML\b|\binsertAdjacentHTML\b|\bdocument\.write\b|\bv-html\b/],
  ['listening', /\bcreateServer\b|\bnew \w*Server\b/],
  ['webviews', /<webview\b|\bwebviewTag: true\b/],
  ['a debugger’s protocol', /\.debugger\.attach\b|\bopenDevTools\b/],
])('%s: nowhere', (_name, pattern) => {
  expect(filesWith(pattern)).toEqual([]);
});

test('the main process and the page start no programs', () => {
  expect(filesWith(new RegExp(packageName('(node:)?child_process'))).filter((file) => /^src\/(main|preload|renderer|shared|charts|report)\//.test(file))).toEqual([]);
});
