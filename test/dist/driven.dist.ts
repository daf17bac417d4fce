/**
 * The packaged program, driven through one run of the sample: the build that differs from the released one in nothing but the fuse that
 * lets the driver in, started with the arguments of the installed menu entry.
 */
import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Locator } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, onTestFailed, test } from 'vitest';
import { desktopEntry } from '../../tools/dist/desktop-entry.mjs';
import { identity } from '../../tools/dist/identity.mjs';
import { askEngine, connectTestPort } from '../app/ask-engine';
import { launchApp, type RunningApp } from '../app/launch';
import { menuWords } from './install';
import { filesBelow, madePackage, programOf } from './made-package';

const { folder: released, inspectFolder } = madePackage();
const patience = 10 * 60_000;
const images = 100;
const model = 'fashion_vit';

test.runIf(inspectFolder !== undefined)('the build that is driven is the released one but for one byte of its program', () => {
  const driven = inspectFolder ?? '';
  expect(filesBelow(driven)).toEqual(filesBelow(released));
  let different = 0;
  for (const file of filesBelow(released)) {
    const [ours, theirs] = [readFileSync(join(released, file)), readFileSync(join(driven, file))];
    if (ours.equals(theirs)) continue;
    expect(file).toBe(identity.executable);
    expect(theirs.length).toBe(ours.length);
    for (let at = 0; at < ours.length; at++) if (ours[at] !== theirs[at]) different++;
  }
  expect(different).toBe(1);
});

describe.runIf(inspectFolder !== undefined)('one run of the sample', () => {
  let running: RunningApp;
  let folder: string;
  let top1: string;

  /** As the menu starts it, with a workspace file or without. */
  const launch = async (userData: string, file?: string): Promise<RunningApp> => {
    const started = await launchApp({ userData, program: programOf(inspectFolder ?? ''), args: menuWords(desktopEntry('/any/program'), file).slice(1) });
    started.page.setDefaultTimeout(240_000);
    return started;
  };
  /** What the window says and what the program wrote down, for whoever has to find out. */
  const tellOnFailure = (): void =>
    onTestFailed(async () => {
      const page = await running.page.evaluate(() => document.body.innerText).catch(String);
      const log = join(running.userData, 'logs', 'workbench.log');
      console.error([...running.complaints, page.slice(0, 3000), existsSync(log) ? readFileSync(log, 'utf8').slice(-3000) : 'no log'].join('\n'));
    });
  const textOf = async (locator: Locator): Promise<string> => ((await locator.textContent()) ?? '').replace(/\s+/g, ' ').trim();
  const cell = (name: string): Locator => running.page.locator('tbody .cell', { has: running.page.locator(`.visually-hidden:text-is("${model} ${name}")`) });

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'bitlog2-driven-'));
    // Where `npm run dev` has the page from; a packaged program must not care.
    process.env['ELECTRON_RENDERER_URL'] = 'http://127.0.0.1:9/';
    running = await launch(join(folder, 'user-data'));
  });
  afterAll(async () => {
    delete process.env['ELECTRON_RENDERER_URL'];
    await running.close();
    rmSync(folder, { recursive: true, force: true });
  });

  test('it is a packaged program, sandboxed, under the policy', async () => {
    const { page, app } = running;
    expect(await app.evaluate(({ app: shell }) => shell.isPackaged)).toBe(true);
    expect(page.url()).toMatch(/^app:\/\/workbench\//);
    expect(await page.evaluate(() => [typeof Reflect.get(globalThis, 'require'), typeof Reflect.get(globalThis, 'process')])).toEqual(['undefined', 'undefined']);
    expect(await page.evaluate(async () => (await fetch('app://workbench/index.html')).headers.get('content-security-policy'))).toContain("default-src 'none'; script-src 'self'; style-src 'self' 'nonce-");
  });

  test('what is chosen in the dialog is measured, and the board shows what the engine stored', { timeout: patience }, async () => {
    tellOnFailure();
    const { page } = running;
    await page.locator('tbody .cell .interval').first().waitFor();
    await page.click('footer .cancel');
    await page.locator('footer .idle').waitFor();
    await page.click('.context .run');
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('checkbox', { name: 'fashion_swin' }).uncheck();
    for (const scheme of ['Sqrt2_16', 'Sqrt2_17', 'BitLog2_Single_16', 'BitLog2_Single_17', 'BitLog2_Half_16']) await dialog.getByRole('checkbox', { name: scheme, exact: true }).uncheck();
    await dialog.getByRole('textbox', { name: 'Images' }).fill(String(images));
    await dialog.getByRole('textbox', { name: 'Calibration' }).fill('8');
    await page.keyboard.press('Tab');
    await dialog.getByText(`${images} images × 2 cells`).waitFor();
    await dialog.getByRole('button', { name: 'Run 2 cells' }).click();
    await dialog.waitFor({ state: 'detached' });
    await page.locator('footer .idle').filter({ hasText: 'Done' }).waitFor();
    await connectTestPort(page);
    const { runs } = await askEngine(page, 'workspace.summary', null);
    const run = runs.find(({ settings }) => settings.limit === images && settings.scheme === 'BitLog2_Half_17');
    expect(run).toMatchObject({ state: 'done', images, modelName: model });
    top1 = await textOf(cell('BitLog2_Half_17').locator('.figure'));
    expect(top1).toBe(run?.top1?.toFixed(2));
    expect(Number(top1)).toBeGreaterThan(50);
    expect(running.complaints).toEqual([]);
  });

  test('a workspace file that the menu entry is given is the one that opens', { timeout: patience }, async () => {
    tellOnFailure();
    await running.close();
    const file = join(folder, 'kept by the person.bitlog2');
    copyFileSync(join(folder, 'user-data', 'default.bitlog2'), file);
    running = await launch(join(folder, 'other-user-data'), file);
    await cell('BitLog2_Half_17').locator('.figure').waitFor();
    expect(await textOf(cell('BitLog2_Half_17').locator('.figure'))).toBe(top1);
    expect(await running.page.evaluate(async () => Object(await Reflect.get(globalThis, 'workbench').call('app.info', null)).value.workspace)).toBe(file);
  });
});
