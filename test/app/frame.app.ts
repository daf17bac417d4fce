/**
 * The frame and the board in a real window, on a workspace of seven models under six schemes whose figures are made up but stored as runs:
 * what the page shows is held against the engine's own answers; everything is reached by keys as well.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Locator } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openStore } from '../../src/engine/runtime/store/open-store';
import { logSchemeIds } from '../../src/shared/settings';
import { datasetRecord, fp32Settings, modelRecord, newRun, predictionRow, settings } from '../helpers/store-records';
import { askEngine, connectTestPort } from './ask-engine';
import { launchApp, type RunningApp } from './launch';

const models = ['deit_base_patch16_224', 'deit_small_patch16_224', 'deit_tiny_patch16_224', 'swin_small', 'swin_tiny', 'vit_base_patch16_224', 'vit_small_patch16_224'];
const images = 400;
let folder: string;
let running: RunningApp;

/** Seven models, FP32 and six schemes each, on one list of images; and one run with exceptions. */
async function makeWorkspace(file: string): Promise<void> {
  const store = await openStore(file);
  const files = Array.from({ length: images }, (_, index) => `val/a/${index}.JPEG`);
  await store.upsertDataset(datasetRecord('imagenet', { labelSet: 'imagenet-1k', valImages: 50_000 }));
  const listId = await store.imageList(files, files.map(() => 0));
  for (const [row, name] of models.entries()) {
    await store.upsertModel(modelRecord(name, { classes: 1000, file: `/models/${name}.onnx` }));
    const places = [{ id: `${name}-fp32`, made: fp32Settings }, ...logSchemeIds.map((scheme) => ({ id: `${name}-${scheme}`, made: settings(scheme) }))];
    if (row === 0) places.push({ id: 'isolated', made: settings('BitLog2_Half_17', { overrides: { 'blocks.0*': 'fp32' } }) });
    for (const [at, { id, made }] of places.entries()) {
      await store.createRun(newRun(id, listId, { modelId: `model-${name}`, datasetId: 'data-imagenet', settings: made, total: images }));
      // Right on all but every so-manieth image, so that rows and columns differ.
      const predictions = files.map((_file, index) => predictionRow(index, { label: 0, top5: [index % (3 + row + at) === 0 ? 1 : 0, 2, 3, 4, 5] }));
      await store.commitBatch({ batch: 0, cells: [{ runId: id, predictions, levelCounts: [] }], skipped: [] });
      await store.setRunState(id, 'done');
    }
  }
  await store.close();
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'bitlog2-frame-'));
  const workspace = join(folder, 'seven.bitlog2');
  await makeWorkspace(workspace);
  writeFileSync(join(folder, 'window.json'), JSON.stringify({ recents: [{ kind: 'model', path: join(folder, 'moved.onnx') }] }));
  running = await launchApp({ userData: folder, args: [`--workspace=${workspace}`] });
  await running.screenshot(1440, 900);
  await running.page.locator('tbody .cell').first().waitFor();
});
afterAll(async () => {
  await running.close();
  rmSync(folder, { recursive: true, force: true });
});

const cell = (name: string): Locator => running.page.locator('tbody .cell', { has: running.page.locator(`.visually-hidden:text-is("${name}")`) });
const textOf = async (locator: Locator): Promise<string> => ((await locator.textContent()) ?? '').replace(/\s+/g, ' ').trim();

test('42 cells and FP32 show what the engine says, with published figures under their own names', async () => {
  await connectTestPort(running.page);
  const board = await askEngine(running.page, 'board.get', { datasetId: null });
  expect(board.cells).toHaveLength(49);
  for (const { modelId, scheme, run, paired } of board.cells) {
    const shown = cell(`${modelId.replace('model-', '')} ${scheme === 'none' ? 'FP32' : scheme}`);
    expect(await shown.locator('.figure').textContent(), `${modelId} ${scheme}`).toBe(run?.top1?.toFixed(2));
    if (paired !== null) expect((await textOf(shown.locator('.difference'))).replace('−', '-').replace('+', '')).toBe(Math.abs(paired.difference) < 0.005 ? '0.00' : paired.difference.toFixed(2));
  }
  expect(await cell('deit_base_patch16_224 BitLog2_Half_16').locator('.published').allTextContents()).toEqual([expect.stringContaining('published 75.554'), expect.stringContaining('log 75.594')]);
  expect(await cell('deit_base_patch16_224 Sqrt2_17').locator('.published').allTextContents()).toEqual([expect.stringContaining('RepQ-ViT 75.61'), expect.stringContaining('log 75.72')]);
});

test('head and names stay in sight while the board scrolls', async () => {
  const head = running.page.locator('thead th').nth(2);
  const before = await head.boundingBox();
  await running.page.locator('#page').evaluate((page) => { page.scrollTop = 300; });
  const [after, bar] = [await head.boundingBox(), await running.page.locator('#page').boundingBox()];
  expect(after?.y).toBeLessThan((before?.y ?? 0) + 1);
  expect(Math.abs((after?.y ?? 0) - (bar?.y ?? 0))).toBeLessThan(2);
  await running.page.locator('#page').evaluate((page) => { page.scrollTop = 0; });
});

test('keys alone choose cells, and the table of exactly these is the engine’s', async () => {
  const { page } = running;
  await cell('deit_small_patch16_224 Sqrt2_16').focus();
  await page.keyboard.press('Enter');
  await page.keyboard.press('Shift+ArrowRight');
  await page.keyboard.press('Shift+ArrowRight');
  await page.locator('.inspector .pair').nth(2).waitFor();
  const runIds = ['Sqrt2_16', 'Sqrt2_17', 'BitLog2_Single_16'].map((scheme) => `deit_small_patch16_224-${scheme}`);
  const { pairs } = await askEngine(running.page, 'board.compare', { runIds });
  const rows = await page.locator('.inspector .pair').evaluateAll((bodies) => bodies.map((body) => body.textContent?.replace(/\s+/g, ' ') ?? ''));
  expect(rows).toHaveLength(pairs.length);
  for (const [at, { lost, gained, changed, imagesNeeded }] of pairs.entries()) {
    expect(rows[at]).toContain(`${lost}/${gained}/${changed}`);
    if (imagesNeeded !== null) expect(rows[at]).toContain(imagesNeeded.toLocaleString('en'));
  }
  await page.keyboard.press('Escape');
  expect(await page.locator('.cell.compared').count()).toBe(0);
});

test('a run with exceptions is chosen from the menu and stands in no cell', async () => {
  const { page } = running;
  await cell('deit_base_patch16_224 BitLog2_Half_17').click();
  await page.locator('.context .pick').nth(1).click();
  await page.getByRole('menuitemradio', { name: 'BitLog2_Half_17 · 1 override' }).click();
  expect(await textOf(page.locator('.context .facts'))).toContain('1 override');
  expect(await textOf(page.locator('.inspector h2').first())).toContain('1 override');
  await page.locator('.inspector .links button', { hasText: 'Images' }).click();
  expect(await page.locator('.tab[aria-current=page]').textContent()).toContain('Images');
  expect(await textOf(page.locator('.context .pick').nth(1))).toContain('1 override');
  await page.keyboard.press('Control+1');
});

test('the report is saved, needs no script and no network, and holds the figures', async () => {
  const file = join(folder, 'board.report.html');
  await running.app.evaluate(({ dialog }, path) => { dialog.showSaveDialog = () => Promise.resolve({ canceled: false, filePath: path }); }, file);
  await cell('deit_tiny_patch16_224 Sqrt2_17').click();
  await running.page.locator('.inspector').getByRole('button', { name: 'Report…' }).click();
  await expect.poll(() => existsSync(file), { timeout: 60_000 }).toBe(true);
  const html = readFileSync(file, 'utf8');
  expect(html).not.toMatch(/<script|<link|<img/i);
  // Shown by Chrome itself, without a network: figures and drawings are there.
  const shown = await running.app.evaluate(async ({ BrowserWindow }, path) => {
    const window = new BrowserWindow({ show: false });
    await window.webContents.session.enableNetworkEmulation({ offline: true });
    await window.loadFile(path);
    const found: unknown = await window.webContents.executeJavaScript('({ rows: document.querySelectorAll("tbody tr").length, drawings: document.querySelectorAll("svg path").length, text: document.body.innerText })');
    window.webContents.session.disableNetworkEmulation();
    window.destroy();
    return found;
  }, file);
  expect(shown).toMatchObject({ rows: expect.any(Number), drawings: expect.any(Number) });
  expect(Object(shown).rows).toBeGreaterThanOrEqual(49);
  expect(Object(shown).drawings).toBeGreaterThan(49);
  expect(Object(shown).text).toContain('deit_tiny_patch16_224, Sqrt2_17 W4A4');
});

test('missing recents are marked and can be forgotten', async () => {
  const { page } = running;
  const missing = page.locator('aside .recents li.missing');
  expect(await textOf(missing)).toContain('moved.onnx');
  await missing.getByRole('button', { name: 'Remove from the list' }).click();
  await missing.waitFor({ state: 'detached' });
  expect(JSON.parse(readFileSync(join(folder, 'window.json'), 'utf8'))).toMatchObject({ recents: [] });
});

test('F6 walks through the parts of the window, the sheet of shortcuts opens and closes by keys', async () => {
  const { page } = running;
  const region = (): Promise<string | undefined> => page.evaluate(() => document.activeElement?.closest('[data-region]')?.className);
  const seen = new Set<string | undefined>();
  for (let step = 0; step < 7; step++) {
    await page.keyboard.press('F6');
    seen.add(await region());
  }
  expect(seen.size).toBeGreaterThanOrEqual(5);
  await page.keyboard.press('Control+/');
  await page.getByRole('dialog').getByText('Keyboard shortcuts').waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
});

test('no serious finding of axe on the board, in a comparison, in a menu and in the sheet', async () => {
  const { page } = running;
  const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
  await page.evaluate(axe);
  const serious = (): Promise<string[]> => page.evaluate(async () => {
    const found = await Reflect.get(globalThis, 'axe').run(document, { resultTypes: ['violations'] });
    return found.violations.filter(({ impact }: { impact: string }) => impact === 'serious' || impact === 'critical').map(({ id, nodes }: { id: string; nodes: { target: string[] }[] }) => `${id}: ${nodes.map(({ target }) => target.join(' ')).join(', ')}`);
  });
  expect(await serious()).toEqual([]);
  await cell('deit_base_patch16_224 Sqrt2_16').click();
  await cell('deit_base_patch16_224 BitLog2_Half_17').click({ modifiers: ['Shift'] });
  await page.locator('.inspector .pair').first().waitFor();
  expect(await serious()).toEqual([]);
  await page.locator('.context .pick').nth(1).click();
  await page.getByRole('menuitemradio').first().waitFor();
  expect(await serious()).toEqual([]);
  await page.keyboard.press('Escape');
  await page.keyboard.press('Control+/');
  await page.getByRole('dialog').waitFor();
  expect(await serious()).toEqual([]);
  await page.keyboard.press('Escape');
});

test('nothing was complained about', () => expect(running.complaints).toEqual([]));
