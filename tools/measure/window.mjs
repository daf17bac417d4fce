/**
 * Speed of the window in the built app, on the sample and on a DeiT-S with random weights, as JSON rows: median, smallest and largest of each.
 *
 *   npm run build && xvfb-run -a -s "-screen 0 1600x1000x24" node tools/measure/window.mjs [--minutes N] [--only first|switch|scroll|memory]
 *
 * first.picture     milliseconds from the first paint until the board of a measured sample stands with its figures
 * switch.cached     from a key or click until the next frame shows the head, block or image, when it was looked at before
 * switch.computed   the same when the engine must compute it (DeiT-S, batch 1, another image)
 * scroll.board      frames per second while a board of many models scrolls; scroll.runs the same for the list of runs
 * memory            megabytes of the page's process over a tour of all pages, at its start and at its end
 */
/* global document, MutationObserver, getComputedStyle, requestAnimationFrame, window -- in what runs in the page */
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { _electron } from 'playwright-core';
import { findElectron } from '../electron/find-electron.mjs';
import { rootSwitches } from '../lib/electron-switches.mjs';
import { root } from '../lib/targets.mjs';

const { values } = parseArgs({ options: { minutes: { type: 'string', default: '10' }, only: { type: 'string', multiple: true } } });
const wanted = (name) => values.only === undefined || values.only.includes(name);
const { binary } = await findElectron({ root });
const folder = mkdtempSync(join(tmpdir(), 'bitlog2-window-'));
const run = (program, ...args) => execFileSync(process.execPath, [join(root, 'out/main', program), ...args], { stdio: ['ignore', 'ignore', 'inherit'] });

function figures(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b);
  const round = (number) => Math.round(number * 10) / 10;
  return { median: round(sorted[Math.floor(sorted.length / 2)]), min: round(sorted[0]), max: round(sorted.at(-1)), count: sorted.length };
}

const rows = [];
const add = (id, numbers, unit) => { rows.push({ id, unit, ...figures(numbers) }); console.error(JSON.stringify(rows.at(-1))); };

/** A workspace of the sample with every scheme on few images, and one with a DeiT-S on the sample's pictures under ImageNet's names. */
function prepare() {
  const sample = join(root, 'resources/sample');
  const models = readdirSync(join(sample, 'models')).filter((name) => name.endsWith('.onnx')).map((name) => join(sample, 'models', name));
  const workspace = join(folder, 'sample.bitlog2');
  run('cli.js', 'eval', '--model', models.join(','), '--dataset', join(sample, 'images'), '--log_quant_scheme', 'all', '--limit', '100', '--workspace', workspace);
  const pictures = join(folder, 'imagenet/val');
  mkdirSync(pictures, { recursive: true });
  const labels = JSON.parse(readFileSync(join(root, 'resources/imagenet/validation-labels.json'), 'utf8'));
  const classes = readdirSync(join(sample, 'images/val'));
  const sources = Array.from({ length: 12 }, (_, i) => join(sample, 'images/val', classes[i % classes.length], readdirSync(join(sample, 'images/val', classes[i % classes.length]))[Math.floor(i / classes.length)]));
  sources.forEach((file, index) => copyFileSync(file, join(pictures, `ILSVRC2012_val_${String(index + 1).padStart(8, '0')}.PNG`)));
  if (labels.length !== 50_000) throw new Error('the table of labels is not complete');
  const model = join(folder, 'deit_small.onnx');
  run('bench.js', '--write-model', 'deit_small', model);
  const large = join(folder, 'deit.bitlog2');
  run('cli.js', 'eval', '--model', model, '--dataset', join(folder, 'imagenet'), '--log_quant_scheme', 'BitLog2_Half_17', '--calib-batchsize', '4', '--batch', '1', '--workspace', large);
  run('cli.js', 'eval', '--model', model, '--dataset', join(folder, 'imagenet'), '--arithmetic', 'fp32', '--batch', '1', '--workspace', large);
  return { workspace, large };
}

async function open(workspace) {
  const app = await _electron.launch({ executablePath: binary, args: [root, `--user-data-dir=${mkdtempSync(join(folder, 'user-'))}`, '--lang=en', '--theme=dark', `--workspace=${workspace}`, ...rootSwitches()], timeout: 120_000 });
  const page = await app.firstWindow();
  page.setDefaultTimeout(120_000);
  await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0].setContentSize(1440, 900));
  return { app, page };
}

async function firstPicture(workspace) {
  const times = [];
  for (let i = 0; i < 5; i++) {
    const { app, page } = await open(workspace);
    await page.waitForSelector('tbody .cell .interval');
    times.push(await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => done(performance.now() - (performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0))))));
    await app.close();
  }
  add('first.picture', times, 'ms');
}

/** Does `act` in the page and times until `text` of the inspector or list is another and was painted. */
async function timed(page, selector, act) {
  await page.evaluate((watched) => {
    const before = document.querySelector(watched)?.textContent;
    window.switched = new Promise((done) => {
      let start = null;
      const begin = () => { start ??= performance.now(); };
      window.addEventListener('keydown', begin, { capture: true, once: true });
      window.addEventListener('pointerdown', begin, { capture: true, once: true });
      const observer = new MutationObserver(() => {
        if (start === null || document.querySelector(watched)?.textContent === before) return;
        observer.disconnect();
        requestAnimationFrame(() => requestAnimationFrame(() => done(performance.now() - start)));
      });
      observer.observe(document.body, { subtree: true, childList: true, characterData: true, attributes: true });
    });
  }, selector);
  await act();
  return page.evaluate(() => window.switched);
}

const navigatorFull = (page) => page.waitForFunction(() => document.querySelector('.navigator') !== null && document.querySelector('.navigator button.unknown') === null);

async function switching(workspace) {
  const { app, page } = await open(workspace);
  await page.waitForSelector('tbody .cell .interval');
  await page.keyboard.press('Control+3');
  await navigatorFull(page);
  const heading = '.inspector header';
  const cached = [];
  // Heads that were seen, then blocks.
  for (const key of ['ArrowDown', 'ArrowDown', 'ArrowUp', 'ArrowUp']) { await timed(page, heading, () => page.keyboard.press(key)); await page.waitForTimeout(400); }
  for (const key of ['ArrowDown', 'ArrowDown', 'ArrowUp', 'ArrowUp', 'ArrowRight', 'ArrowLeft', 'ArrowDown', 'ArrowUp']) {
    cached.push(await timed(page, heading, () => page.keyboard.press(key)));
    await page.waitForTimeout(400);
  }
  add('switch.cached', cached, 'ms');
  const computed = [];
  for (let image = 1; image < 8; image++) {
    computed.push(await timed(page, '.inspector section', () => page.click(`.images .row >> nth=${image}`)));
    await navigatorFull(page);
    await page.waitForTimeout(500);
  }
  add('switch.computed', computed, 'ms');
  await app.close();
}

/** Frames per second of a box that is scrolled a little in every frame. */
const scrolled = (page, selector, step) => page.evaluate(([watched, by]) => new Promise((done) => {
  const box = document.querySelector(watched);
  if (box === null) { done(null); return; }
  const times = [];
  let direction = 1;
  const frame = (now) => {
    times.push(now);
    if (times.length > 180) { done((1000 * (times.length - 1)) / (times.at(-1) - times[0])); return; }
    if (box.scrollTop + box.clientHeight >= box.scrollHeight - 1) direction = -1;
    if (box.scrollTop <= 0) direction = 1;
    box.scrollTop += by * direction;
    requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);
}), [selector, step]);

async function scrolling(workspace) {
  const { app, page } = await open(workspace);
  await page.waitForSelector('tbody .cell .interval');
  await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0].setContentSize(1024, 500));
  await page.waitForTimeout(500);
  const rates = { board: [], images: [] };
  for (let i = 0; i < 5; i++) rates.board.push(await scrolled(page, '.board', 6));
  await page.keyboard.press('Control+5');
  await page.waitForTimeout(2000);
  const grid = await page.evaluate(() => [...document.querySelectorAll('main *')].find((element) => element.scrollHeight > element.clientHeight + 50 && getComputedStyle(element).overflowY !== 'visible')?.className.split(' ')[0] ?? null);
  for (let i = 0; grid !== null && i < 5; i++) rates.images.push(await scrolled(page, `main .${grid}`, 20));
  for (const [name, list] of Object.entries(rates)) if (list.every((rate) => rate !== null) && list.length > 0) add(`scroll.${name}`, list, 'frames/s');
  await app.close();
}

async function memory(workspace, minutes) {
  const { app, page } = await open(workspace);
  await page.waitForSelector('tbody .cell .interval');
  const size = () => app.evaluate(({ app: shell }) => (shell.getAppMetrics().find(({ type }) => type === 'Tab')?.memory.workingSetSize ?? 0) / 1024);
  const readings = [];
  const end = Date.now() + minutes * 60_000;
  for (let turn = 0; Date.now() < end; turn++) {
    for (const key of ['1', '2', '3', '4', '5', '6']) {
      await page.keyboard.press(`Control+${key}`);
      await page.waitForTimeout(900);
      for (const arrow of ['ArrowDown', 'ArrowRight', 'ArrowUp', 'ArrowLeft']) await page.keyboard.press(arrow);
    }
    readings.push(await size());
  }
  // The first turns fill caches of fixed size.
  const settled = readings.slice(Math.ceil(readings.length / 5));
  const half = Math.floor(settled.length / 2);
  add('memory.first_half', settled.slice(0, half), 'MB');
  add('memory.second_half', settled.slice(half), 'MB');
  await app.close();
}

try {
  const { workspace, large } = prepare();
  if (wanted('first')) await firstPicture(workspace);
  if (wanted('switch')) await switching(large);
  if (wanted('scroll')) await scrolling(workspace);
  if (wanted('memory')) await memory(workspace, Number(values.minutes));
  console.log(JSON.stringify({ rows }, null, 1));
} finally {
  rmSync(folder, { recursive: true, force: true });
}
