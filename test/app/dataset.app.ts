/** Data sets in the built window: opened, looked at under their labels, read under others; from a flat folder and from parquet files, by pointer and by keys. */
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { root } from '../../tools/lib/targets.mjs';
import { imagenetTables } from '../../src/engine/runtime/datasets/imagenet-class-list';
import { classLabels, writeParquet } from '../helpers/parquet-file';
import { spreadClasses, spreadLabels } from '../helpers/spread-head';
import { launchApp, type RunningApp } from './launch';
import { overflows, seriousFindings, untranslated } from './tour-pages';

const { classes, devkitOrder } = imagenetTables;
let folder: string;

/** Three pictures of each of the sample's classes, under names that say nothing. */
const pictures = spreadClasses.flatMap(([name, id], at) => {
  const from = join(root, 'resources/sample/images/val', name);
  return readdirSync(from).sort().slice(0, 3).map((file, index) => ({ source: join(from, file), name: `picture_${(index * 37 + at * 7) % 101}.png`, id, label: spreadLabels[at] ?? 0 }));
}).sort((a, b) => (a.name < b.name ? -1 : 1));

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'bitlog2-dataset-app-'));
  mkdirSync(join(folder, 'flat/val'), { recursive: true });
  mkdirSync(join(folder, 'hub/data'), { recursive: true });
  for (const { source, name } of pictures) copyFileSync(source, join(folder, 'flat/val', name));
  writeFileSync(join(folder, 'flat/ILSVRC2012_validation_ground_truth.txt'), pictures.map(({ id }) => devkitOrder.indexOf(id) + 1).join('\n'));
  writeFileSync(join(folder, 'wrong.txt'), 'a.png 3\n');
  await writeParquet(join(folder, 'hub/data/validation-00000-of-00001.parquet'), pictures.map(({ source, name, label }) => ({ bytes: readFileSync(source), path: name, label })), { huggingface: classLabels(classes.list.map(({ name }) => name)) });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function choose(running: RunningApp, path: string): Promise<void> {
  await running.app.evaluate(({ dialog }, chosen) => {
    dialog.showOpenDialog = () => Promise.resolve({ canceled: false, filePaths: [chosen] });
  }, join(folder, path));
}

const openButton = (page: Page): Locator => page.locator('aside.left').getByRole('button', { name: /^(Open an ImageNet folder|ImageNet 폴더 열기)$/ });
const names = (page: Page): Promise<string[]> => page.locator('.dataset figcaption').allTextContents();
const right = [...spreadClasses.map(([, id]) => classes.list[classes.labelOf(id)]?.name ?? '')];

describe.each([['en', 'dark', 1440, 900], ['ko', 'light', 1024, 700]] as const)('a data set in %s', (locale, theme, width, height) => {
  let running: RunningApp;
  beforeAll(async () => {
    running = await launchApp({ locale, theme });
    running.page.setDefaultTimeout(90_000);
    await running.screenshot(width, height);
    await running.page.locator('.context, .centre').first().waitFor();
    // Folded in a small window.
    if (await running.page.locator('aside.left').count() === 0) await running.page.keyboard.press('Control+b');
    await openButton(running.page).waitFor();
  });
  afterAll(() => running.close());

  it('whose labels were a guess is shown under them; another order shows other names, and can be taken', async () => {
    const { page } = running;
    await choose(running, 'flat');
    await openButton(page).click();
    await page.locator('.dataset .samples').waitFor();
    expect([...new Set(await names(page))].sort()).toEqual([...right].sort());
    expect(await seriousFindings(page)).toEqual([]);
    expect(await overflows(page)).toEqual([]);
    expect(await untranslated(page, locale)).toEqual([]);
    const use = page.locator('.dataset .footer .primary');
    expect(await use.isDisabled()).toBe(true);
    await page.locator('.dataset .segmented label').last().click();
    await page.waitForFunction((name) => ![...document.querySelectorAll('.dataset figcaption')].some(({ textContent }) => textContent === name), right[0]);
    await use.click();
    await page.locator('.dataset').waitFor({ state: 'detached' });
    expect(running.complaints).toEqual([]);
  });

  it('says what is wrong with a label file and stays as it was', async () => {
    const { page } = running;
    const look = page.getByRole('button', { name: /^(Labels and pictures of flat|flat의 레이블과 이미지)/ });
    // The list is drawn anew when the other labels are in: a key that comes just then goes nowhere.
    await expect.poll(async () => {
      if (await page.locator('.dataset').count() === 0) await look.last().press('Enter');
      return page.locator('.dataset .samples').count();
    }, { timeout: 60_000 }).toBe(1);
    await choose(running, 'wrong.txt');
    await page.locator('.dataset .file .button').first().click();
    await page.locator('.dataset .failure').waitFor();
    expect(await page.locator('.dataset .failure').textContent()).toContain('wrong.txt');
    expect(await page.locator('.dataset .footer .primary').isDisabled()).toBe(true);
    await page.keyboard.press('Escape');
    await page.locator('.dataset').waitFor({ state: 'detached' });
  });

  it('of parquet files shows their pictures', async () => {
    const { page } = running;
    await choose(running, 'hub');
    await openButton(page).click();
    await page.locator('.dataset .samples canvas').first().waitFor();
    expect([...new Set(await names(page))].sort()).toEqual([...right].sort());
    expect(await page.locator('.dataset .gone').count()).toBe(0);
    expect(await untranslated(page, locale)).toEqual([]);
    expect(running.complaints).toEqual([]);
  });
});
