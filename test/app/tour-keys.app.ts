/**
 * Without a pointer, in Korean and the small window: every page by its key, the selection by arrows, a menu and an export by Tab and Enter.
 * Then the odd states: FP32 chosen, a cell that never ran, an empty workspace. Each shows a sentence and an action.
 */
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Locator, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { launchApp, sizes, type RunningApp } from './launch';
import { boardCell, catchSavedFiles, goTo, overflows, pageNames, seriousFindings, untranslated, words } from './tour-pages';
import { makeTourWorkspace, type EvalRun } from './tour-workspace';

const patience = 4 * 60_000;
let folder: string;
let workspace: string;
let evaluated: readonly EvalRun[];
let opened: RunningApp | null = null;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'bitlog2-keys-'));
  workspace = join(folder, 'w.bitlog2');
  evaluated = await makeTourWorkspace(workspace);
}, patience);
afterEach(async () => {
  await opened?.close();
  expect(opened?.complaints).toEqual([]);
  opened = null;
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Tab until it has the focus: what no Tab reaches, no person without a pointer reaches. */
async function tabTo(page: Page, target: Locator): Promise<void> {
  for (let step = 0; step < 150; step++) {
    if (await target.evaluate((element) => element === document.activeElement)) return;
    await page.keyboard.press('Tab');
  }
  throw new Error('not reached by Tab');
}

async function open(locale: 'en' | 'ko', file: string): Promise<RunningApp> {
  const running = await launchApp({ locale, theme: 'light', args: [`--workspace=${file}`] });
  opened = running;
  running.page.setDefaultTimeout(60_000);
  await running.screenshot(sizes.smallest[0], sizes.smallest[1]);
  return running;
}

/** On every page: something to read, something to do, nothing wrong. */
async function sentenceAndAction({ page }: RunningApp, names: readonly string[], locale: 'en' | 'ko', seen: string): Promise<void> {
  for (const name of names) {
    await page.keyboard.press(`Control+${pageNames.findIndex((other) => other === name) + 1}`);
    const shown = page.locator('#page');
    await shown.locator('button:visible').first().waitFor();
    expect.soft((await words(shown.locator('p:visible').first())).length, `${name}, ${seen}`).toBeGreaterThan(10);
    expect.soft(await seriousFindings(page), `${name}, ${seen}`).toEqual([]);
    expect.soft(await overflows(page), `${name}, ${seen}`).toEqual([]);
    expect.soft(await untranslated(page, locale), `${name}, ${seen}`).toEqual([]);
  }
}

test('keys alone reach every page, move in it, and export what it shows', async () => {
  const running = await open('ko', workspace);
  const { page } = running;
  const files = catchSavedFiles(running);
  await goTo(page, 'board');
  await tabTo(page, page.locator('tbody button.cell').first());
  // From FP32 over a cell that was not run.
  for (const key of ['ArrowRight', 'ArrowRight', 'Enter']) await page.keyboard.press(key);
  await expect.poll(() => words(page.locator('.context .pick').nth(1))).toContain('Sqrt2_17');
  const csv = await files.savedBy(async () => {
    await tabTo(page, page.getByRole('button', { name: /board-forest/ }));
    await page.keyboard.press('Enter');
    await page.getByRole('menuitem', { name: 'CSV' }).waitFor();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    if (!(await page.getByRole('menuitem', { name: 'CSV' }).evaluate((item) => item === document.activeElement))) await page.keyboard.press('ArrowDown');
    expect(await words(page.locator(':focus'))).toContain('CSV');
    await page.keyboard.press('Enter');
  }, 'csv');
  for (const { model, top1 } of evaluated) expect(csv).toMatch(new RegExp(`${model},.*,${String(top1).replace('.', '\\.')}`));
  for (const name of pageNames) await goTo(page, name);

  await goTo(page, 'layers');
  const site = await words(page.locator('.inspector h2').first());
  await tabTo(page, page.locator('#page .strip table [tabindex="0"]'));
  await page.keyboard.press('ArrowRight');
  await expect.poll(() => words(page.locator('.inspector h2').first())).not.toBe(site);

  await goTo(page, 'attention');
  const head = await words(page.locator('.inspector h2').first());
  await page.keyboard.press('ArrowDown');
  await expect.poll(() => words(page.locator('.inspector h2').first())).not.toBe(head);

  await goTo(page, 'levels');
  const slider = page.locator('#page [role=slider]');
  await tabTo(page, slider);
  const value = await slider.getAttribute('aria-valuenow');
  await page.keyboard.press('ArrowRight');
  await expect.poll(() => slider.getAttribute('aria-valuenow')).not.toBe(value);

  await goTo(page, 'calibration');
  await tabTo(page, page.locator('#page .parameters tbody button').first());
  // Two quantisers of the picture's embedding, two of qkv: then the first product.
  for (let step = 0; step < 4; step++) await page.keyboard.press('ArrowDown');
  await expect.poll(() => words(page.locator('.inspector h2').first())).toContain('attn.matmul1');
  files.remove();
}, patience);

test('FP32 chosen, and a cell that never ran: a sentence and an action on every page', async () => {
  const own = join(folder, 'own.bitlog2');
  cpSync(workspace, own);
  const running = await open('en', own);
  await goTo(running.page, 'board');
  await boardCell(running.page, 'fashion_swin FP32').click();
  await sentenceAndAction(running, ['layers', 'attention', 'images', 'calibration'], 'en', 'FP32');
  await goTo(running.page, 'board');
  await boardCell(running.page, 'fashion_swin Sqrt2_16').click();
  await sentenceAndAction(running, ['layers', 'attention', 'levels', 'images', 'calibration'], 'en', 'not run');
}, patience);

test('an empty workspace: a sentence and an action on every page', async () => {
  const running = await open('ko', join(folder, 'empty.bitlog2'));
  await sentenceAndAction(running, pageNames, 'ko', 'empty');
}, patience);
