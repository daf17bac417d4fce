/**
 * A person who sees the window for the first time, with a pointer and nothing else: finds the worst layer, the worst head in it, and an image
 * that this head flipped. What was found is held against the command line. `BITLOG2_GUIDE_PICTURES=FOLDER` takes the pictures of the guide.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Locator } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { root } from '../../tools/lib/targets.mjs';
import type { FlippedBy } from '../../src/shared/images';
import type { SiteErrors } from '../../src/shared/layers';
import { launchApp, type RunningApp } from './launch';
import { boardCell, words } from './tour-pages';
import { askCommandLine } from './tour-workspace';

const patience = 4 * 60_000;
const pictures = process.env['BITLOG2_GUIDE_PICTURES'];
let folder: string;
let workspace: string;
let running: RunningApp;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'bitlog2-newcomer-'));
  workspace = join(folder, 'sample.bitlog2');
  const sample = join(root, 'resources', 'sample');
  await askCommandLine(workspace, 'eval', '--model', join(sample, 'models', 'fashion_swin.onnx'), '--dataset', join(sample, 'images'), '--log_quant_scheme', 'BitLog2_Half_17', '--fp32', '--limit', '300', '--calib-batchsize', '32');
  running = await launchApp({ theme: 'light', args: [`--workspace=${workspace}`] });
  running.page.setDefaultTimeout(90_000);
}, patience);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('worst layer, worst head in it, an image that this head flipped: six clicks', async () => {
  const { page } = running;
  let clicks = 0;
  const click = async (what: Locator): Promise<void> => {
    await what.click();
    clicks++;
  };
  const shot = async (name: string): Promise<void> => {
    if (pictures === undefined) return;
    await page.mouse.move(720, 886);
    await page.waitForTimeout(1200);
    await running.screenshot(1440, 900, join(pictures, `newcomer-${name}.png`));
  };
  await running.screenshot(1440, 900);
  await page.locator('tbody .cell .interval').first().waitFor();
  await click(boardCell(page, 'fashion_swin BitLog2_Half_17'));
  await shot('1-board');

  await click(page.locator('.inspector .links').getByRole('button', { name: 'Layers' }));
  const first = page.locator('#page .sites tbody tr:not([aria-hidden])').first();
  await page.locator('#page figure.depth').waitFor();
  await page.locator('.inspector .links').getByRole('button', { name: 'Attention' }).waitFor();
  // Sorted by damage, and the worst is the one that is open beside it.
  const site = await words(first.locator('th'));
  expect(await words(page.locator('.inspector h2').first())).toBe(site);
  await shot('2-layers');

  await click(page.locator('.inspector .links').getByRole('button', { name: 'Attention' }));
  await page.locator('#page .main[aria-busy=false] figure').first().waitFor();
  const worst = page.locator('.wall button').first();
  await worst.waitFor();
  const head = Number(/^Head (\d+)/.exec(await words(worst))?.[1]);
  await shot('3-attention');
  await click(worst);
  await page.locator('.inspector h2', { hasText: `Head ${head}` }).waitFor();
  await page.locator('#page .main[aria-busy=false] figure').first().waitFor();
  await shot('4-head');

  await click(page.locator('.inspector').getByRole('button', { name: 'Images it may have flipped' }));
  const ask = page.locator('#page .tools').getByRole('button', { name: `Which images did head ${head} of` });
  await ask.waitFor();
  await page.locator('#page .verdict .says').waitFor();
  await shot('5-images');
  await click(ask);
  await page.locator('.flipped').waitFor();
  await page.locator('#page .verdict .says').waitFor();
  const says = await words(page.locator('.flipped'));
  const found = await words(page.locator('#page [role=option]').first());
  const listed = await page.locator('#page [role=option]').first().getAttribute('aria-setsize');
  await shot('6-flipped');
  expect(clicks).toBe(6);
  expect(running.complaints).toEqual([]);
  await running.close();

  const { errors } = await askCommandLine<{ errors: SiteErrors }>(workspace, 'layers');
  const [byDamage] = [...errors.sites].sort((a, b) => (b.local?.relativeL2 ?? 0) - (a.local?.relativeL2 ?? 0));
  expect(site).toBe(byDamage?.site);
  const answer = await askCommandLine<FlippedBy>(workspace, 'images', '--flipped-by', `${byDamage?.block ?? -1}.${head}`);
  const restored = answer.images.filter((image) => image.restored);
  expect(restored.length).toBeGreaterThan(0);
  expect(listed).toBe(String(restored.length));
  expect(says).toContain(`${restored.length} of ${answer.tested}`);
  expect(found).toContain('FP32');
}, patience);
