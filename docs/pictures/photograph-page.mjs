/** A page of HTML as a picture, drawn by the Electron that the program uses: no other browser is needed. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { _electron } from 'playwright-core';
import { findElectron } from '../../tools/electron/find-electron.mjs';
import { hasDisplay, startVirtualDisplay } from '../../tools/lib/display.mjs';
import { rootSwitches } from '../../tools/lib/electron-switches.mjs';
import { root } from '../../tools/lib/targets.mjs';

/** @param {string} html @param {string} file PNG @param {number} width pixels */
export async function photographPage(html, file, width) {
  const folder = mkdtempSync(join(tmpdir(), 'bitlog2-sheet-'));
  const virtual = hasDisplay() ? undefined : await startVirtualDisplay();
  try {
    writeFileSync(join(folder, 'page.html'), html);
    writeFileSync(join(folder, 'main.js'), `const { app, BrowserWindow } = require('electron'); app.whenReady().then(() => new BrowserWindow({ width: ${width}, height: 900, useContentSize: true }).loadFile(${JSON.stringify(join(folder, 'page.html'))}));`);
    writeFileSync(join(folder, 'package.json'), '{"name":"sheet","main":"main.js"}');
    const { binary } = await findElectron({ root });
    const app = await _electron.launch({ executablePath: binary, args: [folder, `--user-data-dir=${join(folder, 'data')}`, ...rootSwitches()], env: { ...process.env, ...(virtual === undefined ? {} : { DISPLAY: virtual.display }) } });
    const page = await app.firstWindow();
    await page.waitForFunction(() => document.images.length > 0 && [...document.images].every(({ complete }) => complete));
    const height = await page.evaluate(() => document.documentElement.scrollHeight);
    await app.evaluate(({ BrowserWindow }, size) => BrowserWindow.getAllWindows()[0].setContentSize(size.width, size.height), { width, height });
    await page.screenshot({ path: file, fullPage: true });
    await app.close();
  } finally {
    await virtual?.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}
