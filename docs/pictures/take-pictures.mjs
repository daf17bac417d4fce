/**
 * Takes the pictures of this folder and of guide/ from the built app (`npm run build` first): opens the sample, waits until every cell
 * is measured in both arithmetics, measures what the pages show beyond that, and photographs them in themes and languages.
 *
 *   xvfb-run -a -s "-screen 0 1600x1000x24" node docs/pictures/take-pictures.mjs [--only readme|guide|PAGE] [USER-DATA FOLDER]
 *
 * Measuring takes most of the time: minutes on a machine of its own, an hour beside other work. With a folder it is done once and kept there, and a
 * run that was broken off goes on. Each step says what it waits for, and fails when nothing came in its time.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { _electron } from 'playwright-core';
import { findElectron } from '../../tools/electron/find-electron.mjs';
import { rootSwitches } from '../../tools/lib/electron-switches.mjs';
import { root } from '../../tools/lib/targets.mjs';
import { smallPng } from './small-png.mjs';

const folder = dirname(fileURLToPath(import.meta.url));
const only = process.argv[2] === '--only' ? process.argv[3] : undefined;
const given = process.argv[only === undefined ? 2 : 4];
const userData = given ?? mkdtempSync(join(tmpdir(), 'bitlog2-pictures-'));
const { binary } = await findElectron({ root });
const minutes = 60_000;
/** Written once the sample of the folder is measured. */
const measured = join(userData, 'measured-for-pictures');
const started = Date.now();
const say = (what) => console.error(`${Math.round((Date.now() - started) / 1000)} s  ${what}`);

async function open(theme, locale) {
  say(`window: ${theme}, ${locale}`);
  const app = await _electron.launch({ executablePath: binary, args: [root, `--user-data-dir=${userData}`, `--lang=${locale}`, `--theme=${theme}`, '--open-sample', ...rootSwitches()], timeout: 2 * minutes });
  const page = await app.firstWindow();
  page.setDefaultTimeout(2 * minutes);
  await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0].setContentSize(1440, 900));
  await page.waitForSelector('tbody .cell .interval');
  return { app, page };
}

/** The newest block of the navigator is coloured: nothing is on its way any more. */
const navigatorFull = (page) => page.waitForFunction(() => document.querySelector('.navigator') !== null && document.querySelector('.navigator button.unknown') === null);

async function measure() {
  const { app, page } = await open('dark', 'en');
  const idle = () => page.waitForFunction(() => document.querySelector('footer .cancel') === null, null, { timeout: 60 * minutes });
  say('every cell in reference arithmetic');
  await idle();
  const further = page.getByRole('button', { name: /^(Continue unfinished runs|Measure in integers too)$/ });
  // Twice at most: what was broken off first, then integers. The button goes when there is nothing left.
  for (let turn = 0; turn < 2 && (await further.count()) > 0; turn++) {
    say(await further.first().innerText());
    await further.first().click();
    await page.waitForSelector('footer .cancel');
    await idle();
  }
  await app.close();
}

async function photograph(theme, locale, suffix, onImage) {
  const { app, page } = await open(theme, locale);
  const shot = async (name) => {
    say(`${name}-${suffix}`);
    await page.mouse.move(720, 886);
    await page.waitForTimeout(1500);
    writeFileSync(join(folder, `${name}-${suffix}.png`), smallPng(await page.screenshot()));
  };
  // The last model under BitLog2_Half_17, in integers.
  await page.click('tbody tr:last-child .cell >> nth=-1');
  await page.waitForSelector('.inspector tbody .name');
  await shot('board');
  await page.keyboard.press('Control+3');
  await navigatorFull(page);
  // An image that quantisation lost, seen where the map is most interesting: the second block.
  await page.click('.images .filter label:nth-child(2)');
  await page.waitForTimeout(500);
  if ((await page.$$('.images .row')).length > 0) await page.click('.images .row >> nth=0');
  await page.click('.navigator tbody tr:nth-child(1) td:nth-child(3) button');
  if (onImage) {
    await page.click('.main .segmented >> nth=0 >> label >> nth=1');
    const box = await (await page.$('.picture')).boundingBox();
    await page.click('.picture', { position: { x: box.width * 0.45, y: box.height * 0.55 } });
  }
  await page.waitForTimeout(2500);
  await navigatorFull(page);
  await shot('attention');
  await app.close();
}

/** What the guide shows of one run beyond its figures: draws, rounding, errors and sensitivity of its layers. Asked for on the command line, while no window has the workspace. */
function measureMore() {
  const sample = join(root, 'resources', 'sample');
  const ask = (...args) => {
    say(`bitlog2 ${args[0]} ${args.slice(1).filter((arg) => !arg.includes('/')).join(' ')}`);
    const { status, stdout } = spawnSync(process.execPath, [join(root, 'tools', 'bitlog2.mjs'), ...args, '--workspace', join(userData, 'default.bitlog2')], { stdio: ['ignore', 'pipe', 'inherit'], encoding: 'utf8' });
    if (status !== 0) throw new Error(`bitlog2 ${args[0]} ended with ${status}`);
    return stdout;
  };
  // By id: the name alone means the newest, which is the one in integers.
  const run = JSON.parse(ask('runs', '--json')).runs.find(({ modelName, settings }) => modelName === 'fashion_vit' && settings.scheme === 'BitLog2_Half_17' && settings.arithmetic === 'reference').id;
  ask('eval', '--model', join(sample, 'models', 'fashion_vit.onnx'), '--dataset', join(sample, 'images'), '--log_quant_scheme', 'BitLog2_Half_17', '--seed', '1');
  ask('noise', '--run', run, '--repeats', '5');
  ask('calibration', '--run', run, '--redraw', '2,3,4,5');
  for (const kind of ['on-alone', 'off-alone']) ask('layers', '--run', run, '--sensitivity', kind);
}

/** Each page of the guide: its key, and what must be on it before it is photographed. */
const pages = {
  board: async (page) => page.waitForSelector('.inspector tbody .name'),
  layers: async (page) => {
    await page.keyboard.press('Control+2');
    await page.waitForSelector('.strip tbody button');
    await page.click('.strip tbody tr:nth-child(3) td:nth-child(4) button');
  },
  attention: async (page) => {
    await page.keyboard.press('Control+3');
    await navigatorFull(page);
    await page.click('.navigator tbody tr:nth-child(1) td:nth-child(3) button');
    await page.click('.main .segmented >> nth=0 >> label >> nth=1');
    const box = await (await page.$('.picture')).boundingBox();
    await page.click('.picture', { position: { x: box.width * 0.45, y: box.height * 0.55 } });
    await navigatorFull(page);
  },
  levels: async (page) => {
    await page.keyboard.press('Control+4');
    await page.waitForSelector('.occupancy .map');
  },
  images: async (page) => {
    await page.keyboard.press('Control+5');
    await page.waitForSelector('.images-page .verdict .says');
  },
  calibration: async (page) => {
    await page.keyboard.press('Control+6');
    await page.waitForSelector('.calibration .draws');
  },
};

async function photographGuide(theme, locale, names) {
  const { app, page } = await open(theme, locale);
  // The run of seed 0, in reference arithmetic: the one that measureMore asked about.
  await page.locator('.runs .run').filter({ hasText: /BitLog2_Half_17\s*fashion_vit\s*\d/ }).first().click();
  for (const name of names) {
    say(`guide: ${name}`);
    await pages[name](page);
    await page.mouse.move(720, 886);
    await page.waitForTimeout(1500);
    await page.waitForFunction(() => document.querySelector('footer .cancel') === null);
    await page.waitForTimeout(1500);
    writeFileSync(join(folder, 'guide', `${name}${locale === 'ko' ? '-ko' : ''}.png`), smallPng(await page.screenshot()));
  }
  await app.close();
}

const wants = (part) => only === undefined || only === part;
if (!existsSync(measured)) {
  await measure();
  measureMore();
  writeFileSync(measured, '');
}
if (wants('readme')) {
  await photograph('dark', 'en', 'dark', false);
  await photograph('light', 'en', 'light', true);
  await photograph('dark', 'ko', 'dark-ko', true);
  await photograph('light', 'ko', 'light-ko', false);
}
const chosen = Object.keys(pages).filter((name) => wants('guide') || name === only);
if (chosen.length > 0) {
  mkdirSync(join(folder, 'guide'), { recursive: true });
  await photographGuide('light', 'en', chosen);
  await photographGuide('light', 'ko', chosen);
}
if (given === undefined) rmSync(userData, { recursive: true, force: true });
