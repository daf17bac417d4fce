/**
 * Every chart, map and table of every page gives its data marks away as figures; taken out of the window by its own export menus, with the
 * pointer, they are in full precision what the command line and SQL say of the same workspace.
 */
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { median, type Calibration } from '../../src/shared/calibration';
import type { Divergence, Flips } from '../../src/shared/images';
import type { SiteErrors } from '../../src/shared/layers';
import type { Levels } from '../../src/shared/levels';
import type { RunRecord } from '../../src/shared/records';
import { launchApp, type RunningApp } from './launch';
import { boardCell, catchSavedFiles, exportedFigures, goTo, type ExportedRow, type SavedFiles } from './tour-pages';
import { askCommandLine, exportedTable, makeTourWorkspace, tourImages, type EvalRun } from './tour-workspace';

interface PredictionRow { readonly run: string; readonly index: number; readonly file: string; readonly correct: boolean; readonly margin: number; readonly top1: number }

const patience = 4 * 60_000;
let folder: string;
let running: RunningApp;
let files: SavedFiles;
let evaluated: readonly EvalRun[];
let runs: readonly RunRecord[];
let predictions: readonly PredictionRow[];
let errors: SiteErrors;
let levels: Levels;
let lost: Flips;
let divergence: Divergence;
let calibration: Calibration;
let run: RunRecord;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'bitlog2-marks-'));
  const workspace = join(folder, 'w.bitlog2');
  evaluated = await makeTourWorkspace(workspace);
  ({ runs } = await askCommandLine<{ runs: RunRecord[] }>(workspace, 'runs'));
  const found = runs.find(({ modelName, settings }) => modelName === 'fashion_swin' && settings.scheme === 'BitLog2_Half_17');
  if (found === undefined) throw new Error('no run to look at');
  run = found;
  predictions = await exportedTable<PredictionRow>(workspace, 'predictions');
  // The window measures on its own copy: what it shows was not put there by the command line.
  const own = join(folder, 'own.bitlog2');
  cpSync(workspace, own);
  ({ errors } = await askCommandLine<{ errors: SiteErrors }>(workspace, 'layers', '--run', run.id));
  levels = await askCommandLine(workspace, 'levels', '--run', run.id);
  lost = await askCommandLine(workspace, 'images', '--run', run.id);
  ({ divergence } = await askCommandLine<{ divergence: Divergence }>(workspace, 'images', '--run', run.id, '--image', String(lost.rows[0]?.index ?? 0)));
  ({ calibration } = await askCommandLine<{ calibration: Calibration }>(workspace, 'calibration', '--run', run.id));
  running = await launchApp({ theme: 'light', args: [`--workspace=${own}`] });
  running.page.setDefaultTimeout(90_000);
  files = catchSavedFiles(running);
  await running.screenshot(1440, 900);
  await goTo(running.page, 'board');
  await boardCell(running.page, 'fashion_swin BitLog2_Half_17').click();
}, patience);
afterAll(async () => {
  files.remove();
  await running.close();
  rmSync(folder, { recursive: true, force: true });
});

const exported = (name: string): Promise<ExportedRow[]> => exportedFigures(running.page, files, name);
const column = (rows: readonly ExportedRow[], name: string): (string | number | null)[] => rows.map((row) => {
  if (!(name in row)) throw new Error(`no column ${name} in ${Object.keys(row).join(', ')}`);
  return row[name] ?? null;
});

describe('data marks', () => {
  it('Board: the forest is eval --json, and eval --json is SQL', async () => {
    const rows = (await exported('board-forest')).filter((row) => row['top1_percent'] !== null);
    expect(rows).toHaveLength(evaluated.length);
    for (const { model, scheme, top1, top1_ci95: [low, high] } of evaluated) {
      const row = rows.find((mark) => mark['model'] === model && (mark['scheme'] === scheme || (scheme === 'none' && mark['scheme'] === 'FP32')));
      expect(row, `${model} ${scheme}`).toMatchObject({ images: tourImages, top1_percent: top1, ci95_low: low, ci95_high: high });
      const id = runs.find(({ modelName, settings }) => modelName === model && settings.scheme === scheme)?.id;
      const own = predictions.filter((prediction) => prediction.run === id);
      expect((100 * own.filter(({ correct }) => correct).length) / own.length).toBeCloseTo(top1, 10);
    }
    // The curve in the inspector ends at the figure of the cell.
    const band = await exported('fashion_swin-BitLog2_Half_17-band');
    expect(Object.values(band.at(-1) ?? {})).toEqual(expect.arrayContaining([run.images, run.top1]));
  });

  it('Layers: the table, the strip and the depth chart are `layers --json`', async () => {
    await goTo(running.page, 'layers');
    const rows = await exported('layers-sites');
    expect(rows).toHaveLength(errors.sites.length);
    for (const { site, local, cumulative, weights, activations, attention, clipped } of errors.sites) {
      const row = rows.find((mark) => mark['site'] === site);
      const figures = Object.fromEntries(Object.entries(row ?? {}).map(([name, value]) => [name.split(' (')[0] ?? name, value]));
      expect(figures, site).toMatchObject({ cumulative: cumulative.relativeL2, local: local?.relativeL2 ?? null, weights: weights?.relativeL2 ?? null, activations: activations?.relativeL2 ?? null, attention: attention?.relativeL2 ?? null, clipped });
    }
    const strip = await exported('layers-strip');
    const depth = await exported('layers-depth');
    const local = new Map(errors.sites.map(({ site, local: error }) => [site, error?.relativeL2 ?? null]));
    for (const row of strip) expect(Object.values(row).at(-1)).toBe(local.get(String(row['site'])));
    expect(depth.map((row) => [row['site'], Object.entries(row).find(([name]) => name.startsWith('local'))?.[1]])).toEqual([...local]);
  });

  it('Attention: maps are distributions, the curve and the damage are those of `images --json` on the same image', async () => {
    const { page } = running;
    await goTo(page, 'images');
    await page.locator('#page .images-page, #page.images-page').getByRole('button', { name: 'See its attention' }).click();
    await page.locator('#page.attention .main[aria-busy=false] figure').first().waitFor();
    await page.waitForFunction(() => document.querySelector('.navigator') !== null && document.querySelector('.navigator button.unknown') === null);
    const curve = await exported('error along the network');
    expect(column(curve, 'relative_l2')).toEqual(divergence.depth.map(({ error }) => error.relativeL2));
    expect(column(curve, 'sqnr_db')).toEqual(divergence.depth.map(({ error }) => error.sqnrDb));
    const damage = await exported('damage of every head');
    expect(damage.map((row) => [row['head'], row['kl_nats']])).toEqual(divergence.heads.map(({ head, damage: { kl } }) => [head, kl]));
    const map = await exported((await page.locator('#page .main').getByRole('button', { name: /^Export attention / }).first().getAttribute('aria-label'))?.replace('Export ', '') ?? '');
    const sums = new Map<number, number>();
    for (const row of map) sums.set(Number(row['row']), (sums.get(Number(row['row'])) ?? 0) + Number(row['fp32']));
    expect(sums.size).toBe(49);
    for (const sum of sums.values()) expect(sum).toBeCloseTo(1, 4);
    for (const row of map) expect(Number(row['total'])).toBeCloseTo(Number(row['inherited']) + Number(row['scheme_alone']), 6);
  });

  it('Levels: usage of every code by every head, and the six schemes, are `levels --json`', async () => {
    await goTo(running.page, 'levels');
    const usage = await exported('level usage BitLog2_Half_17');
    const grids = levels.schemes.find(({ scheme }) => scheme === 'BitLog2_Half_17')?.grids ?? [];
    expect(column(usage, 'elements')).toEqual(grids.flatMap(({ counts }) => counts));
    expect(column(usage, 'value')).toEqual(grids.flatMap(({ levels: ladder, counts }) => counts.map((_, at) => ladder[at % ladder.length])));
    const name = /Export (levels .*)/.exec((await running.page.getByRole('button', { name: /^Export levels / }).getAttribute('aria-label')) ?? '')?.[1] ?? '';
    const block = levels.blocks.findIndex((entry) => `levels ${entry.name}` === name);
    const axis = (await exported(name)).filter((row) => Object.values(row)[0] === 'level');
    expect(axis.map((row) => Object.values(row)[4])).toEqual(levels.schemes.flatMap(({ grids: all }) => all[block]?.levels ?? []));
    const schemes = await exported(`schemes ${levels.blocks[block]?.name ?? ''}`);
    expect(schemes.map((row) => Object.values(row).slice(0, 2))).toEqual(levels.schemes.map(({ scheme, grids: all }) => [scheme, all[block]?.delta]));
  });

  it('Images: the list is `images --json` and the predictions of SQL', async () => {
    await goTo(running.page, 'images');
    const rows = await exported('images Lost');
    expect(rows.map((row) => [row['index'], row['file'], row['flip'], row['run class'], row['run margin'], row['baseline margin']])).toEqual(lost.rows.map(({ index, file, flip, run: own, baseline }) => [index, file, flip, own.top5[0], own.margin, baseline?.margin ?? null]));
    expect(rows.length).toBeGreaterThan(0);
    for (const row of rows) {
      const stored = predictions.find((prediction) => prediction.run === run.id && prediction.index === row['index']);
      expect(stored).toMatchObject({ file: row['file'], correct: false, top1: row['run class'] });
      expect(stored?.margin).toBeCloseTo(Number(row['run margin']), 6);
    }
    const drift = await exported(`Drift from FP32 by block ${lost.rows[0]?.index}`);
    expect(column(drift, 'relative L2')).toEqual(divergence.depth.map(({ error }) => error.relativeL2));
  });

  it('Calibration: pictures and every quantiser are `calibration --json`', async () => {
    await goTo(running.page, 'calibration');
    const rows = (await exported('parameters')).map((row) => Object.values(row));
    expect(rows.map(([site, operand, bits, scheme, channels, delta]) => [site, operand, bits, scheme, channels, delta])).toEqual(calibration.operands.map(({ site, operand, bits, scheme, delta }) => [site, operand, bits, scheme, delta.length, median(delta)]));
    expect(rows.map((row) => row.slice(9, 11))).toEqual(calibration.operands.map(({ low, high }) => [low, high]));
    const pictures = await exported('calibration-pictures');
    expect(pictures.map((row) => Object.values(row)[0])).toEqual(calibration.pictures?.map(({ file }) => file));
  });

  it('nothing was complained about', () => expect(running.complaints).toEqual([]));
});
