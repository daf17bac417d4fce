/**
 * A whole small evaluation on the sample, driven by the window's own controls: measured, cancelled, continued, and once more in integers;
 * every figure on the page is held against what the engine stored, and against the command line on the same workspace. Waits are on
 * conditions only: a slow machine takes longer, it does not fail. One file, because its tests go on in the window that the one before left.
 */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Locator } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { root } from '../../tools/lib/targets.mjs';
import type { AttentionView } from '../../src/shared/attention';
import type { Prediction, RunRecord } from '../../src/shared/records';
import { pValue, significant } from '../../src/renderer/src/format/numbers';
import { askEngine, connectTestPort } from './ask-engine';
import { launchApp, type RunningApp } from './launch';
import { mapPixels } from './map-pixels';

const patience = 10 * 60_000;
const images = 300;
const calibrationImages = 8;
const model = 'fashion_vit';
const schemes = ['Sqrt2_17', 'BitLog2_Half_17'] as const;

let running: RunningApp;
let userData: string;
let closed = false;
/** What the board says of each cell at the end, by `FP32` or scheme. */
const shown = new Map<string, { top1: string; interval: string; difference: string | null }>();

beforeAll(async () => {
  userData = mkdtempSync(join(tmpdir(), 'bitlog2-sample-run-'));
  running = await launchApp({ userData });
  running.page.setDefaultTimeout(patience);
});
afterAll(async () => {
  if (!closed) await running.close();
  rmSync(userData, { recursive: true, force: true });
});

const cell = (name: string): Locator => running.page.locator('tbody .cell', { has: running.page.locator(`.visually-hidden:text-is("${model} ${name}")`) });
const idle = (): Locator => running.page.locator('footer .idle');
const textOf = async (locator: Locator): Promise<string> => ((await locator.textContent()) ?? '').replace(/\s+/g, ' ').trim();

/** By the mouse, as a person would; waits until the job has ended. */
async function cancel(): Promise<void> {
  await running.page.click('footer .cancel');
  await idle().filter({ hasText: 'Stopped; what was finished is kept' }).waitFor();
}

async function startFromDialog(cells: number): Promise<void> {
  const dialog = running.page.getByRole('dialog');
  const start = dialog.getByRole('button', { name: `Run ${cells} cells` });
  await dialog.getByText(`${images} images × ${cells} cells`).waitFor();
  await start.click();
  await dialog.waitFor({ state: 'detached' });
  await running.page.locator('footer .cancel').waitFor();
}

async function smallRuns(): Promise<RunRecord[]> {
  const { runs } = await askEngine(running.page, 'workspace.summary', null);
  return runs.filter((run) => run.settings.limit === images && run.settings.arithmetic !== 'integer');
}

async function runOf(name: string): Promise<RunRecord> {
  const run = (await smallRuns()).find((candidate) => (name === 'FP32' ? candidate.settings.arithmetic === 'fp32' : candidate.settings.scheme === name));
  if (run === undefined) throw new Error(`no run of ${name}`);
  return run;
}

test('the first start measures the sample without being asked, until it is cancelled', { timeout: patience }, async () => {
  await running.page.locator('tbody .cell .interval').first().waitFor();
  await cancel();
  expect(await running.page.locator('tbody .cell .state', { hasText: /^[\d,]+ of 1,000$/ }).count()).toBeGreaterThan(0);
});

test('a part of it is chosen in the dialog, cancelled half way, and keeps what is finished', { timeout: patience }, async () => {
  const { page } = running;
  await page.click('.context .run');
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('checkbox', { name: 'fashion_swin' }).uncheck();
  for (const scheme of ['Sqrt2_16', 'BitLog2_Single_16', 'BitLog2_Single_17', 'BitLog2_Half_16']) await dialog.getByRole('checkbox', { name: scheme, exact: true }).uncheck();
  await dialog.getByRole('textbox', { name: 'Images' }).fill(String(images));
  await dialog.getByRole('textbox', { name: 'Calibration' }).fill(String(calibrationImages));
  await page.keyboard.press('Tab');
  await startFromDialog(3);
  await cell('BitLog2_Half_17').locator('.state', { hasText: /^[1-9]\d* of 300$/ }).waitFor();
  await cancel();
  const [done] = /^\d+/.exec(await textOf(cell('BitLog2_Half_17').locator('.state'))) ?? [];
  expect(Number(done)).toBeGreaterThan(0);
  expect(Number(done)).toBeLessThan(images);
});

test('one run is continued from the inspector, the rest from the dialog; nothing is measured twice', { timeout: patience }, async () => {
  const { page } = running;
  await cell('BitLog2_Half_17').click();
  await page.locator('.inspector').getByRole('button', { name: 'Continue this run' }).click();
  await idle().filter({ hasText: 'Done' }).waitFor();
  await cell('BitLog2_Half_17').locator('.state').waitFor({ state: 'detached' });

  await page.click('.context .run');
  await startFromDialog(3);
  await idle().filter({ hasText: 'Done' }).waitFor();
  await connectTestPort(page);
  const runs = await smallRuns();
  expect(runs.map(({ modelName, settings, state, images: count }) => `${modelName} ${settings.arithmetic === 'fp32' ? 'FP32' : settings.scheme} ${state} ${count}`).sort()).toEqual(
    ['FP32', ...schemes].map((name) => `${model} ${name} done ${images}`).sort());
});

test('the board and the inspector say what the engine stored', { timeout: patience }, async () => {
  const { page } = running;
  for (const name of ['FP32', ...schemes]) {
    const run = await runOf(name);
    const difference = name === 'FP32' ? null : await textOf(cell(name).locator('.difference'));
    const figures = { top1: await textOf(cell(name).locator('.figure')), interval: await textOf(cell(name).locator('.interval')), difference };
    shown.set(name, figures);
    expect(figures.top1).toBe(run.top1?.toFixed(2));
    expect(figures.interval).toBe(run.top1Ci95?.map((bound) => bound.toFixed(1)).join('–'));
  }
  const { cells } = await askEngine(page, 'board.get', { datasetId: null });
  for (const scheme of schemes) {
    const run = await runOf(scheme);
    const stored = cells.find((candidate) => candidate.run?.id === run.id)?.paired;
    expect(unsigned(shown.get(scheme)?.difference)).toBe(written(stored?.difference ?? Number.NaN, 2));
  }

  await cell('Sqrt2_17').click();
  const fp32 = page.locator('.inspector tbody', { has: page.getByText('FP32', { exact: true }) });
  await fp32.first().waitFor();
  const sqrt2 = await runOf('Sqrt2_17');
  const baseline = await runOf('FP32');
  const paired = (await askEngine(page, 'run.paired', { runId: sqrt2.id })).find((pair) => pair.b === baseline.id);
  if (paired === undefined) throw new Error('Sqrt2_17 and FP32 have no images in common');
  expect(paired.images).toBe(images);
  const row = page.locator('.inspector tbody', { hasText: `${paired.lost}/${paired.gained}/${paired.changed}` }).first();
  const cells5 = await row.locator('td').allTextContents();
  expect(unsigned(cells5[1])).toBe(written(paired.difference, 2));
  expect(cells5[2]).toBe(pValue('en', paired.mcnemarP));
});

test('prediction, margin and maps of 20 images are those of the stored run', { timeout: patience }, async () => {
  const { page } = running;
  await cell('BitLog2_Half_17').click();
  await page.keyboard.press('Control+3');
  const predictions = await predictionsOf('BitLog2_Half_17');
  const float = await predictionsOf('FP32');
  await page.locator('#image-0').waitFor();
  for (let image = 0; image < 20; image++) {
    if (image > 0) await page.locator('.images .list').press('ArrowDown');
    await viewOf(image, predictions);
    const rows = page.locator('.inspector section').first().locator('tbody tr');
    expect(await rows.nth(0).locator('td.number').textContent()).toBe(significant('en', float[image]?.margin ?? Number.NaN));
    expect(await rows.nth(1).locator('td.number').textContent()).toBe(significant('en', predictions[image]?.margin ?? Number.NaN));
    expect((await textOf(rows.nth(1).locator('td').first())).startsWith(predictions[image]?.correct === true ? '✓' : '✗')).toBe(true);
    // Prediction, margin and the digest of all attention codes, compared by the engine.
    expect(await textOf(page.locator('.inspector .badges'))).toContain('equal to the stored run');
  }
});

test('three maps of one head are painted, with their legends, and the figures beside them are the engine’s', { timeout: patience }, async () => {
  const { page } = running;
  const [block, head] = [2, 1];
  await page.locator(`.navigator tbody tr:nth-child(${head + 1}) td:nth-child(${block + 2}) button`).click();
  await page.locator('.inspector h2', { hasText: `Head ${head}` }).waitFor();
  await page.locator('.main[aria-busy=false]').waitFor();
  const view = await askEngine(page, 'attention.view', { runId: (await runOf('BitLog2_Half_17')).id, image: 19, block, head });

  const maps = page.locator('figure');
  expect(await maps.locator('.name').allTextContents()).toEqual(['FP32', 'Before quantiser', 'After quantiser', 'Inherited', 'Scheme alone', 'Total']);
  for (const [at, values] of [view.fp32, view.before].entries()) {
    const { width, height, light } = await mapPixels(maps.nth(at).locator('canvas'));
    expect([width, height]).toEqual([view.tokens, view.tokens]);
    expect(outOfOrder(values, light)).toBe(0);
    expect(new Set(light).size).toBeGreaterThan(50);
  }
  const after = await mapPixels(maps.nth(2).locator('canvas'));
  const lightOfCode = new Map<number, Set<number>>();
  view.codes.forEach((code, at) => lightOfCode.set(code, (lightOfCode.get(code) ?? new Set()).add(after.light[at] ?? -1)));
  expect(lightOfCode.size).toBeGreaterThan(3);
  expect([...lightOfCode.values()].every((lights) => lights.size === 1)).toBe(true);
  for (let at = 3; at < 6; at++) expect(new Set((await mapPixels(maps.nth(at).locator('canvas'))).light).size).toBeGreaterThan(10);
  expect(await textOf(page.locator('.main .legend[role=img]'))).toMatch(/^Attention ?0.*2⁻¹/);
  expect(await textOf(page.locator('.toolbar.second .legend'))).toMatch(/^Difference.*−0\.\d+.*\+0\.\d+$/);

  await checkUsage(view);
  const errors = page.locator('.inspector section', { hasText: 'Error of this map' }).locator('tbody tr');
  for (const [at, name] of (['inherited', 'scheme', 'total'] as const).entries()) {
    const error = view.mapError[name];
    expect(await errors.nth(at).locator('td').allTextContents()).toEqual([`${error.sqnrDb?.toFixed(1)} dB`, significant('en', error.relativeL2), error.cosine.toFixed(4)]);
  }
  const layer = view.depthError[block]?.error;
  expect(await textOf(page.locator('.depth .here'))).toContain(significant('en', layer?.relativeL2 ?? Number.NaN));
  expect(await textOf(page.locator('.depth .here'))).toContain(`${layer?.sqnrDb?.toFixed(1)} dB`);
});

test('integer arithmetic has a row of its own, held against reference, with its proof and its sites', { timeout: patience }, async () => {
  const { page } = running;
  await page.keyboard.press('Control+1');
  await page.click('.context .run');
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('checkbox', { name: 'FP32' }).uncheck();
  await dialog.getByText('Integer', { exact: true }).click();
  await startFromDialog(2);
  await idle().filter({ hasText: 'Done' }).waitFor();
  expect(await page.locator('tbody th.arithmetic').allTextContents()).toEqual(expect.arrayContaining(['Reference', 'Integer']));

  const { cells } = await askEngine(page, 'board.get', { datasetId: null });
  for (const scheme of schemes) {
    const stored = cells.find(({ arithmetic, run }) => arithmetic === 'integer' && run?.settings.scheme === scheme);
    if (!stored?.run || !stored.counterpart) throw new Error(`no integer run of ${scheme} beside its reference`);
    expect(stored.counterpart).toMatchObject({ b: (await runOf(scheme)).id, images });
    const integer = cell(`${scheme} Integer`);
    expect(await textOf(integer.locator('.figure'))).toBe(stored.run.top1?.toFixed(2));
    const [difference, low, high] = (await textOf(integer.locator('.counterpart'))).match(/[+−]?\d+\.\d+/g) ?? [];
    expect([difference, low, high].map(unsigned)).toEqual([written(stored.counterpart.difference, 2), ...stored.counterpart.ci95.map((bound) => written(bound, 1))]);

    await integer.click();
    const section = page.locator('.inspector section', { hasText: 'Integer arithmetic' });
    await section.locator('p', { hasText: { true: 'Exact: every product', false: 'Exact but for', null: 'Not checked yet' }[`${stored.run.exact}`] }).waitFor();
    expect(await section.locator('dt').allTextContents()).toEqual(stored.run.fallbacks.map(({ site }) => site));
    expect(await section.locator('dd').allTextContents()).toEqual(stored.run.fallbacks.map(({ reason }) => reason));
  }
});

test('the command line, on the same workspace and settings, has the same figures', { timeout: patience }, async () => {
  expect(running.complaints).toEqual([]);
  await running.close();
  closed = true;
  const resources = join(root, 'resources', 'sample');
  const { stdout } = await promisify(execFile)(process.execPath, [
    join(root, 'out', 'main', 'cli.js'), 'eval', '--workspace', join(userData, 'default.bitlog2'), '--model', join(resources, 'models', `${model}.onnx`), '--dataset', join(resources, 'images'),
    '--log_quant_scheme', schemes.join(','), '--fp32', '--limit', String(images), '--calib-batchsize', String(calibrationImages), '--resume', '--json',
  ], { maxBuffer: 2 ** 28 });
  const { runs, paired }: { runs: { scheme: string; arithmetic: string; images: number; top1: number; top1_ci95: [number, number] }[]; paired: { a: string; b: string; difference: number }[] } = JSON.parse(stdout);
  expect(runs).toHaveLength(3);
  for (const run of runs) {
    const name = run.arithmetic === 'fp32' ? 'FP32' : run.scheme;
    const figures = shown.get(name);
    expect(run.images).toBe(images);
    expect(figures?.top1).toBe(run.top1.toFixed(2));
    expect(figures?.interval).toBe(run.top1_ci95.map((bound) => bound.toFixed(1)).join('–'));
    if (name === 'FP32') continue;
    expect(unsigned(figures?.difference)).toBe(written(paired.find(({ a, b }) => a === `${model}/${name}/0` && b === `${model}/none/0`)?.difference ?? Number.NaN, 2));
  }
});

/** "+0.33" and "−0.33" as a program writes them. */
function unsigned(text: string | null | undefined): string | undefined {
  return text?.replace('+', '').replace('−', '-');
}

/** Rounded; what rounds to zero has no sign. */
function written(value: number, digits: number): string {
  return value.toFixed(digits).replace(/^-(?=[0.]*$)/, '');
}

async function predictionsOf(name: string): Promise<Prediction[]> {
  return (await askEngine(running.page, 'run.predictions', { runId: (await runOf(name)).id, offset: 0, count: images })).predictions;
}

/** Waits until everything on the page is of this image. */
async function viewOf(image: number, predictions: readonly Prediction[]): Promise<void> {
  const { page } = running;
  await page.locator(`#image-${image}[aria-selected=true]`).waitFor();
  await page.locator('.main[aria-busy=false]').waitFor();
  await page.locator(`.picture[aria-label*="${predictions[image]?.file}"]`).waitFor();
}

/** How often, among pairs of elements of which one is at least twice the other, the larger is painted darker. */
function outOfOrder(values: Float32Array, light: readonly number[]): number {
  let wrong = 0;
  for (let i = 0; i + 1 < values.length; i++) {
    const [a = 0, b = 0] = [values[i], values[i + 1]];
    if ((a > 2 * b || b > 2 * a) && Math.sign(a - b) * ((light[i] ?? 0) - (light[i + 1] ?? 0)) < 0) wrong++;
  }
  return wrong;
}

async function checkUsage({ occupancy }: AttentionView): Promise<void> {
  const section = running.page.locator('.inspector section', { hasText: 'Level usage of this head' });
  const rows = await section.locator('tbody tr').evaluateAll((all) => all.map((row) => ({
    texts: [...row.querySelectorAll('td.number')].map((entry) => Number(entry.textContent)),
    width: row.querySelector('.fill')?.getBoundingClientRect().width ?? Number.NaN,
  })));
  expect(rows).toHaveLength(17);
  // Each figure is rounded to one decimal.
  for (const column of [0, 1]) expect(Math.abs(rows.reduce((sum, { texts }) => sum + (texts[column] ?? Number.NaN), 0) - 100)).toBeLessThan(17 * 0.05 + 1e-6);
  expect(occupancy.image.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 9);
  expect(occupancy.run?.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 9);
  expect(rows.map(({ texts }) => texts[0]).sort()).toEqual(occupancy.image.map((share) => Number((share * 100).toFixed(1))).sort());
  // The bars, drawn to one scale, are those shares.
  const widths = rows.reduce((sum, { width }) => sum + width, 0);
  for (const { texts, width } of rows) expect(Math.abs((width / widths) * 100 - (texts[0] ?? Number.NaN))).toBeLessThan(0.7);
}
