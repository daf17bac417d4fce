/**
 * The layers page of a real run, read off the window: its fields, rows, parameters and sensitivities are those that the command line gives of
 * the same workspace; then a site is left out, given bits, run again, held against the run before, and kept as a recipe.
 */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { root } from '../../tools/lib/targets.mjs';
import { share, signed, significant } from '../../src/renderer/src/format/numbers';
import type { Sensitivity, SiteError, SiteErrors, SiteHistogram } from '../../src/shared/layers';
import { askEngine, connectTestPort } from './ask-engine';
import { launchApp, sizes, type RunningApp } from './launch';
import { seriousFindings } from './tour-pages';

const patience = 5 * 60_000;
let folder: string;
let workspace: string;
let said: { readonly errors: SiteErrors; readonly sensitivity: Sensitivity; readonly histogram: SiteHistogram };
/** Worst first, as the table lists them. */
let byDamage: readonly SiteError[];
const map = 'layers.0.blocks.0.attn.matmul2';

async function bitlog2<T>(...args: string[]): Promise<T> {
  const { stdout } = await promisify(execFile)(process.execPath, [join(root, 'out', 'main', 'cli.js'), ...args, '--workspace', workspace, '--json'], { maxBuffer: 1 << 28 });
  return JSON.parse(stdout) as T;
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'bitlog2-layers-app-'));
  workspace = join(folder, 'w.bitlog2');
  const sample = join(root, 'resources', 'sample');
  await bitlog2('eval', '--model', join(sample, 'models', 'fashion_swin.onnx'), '--dataset', join(sample, 'images'), '--log_quant_scheme', 'BitLog2_Half_17', '--fp32', '--limit', '60', '--calib-batchsize', '8');
  said = await bitlog2('layers', '--sensitivity', 'on-alone', '--histogram', `${map}:A`, '--scale', 'log2');
  byDamage = [...said.errors.sites].sort((a, b) => (b.local?.relativeL2 ?? 0) - (a.local?.relativeL2 ?? 0));
}, patience);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const words = async (locator: Locator): Promise<string> => ((await locator.textContent()) ?? '').replace(/\s+/g, ' ').trim();
const number = (value: number | null | undefined): string => (value === null || value === undefined ? '–' : significant('en', value, 3));
const field = (page: Page, site: string): Locator => page.locator(`.strip button.cell[aria-label^="${site},"]`);
const draftButton = (page: Page, name: string): Locator => page.locator('.draft .buttons button', { hasText: name });

async function open(locale: 'en' | 'ko', theme: 'dark' | 'light', size: readonly [number, number]): Promise<RunningApp> {
  const running = await launchApp({ locale, theme, args: [`--workspace=${workspace}`] });
  running.page.setDefaultTimeout(90_000);
  await running.page.locator('tbody .cell .interval').first().waitFor();
  await running.screenshot(size[0], size[1]);
  await running.page.keyboard.press('Control+2');
  await running.page.locator('.layers .depth').waitFor();
  await running.page.locator('.inspector dl').waitFor();
  return running;
}

describe('the layers page', () => {
  it('shows every site with the figures of the command line, stored, not measured again', async () => {
    const running = await open('en', 'dark', sizes.usual);
    const { page } = running;
    expect(await words(page.locator('.layers .bar .known'))).toBe(`Errors over 16 images · On alone: ${said.sensitivity.rows.length} of ${said.errors.sites.length} sites, 16 images`);
    for (const { site, local } of said.errors.sites) expect(await field(page, site).getAttribute('aria-label')).toMatch(new RegExp(`, Local ${number(local?.relativeL2)}$`));
    // The colours are those of the damage: the worst is brighter than the best.
    const colour = (site: string): Promise<string> => field(page, site).evaluate((cell) => getComputedStyle(cell).backgroundColor);
    expect(await colour(byDamage[0]?.site ?? '')).not.toBe(await colour(byDamage.at(-1)?.site ?? ''));
    // Every row of the table, as it is scrolled into sight by walking down.
    const kl = new Map(said.sensitivity.rows.map((row) => [row.site, row.kl]));
    await page.locator('.sites tbody th button').first().focus();
    for (const [at, row] of byDamage.entries()) {
      const line = page.locator(`.sites tbody tr[aria-rowindex="${at + 2}"]`);
      expect((await line.locator('td.number').allTextContents()).map((text) => text.trim()), row.site).toEqual([
        ...[row.cumulative, row.local, row.weights, row.activations, row.attention].map((error) => number(error?.relativeL2)),
        number(kl.get(row.site)), row.clipped === null ? '–' : share('en', row.clipped, 2),
      ]);
      expect(await words(line.locator('th'))).toBe(row.site);
      await page.keyboard.press('ArrowDown');
    }
    expect(await seriousFindings(page)).toEqual([]);
    await running.close();
    expect(running.complaints).toEqual([]);
  }, patience);

  it('walks the strip by keys, and shows the values of a map with its quantiser as the command line does', async () => {
    const running = await open('en', 'light', sizes.smallest);
    const { page } = running;
    await field(page, 'layers.0.blocks.1.attn.matmul2').click();
    await page.keyboard.press('ArrowLeft');
    await page.locator(`.inspector h2:text-is("${map}")`).waitFor();
    expect(await field(page, map).getAttribute('aria-pressed')).toBe('true');
    const { histogram } = said;
    const parameters = page.locator('.inspector dl');
    await parameters.filter({ hasText: number(histogram.delta[0]) }).waitFor();
    const text = await words(parameters);
    expect(text).toContain(`${histogram.scheme} · ${histogram.bits} bits`);
    expect(text).toContain(`rel. L2 ${number(histogram.error?.relativeL2)}`);
    expect(await page.locator('.inspector .chart').first().getAttribute('aria-label')).toContain(`${histogram.grid.length} levels`);
    // The other operand of the product has another grid.
    await page.locator('.inspector .segmented').first().locator('input').nth(1).click({ force: true });
    await page.locator('.inspector dl', { hasNotText: 'BitLog2_Half_17' }).waitFor();
    expect(await seriousFindings(page)).toEqual([]);
    await running.close();
    expect(running.complaints).toEqual([]);
  }, patience);

  it('leaves a site out, gives another bits, runs that, compares, undoes, keeps it as a recipe', async () => {
    const running = await open('en', 'dark', sizes.usual);
    const { page } = running;
    const [worst, second] = byDamage;
    const line = (site: string | undefined): Locator => page.locator('.sites tbody tr', { has: page.locator(`button[title="${site}"]`) });
    await line(worst?.site).getByRole('button', { name: 'in FP32' }).click();
    await line(second?.site).getByRole('button', { name: /^Bits/ }).click();
    await page.locator('.popover .line').first().locator('input[value="8"]').click({ force: true });
    await page.keyboard.press('Escape');
    expect(await page.locator('.draft .change strong').allTextContents()).toEqual(['FP32', '8 bits']);
    await page.keyboard.press('Control+z');
    expect(await page.locator('.draft .change').count()).toBe(1);
    await page.keyboard.press('Control+Shift+z');
    expect(await page.locator('.draft .change').count()).toBe(2);

    await draftButton(page, 'Save as recipe').click();
    await page.locator('.popover input').fill('mended');
    await page.keyboard.press('Enter');
    await page.locator('.draft .said', { hasText: 'mended' }).waitFor();
    await draftButton(page, 'Clear').click();
    await draftButton(page, 'Load recipe').click();
    await page.locator('.popover .load', { hasText: 'mended' }).click();
    expect(await page.locator('.draft .change strong').allTextContents()).toEqual(['FP32', '8 bits']);

    await draftButton(page, 'Run').click();
    await page.waitForFunction(() => [...document.querySelectorAll<HTMLButtonElement>('.draft .buttons button')].some((button) => button.textContent?.trim() === 'Compare' && !button.disabled));
    await draftButton(page, 'Compare').click();
    await page.locator('.comparison .figure').waitFor();
    await page.locator('.layers .bar .known', { hasText: 'Errors over 16 images' }).waitFor();
    expect(await seriousFindings(page)).toEqual([]);
    await connectTestPort(page);
    const { runs } = await askEngine(page, 'workspace.summary', null);
    const made = runs.find(({ settings }) => settings.overrides !== undefined);
    const [pair] = (await askEngine(page, 'run.paired', { runId: made?.id ?? '' })).filter(({ b }) => b === said.errors.runId);
    expect(made?.settings.overrides).toEqual((await askEngine(page, 'recipe.list', null)).recipes[0]?.recipe.overrides);
    expect(await words(page.locator('.comparison .figure'))).toBe(signed('en', pair?.difference ?? NaN));
    expect(await words(page.locator('.comparison .says'))).toContain(`${pair?.lost} lost, ${pair?.gained} gained, on the same 60 images`);
    await page.locator('.comparison button').click();
    await page.locator('.draft .change').first().waitFor();
    await running.close();
    expect(running.complaints).toEqual([]);
  }, patience);

  it('measures off alone in Korean, by keyboard, and tells the command line the same', async () => {
    const running = await open('ko', 'light', sizes.usual);
    const { page } = running;
    const offAlone = page.locator('.layers .bar .buttons button').nth(2);
    await offAlone.focus();
    await page.keyboard.press('Enter');
    await page.locator('.layers .bar .known', { hasText: '단독 끔' }).waitFor();
    await page.waitForFunction(() => document.querySelector('.layers .bar button.running') === null);
    const shown = new Map<string, string>();
    for (const cell of await page.locator('.strip button.cell').all()) {
      const [site = '', ...rest] = ((await cell.getAttribute('aria-label')) ?? '').split(',');
      shown.set(site, rest.join(','));
    }
    await running.close();
    expect(running.complaints).toEqual([]);
    const { sensitivity } = await bitlog2<{ sensitivity: Sensitivity }>('layers', '--run', said.errors.runId, '--sensitivity', 'off-alone');
    expect(shown.size).toBe(said.errors.sites.length);
    for (const { site, kl } of sensitivity.rows) expect(shown.get(site)).toContain(significant('ko', kl, 3));
  }, patience);
});
