/**
 * The tour: every page of the built app in both themes, both languages and both sizes, on real runs of both sample models. Nothing serious
 * for axe, nothing wider than the window, no key of a message in sight, no warning, no violation of the page's policy; and in all eight
 * the same figures as the command line gives of the same workspace. The command line speaks first: a workspace admits one process.
 */
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Calibration } from '../../src/shared/calibration';
import type { Flips } from '../../src/shared/images';
import type { Levels } from '../../src/shared/levels';
import type { SiteErrors } from '../../src/shared/layers';
import type { RunRecord } from '../../src/shared/records';
import { significant } from '../../src/renderer/src/format/numbers';
import { launchApp, sizes } from './launch';
import { boardCell, goTo, overflows, pageNames, seriousFindings, untranslated, words } from './tour-pages';
import { askCommandLine, makeTourWorkspace, tourImages, type EvalRun } from './tour-workspace';

const pictures = process.env['BITLOG2_TOUR_PICTURES'];
const patience = 4 * 60_000;
const looks = [['en', 'dark'], ['en', 'light'], ['ko', 'dark'], ['ko', 'light']] as const;
let folder: string;
let evaluated: readonly EvalRun[];
let errors: SiteErrors;
let levels: Levels;
let lost: Flips;
let calibration: Calibration;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'bitlog2-tour-'));
  const workspace = join(folder, 'w.bitlog2');
  evaluated = await makeTourWorkspace(workspace);
  const { runs } = await askCommandLine<{ runs: RunRecord[] }>(workspace, 'runs');
  const run = runs.find(({ modelName, settings }) => modelName === 'fashion_swin' && settings.scheme === 'BitLog2_Half_17');
  if (run === undefined) throw new Error('no run to look at');
  ({ errors } = await askCommandLine<{ errors: SiteErrors }>(workspace, 'layers', '--run', run.id));
  levels = await askCommandLine(workspace, 'levels', '--run', run.id);
  lost = await askCommandLine(workspace, 'images', '--run', run.id);
  ({ calibration } = await askCommandLine<{ calibration: Calibration }>(workspace, 'calibration', '--run', run.id));
}, patience);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe.each(looks)('in %s, %s', (locale, theme) => {
  it('every page is sound in both sizes and shows the figures of the command line', async () => {
    const own = join(folder, `${locale}-${theme}.bitlog2`);
    cpSync(join(folder, 'w.bitlog2'), own);
    const running = await launchApp({ locale, theme, args: [`--workspace=${own}`] });
    const { page } = running;
    page.setDefaultTimeout(60_000);
    try {
      for (const [width, height] of Object.values(sizes)) {
        await running.screenshot(width, height);
        await goTo(page, 'board');
        await boardCell(page, 'fashion_swin BitLog2_Half_17').click();
        for (const name of pageNames) {
          const place = `${name}, ${width} x ${height}`;
          await goTo(page, name);
          // For a person's eyes, where they are asked for.
          if (pictures !== undefined) await running.screenshot(width, height, join(pictures, `${name}-${locale}-${theme}-${width}.png`));
          // Slowest of all: the small window, whose parts are the same, in one language of each theme.
          if (width === sizes.usual[0] || (locale === 'en') === (theme === 'dark')) expect.soft(await seriousFindings(page), place).toEqual([]);
          expect.soft(await overflows(page), place).toEqual([]);
          expect.soft(await untranslated(page, locale), place).toEqual([]);
        }
        await readFigures(page, locale);
      }
      expect(running.complaints).toEqual([]);
    } finally {
      await running.close();
    }
  }, patience);
});

/** One mark and more of every page, whatever its language. */
async function readFigures(page: Parameters<typeof goTo>[0], locale: 'en' | 'ko'): Promise<void> {
  await goTo(page, 'board');
  expect(evaluated).toHaveLength(6);
  for (const { model, scheme, arithmetic, top1, top1_ci95: ci95, images } of evaluated) {
    const cell = boardCell(page, `${model} ${arithmetic === 'fp32' ? 'FP32' : scheme}`);
    expect(images).toBe(tourImages);
    expect(await words(cell.locator('.figure'))).toBe(top1.toFixed(2));
    expect(await words(cell.locator('.interval'))).toBe(ci95.map((bound) => bound.toFixed(1)).join('–'));
  }

  await goTo(page, 'layers');
  const worst = [...errors.sites].sort((a, b) => (b.local?.relativeL2 ?? 0) - (a.local?.relativeL2 ?? 0));
  for (const [place, site] of worst.slice(0, 3).entries()) {
    const row = page.locator('#page .sites tbody tr:not([aria-hidden])').nth(place);
    expect(await words(row.locator('th'))).toBe(site.site);
    expect((await row.locator('td.bar .value').allTextContents()).slice(0, 2)).toEqual([site.cumulative.relativeL2, site.local?.relativeL2 ?? Number.NaN].map((value) => significant(locale, value, 3)));
  }
  // In sight, not under the columns that stay in place.
  expect(await page.locator('#page .sites tbody tr:not([aria-hidden]) .value').first().evaluate((value) => {
    value.scrollIntoView({ block: 'center' });
    const { left, top, width, height } = value.getBoundingClientRect();
    return value.parentElement?.contains(document.elementFromPoint(left + width / 2, top + height / 2)) ?? false;
  })).toBe(true);

  await goTo(page, 'attention');
  await page.locator('#page .images .filter').waitFor();
  expect((await page.locator('#page .images .filter label').allTextContents()).map((text) => Number(/\d+$/.exec(text.trim())?.[0]))).toEqual([tourImages, lost.counts.lost, lost.counts.gained, lost.counts.changed]);

  await goTo(page, 'levels');
  const grid = levels.schemes.find(({ scheme }) => scheme === 'BitLog2_Half_17')?.grids[0];
  const block = levels.blocks[0];
  if (grid === undefined || block === undefined) throw new Error('no levels');
  const byCode = (figures: readonly number[]): number[] => grid.levels.map((_, code) => figures.reduce((sum, figure, at) => (at % grid.levels.length === code ? sum + figure : sum), 0));
  const squared = byCode(grid.errors);
  const code = squared.indexOf(Math.max(...squared));
  const figures = await page.locator('.inspector dl dd').allTextContents();
  expect(figures[0]).toBe(significant(locale, grid.levels[code] ?? Number.NaN, 4));
  expect(figures[2]).toContain((byCode(grid.counts)[code] ?? Number.NaN).toLocaleString(locale));
  expect(figures[2]).toContain((block.elements * block.heads).toLocaleString(locale));

  await goTo(page, 'images');
  const counts = await page.locator('#page .counts .top').allTextContents();
  expect(counts.map((text) => Number(/\d+/.exec(text)?.[0]))).toEqual([lost.counts.lost, lost.counts.gained, lost.counts.changed, lost.counts.all]);

  await goTo(page, 'calibration');
  const rows = page.locator('#page .parameters tbody tr:not([aria-hidden])');
  for (const [place, { site, delta, zeroPoint }] of calibration.operands.slice(0, 8).entries()) {
    const cells = await rows.nth(place).locator('th, td').allTextContents();
    expect(cells[0]?.trim()).toBe(site);
    if (delta.length > 1 || delta[0] === undefined) continue;
    expect(cells[2]?.trim()).toBe(Number.isInteger(delta[0]) ? delta[0].toLocaleString(locale) : significant(locale, delta[0], 3));
    if (zeroPoint?.[0] !== undefined) expect(cells[3]?.trim()).toBe(Number.isInteger(zeroPoint[0]) ? zeroPoint[0].toLocaleString(locale) : significant(locale, zeroPoint[0], 3));
  }
  expect(calibration.pictures).toHaveLength(8);
}
