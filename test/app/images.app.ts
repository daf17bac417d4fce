/**
 * The images page of a real run, read off the window: its counts, cards, verdicts and answers are those that the command line gives of the
 * same workspace. The command line speaks first, because a workspace admits one process.
 */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Locator } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { root } from '../../tools/lib/targets.mjs';
import type { Blame, Divergence, FlippedBy, Flips } from '../../src/shared/images';
import type { DatasetRecord } from '../../src/shared/records';
import { percent, signed } from '../../src/renderer/src/format/numbers';
import { askEngine, connectTestPort } from './ask-engine';
import { launchApp, sizes, type RunningApp } from './launch';

const patience = 5 * 60_000;
let folder: string;
let workspace: string;
/** What the command line says before the window opens. */
let flips: Record<'all' | 'lost' | 'gained' | 'changed', Flips>;
let blamed: { readonly divergence: Divergence; readonly blame: Blame };
let flipped: FlippedBy;

async function bitlog2<T>(...args: string[]): Promise<T> {
  const { stdout } = await promisify(execFile)(process.execPath, [join(root, 'out', 'main', 'cli.js'), ...args, '--workspace', workspace, '--json'], { maxBuffer: 1 << 28 });
  return JSON.parse(stdout) as T;
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'bitlog2-images-app-'));
  workspace = join(folder, 'w.bitlog2');
  const sample = join(root, 'resources', 'sample');
  // Three bits of weights: enough images change their answer.
  await bitlog2('eval', '--model', join(sample, 'models', 'fashion_swin.onnx'), '--dataset', join(sample, 'images'), '--log_quant_scheme', 'BitLog2_Half_17', '--w_bits', '3', '--fp32', '--limit', '120', '--calib-batchsize', '8');
  const list = (filter: string): Promise<Flips> => bitlog2('images', '--filter', filter);
  flips = { all: await list('all'), lost: await list('lost'), gained: await list('gained'), changed: await list('changed') };
  blamed = await bitlog2('images', '--image', String(flips.lost.rows[0]?.index ?? 0), '--heads', '1000');
  flipped = await bitlog2('images', '--flipped-by', '0.0');
}, patience);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const words = async (locator: Locator): Promise<string> => ((await locator.textContent()) ?? '').replace(/\s+/g, ' ').trim();

async function open(locale: 'en' | 'ko', theme: 'dark' | 'light', size: readonly [number, number]): Promise<RunningApp> {
  const running = await launchApp({ locale, theme, args: [`--workspace=${workspace}`] });
  running.page.setDefaultTimeout(90_000);
  await running.page.locator('tbody .cell .interval').first().waitFor();
  await running.screenshot(size[0], size[1]);
  await running.page.keyboard.press('Control+5');
  await running.page.locator('.images-page .verdict .says').waitFor();
  return running;
}

describe('the images page', () => {
  it('has flips to show', () => {
    expect(flips.lost.rows.length).toBeGreaterThan(0);
    expect(flips.all.counts).toEqual({ all: 120, common: 120, lost: flips.lost.total, gained: flips.gained.total, changed: flips.changed.total });
  });

  it('shows what the command line says, in figures and pictures', async () => {
    const running = await open('en', 'dark', sizes.usual);
    const { page } = running;
    const name = await classNames(running);
    expect(await page.locator('.images-page .counts .top').allTextContents()).toEqual([`${flips.lost.total}Lost`, `${flips.gained.total}Gained`, `${flips.changed.total}Changed`, '120All']);
    // Every card of the first screen, by its place in the list.
    const cards = page.locator('.images-page [role=option]');
    for (const [place, row] of flips.lost.rows.slice(0, 6).entries()) {
      const said = `FP32✓${percent('en', row.baseline?.margin ?? NaN)}W3A4${name(row.run.top5[0] ?? -1)}${percent('en', row.run.margin)}`;
      expect(await words(cards.nth(place))).toBe(`−${name(row.label)}Lost${said}`);
    }
    // A picture is drawn, not merely there.
    const colours = await cards.first().locator('canvas').evaluate((canvas) => {
      if (!(canvas instanceof HTMLCanvasElement)) return 0;
      const { data } = canvas.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height) ?? { data: [] };
      return new Set(Array.from({ length: data.length / 4 }, (_, pixel) => `${data[4 * pixel]},${data[4 * pixel + 1]},${data[4 * pixel + 2]}`)).size;
    });
    expect(colours).toBeGreaterThan(20);
    await running.close();
    expect(running.complaints).toEqual([]);
  }, patience);

  it('says who flipped an image as the command line does, and leads to that head', async () => {
    const running = await open('en', 'light', sizes.smallest);
    const { page } = running;
    const name = await classNames(running);
    const { blame, divergence } = blamed;
    const guilty = blame.heads.filter(({ outcome }) => outcome.top5[0] === blame.answer).sort((a, b) => b.outcome.answerMargin - a.outcome.answerMargin);
    const says = await words(page.locator('.verdict .says'));
    if (guilty[0] !== undefined) expect(says).toContain(`Head ${guilty[0].head} of layers.`);
    else expect(says).not.toContain('flipped it');
    expect(await words(page.locator('.verdict .actions'))).toContain(`${blame.heads.length} of ${blame.heads.length} heads tested`);
    const rows = page.locator('.moved tbody').first().locator('tr');
    expect(await rows.count()).toBe(5);
    const answers = await rows.locator('.answer + .number').allTextContents();
    const outcomes = await page.locator('.moved tbody').first().locator('.answer').allTextContents();
    // The window learns the heads' means over a sample meanwhile and may rank them otherwise than the command line did: each figure is one of the tests.
    const known = new Set(blame.heads.map(({ outcome }) => signed('en', outcome.answerMargin)));
    for (const answer of answers) expect(known).toContain(answer.trim());
    for (const outcome of outcomes) expect(blame.heads.map((head) => name(head.outcome.top5[0] ?? -1))).toContain(outcome.replace('✓ ', '').trim());
    expect(await page.locator('.images-page .chart').last().getAttribute('aria-label')).toContain('rel. L2 at the input of every block');
    expect(divergence.depth).toHaveLength(5);
    await rows.first().locator('.link').click();
    await page.locator('.attention .main figure').first().waitFor();
    await running.close();
    expect(running.complaints).toEqual([]);
  }, patience);

  it('lists what a head flipped, in Korean too, by keyboard alone', async () => {
    const running = await open('ko', 'dark', sizes.usual);
    const { page } = running;
    await page.locator('.images-page .tools button').last().focus();
    await page.keyboard.press('Enter');
    await page.locator('.flipped').waitFor();
    const restored = flipped.images.filter(({ restored: back }) => back);
    expect(await words(page.locator('.flipped'))).toContain(restored.length === 0 ? `${flipped.tested}장` : `${flipped.tested}장 가운데 ${restored.length}장`);
    if (restored.length > 0) expect(await page.locator('.images-page [role=option]').first().getAttribute('aria-setsize')).toBe(String(restored.length));
    await page.locator('.flipped button').focus();
    await page.keyboard.press('Enter');
    await page.locator('.images-page label.all input').focus();
    await page.keyboard.press('Space');
    await page.locator('.images-page [role=option][aria-setsize="120"]').first().waitFor();
    await page.locator('.images-page [role=listbox]').focus();
    await page.keyboard.press('Home');
    await page.locator('#flip-0[aria-selected=true]').waitFor();
    await page.keyboard.press('ArrowRight');
    await page.locator('#flip-1[aria-selected=true]').waitFor();
    await page.keyboard.press('Enter');
    await page.locator('.attention').waitFor();
    await running.close();
    expect(running.complaints).toEqual([]);
  }, patience);
});

async function classNames({ page }: RunningApp): Promise<(label: number) => string> {
  await connectTestPort(page);
  const { datasets } = await askEngine(page, 'workspace.summary', null);
  const classes: DatasetRecord['classes'] = datasets[0]?.classes ?? [];
  return (label) => classes.find((entry) => entry.label === label)?.name ?? String(label);
}
