/**
 * Speed of the window in the built app, on the sample and on a DeiT-S with random weights, as JSON rows: median, smallest and largest of each.
 *
 *   npm run build && xvfb-run -a -s "-screen 0 1600x1000x24" node tools/measure/window.mjs [--minutes N] [--only first|switch|scroll|memory] [--folder F]
 *
 * --folder: keeps the workspaces that are measured in F, and finds them there the next time; a temporary folder otherwise
 *
 * first.picture     milliseconds from the first paint until the board of a measured sample stands with its figures
 * switch.cached     from a key or click until the next frame shows the head, block or image, when it was looked at before
 * switch.computed   the same when the engine must compute it (DeiT-S, batch 1, another image)
 * scroll.board      frames per second while a board of 7 models and 6 schemes beside FP32, on 50,000 pictures, scrolls in a low window
 * scroll.images     the same for the images page with 50,000 pictures, scroll.list for the attention page's list of them
 * *.processor       milliseconds of processor time that all processes of the app took for one switch (with what follows it for 400 ms) or one
 *                   frame: other programs make it little longer, where they make a switch much longer
 * memory            megabytes of the page's process over a tour of all pages, in the first and in the second half of it (after a fifth, in which
 *                   caches of fixed size fill); the page's nodes, listeners and heap after garbage collection, after that fifth and at the end
 */
/* global document, MutationObserver, requestAnimationFrame, window -- in what runs in the page */
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { _electron } from 'playwright-core';
import { findElectron } from '../electron/find-electron.mjs';
import { rootSwitches } from '../lib/electron-switches.mjs';
import { root } from '../lib/targets.mjs';
import { measuredWorkspaces } from './window-workspaces.mjs';

const { values } = parseArgs({ options: { minutes: { type: 'string', default: '10' }, only: { type: 'string', multiple: true }, folder: { type: 'string' } } });
const wanted = (name) => values.only === undefined || values.only.includes(name);
const { binary } = await findElectron({ root });
const folder = mkdtempSync(join(tmpdir(), 'bitlog2-window-'));
const kept = values.folder === undefined ? folder : resolve(values.folder);
mkdirSync(kept, { recursive: true });
const { small, long, large } = measuredWorkspaces(kept);

function figures(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b);
  const round = (number) => Math.round(number * 10) / 10;
  return { median: round(sorted[Math.floor(sorted.length / 2)]), min: round(sorted[0]), max: round(sorted.at(-1)), count: sorted.length };
}

const rows = [];
const add = (id, numbers, unit) => { rows.push({ id, unit, ...figures(numbers) }); console.error(JSON.stringify(rows.at(-1))); };

/** Milliseconds of processor time of all processes of the app since they began. */
async function processorTime(app) {
  const pids = await app.evaluate(({ app: shell }) => shell.getAppMetrics().map(({ pid }) => pid));
  const ticks = pids.map((pid) => {
    // After the name in brackets: state is the first field, user and system time the 12th and 13th.
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1).split(' ');
    return Number(fields[11]) + Number(fields[12]);
  });
  return 10 * ticks.reduce((sum, each) => sum + each, 0);
}

async function open(file) {
  const app = await _electron.launch({ executablePath: binary, args: [root, `--user-data-dir=${mkdtempSync(join(folder, 'user-'))}`, '--lang=en', '--theme=dark', `--workspace=${file}`, ...rootSwitches()], timeout: 120_000 });
  const page = await app.firstWindow();
  page.setDefaultTimeout(120_000);
  await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0].setContentSize(1440, 900));
  return { app, page };
}

async function firstPicture(file) {
  const times = [];
  for (let i = 0; i < 5; i++) {
    const { app, page } = await open(file);
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

async function switching(file) {
  const { app, page } = await open(file);
  await page.waitForSelector('tbody .cell .interval');
  await page.keyboard.press('Control+3');
  await navigatorFull(page);
  const heading = '.inspector header';
  const cached = [];
  // Heads that were seen, then blocks.
  for (const key of ['ArrowDown', 'ArrowDown', 'ArrowUp', 'ArrowUp']) { await timed(page, heading, () => page.keyboard.press(key)); await page.waitForTimeout(400); }
  const before = await processorTime(app);
  for (const key of ['ArrowDown', 'ArrowDown', 'ArrowUp', 'ArrowUp', 'ArrowRight', 'ArrowLeft', 'ArrowDown', 'ArrowUp']) {
    cached.push(await timed(page, heading, () => page.keyboard.press(key)));
    await page.waitForTimeout(400);
  }
  add('switch.cached', cached, 'ms');
  add('switch.cached.processor', [(await processorTime(app) - before) / cached.length], 'ms');
  const computed = [];
  for (let image = 1; image < 8; image++) {
    computed.push(await timed(page, '.inspector section', () => page.click(`.images .row >> nth=${image}`)));
    await navigatorFull(page);
    await page.waitForTimeout(500);
  }
  add('switch.computed', computed, 'ms');
  await app.close();
}

/** Frames per second of a box that is scrolled a little in every frame; null when it does not scroll. */
const scrolled = (page, selector, step) => page.evaluate(([watched, by]) => new Promise((done) => {
  const box = document.querySelector(watched);
  if (box === null || box.scrollHeight <= box.clientHeight + 20) { done(null); return; }
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

async function scrolling(file) {
  const { app, page } = await open(file);
  await page.waitForSelector('tbody .cell .interval');
  const measure = async (id, selector, step) => {
    const rates = [];
    const before = await processorTime(app);
    for (let i = 0; i < 5; i++) rates.push(await scrolled(page, selector, step));
    if (rates.includes(null)) throw new Error(`${selector} does not scroll`);
    add(id, rates, 'frames/s');
    add(`${id}.processor`, [(await processorTime(app) - before) / (5 * 180)], 'ms');
  };
  await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0].setContentSize(1024, 500));
  await page.waitForTimeout(500);
  await measure('scroll.board', '#page', 6);
  await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0].setContentSize(1440, 900));
  await page.locator('tbody .cell').nth(1).click();
  await page.keyboard.press('Control+5');
  await page.locator('.counts label.all').click();
  await page.waitForSelector('.card canvas');
  await page.waitForTimeout(1000);
  await measure('scroll.images', '.images-page .grid', 20);
  await page.keyboard.press('Control+3');
  await page.waitForSelector('.images .list .row');
  await page.waitForTimeout(2000);
  await measure('scroll.list', '.images .list', 20);
  await app.close();
}

async function memory(file, minutes) {
  const { app, page } = await open(file);
  await page.waitForSelector('tbody .cell .interval');
  const size = () => app.evaluate(({ app: shell }) => (shell.getAppMetrics().find(({ type }) => type === 'Tab')?.memory.workingSetSize ?? 0) / 1024);
  const inspector = await page.context().newCDPSession(page);
  await inspector.send('Performance.enable');
  /** What is held on to: garbage is collected first. */
  const held = async () => {
    await inspector.send('HeapProfiler.collectGarbage');
    const { metrics } = await inspector.send('Performance.getMetrics');
    return (name) => metrics.find((metric) => metric.name === name).value;
  };
  const readings = [];
  const start = Date.now();
  const end = start + minutes * 60_000;
  let settledHeld = null;
  for (let turn = 0; Date.now() < end; turn++) {
    for (const key of ['1', '2', '3', '4', '5', '6']) {
      await page.keyboard.press(`Control+${key}`);
      await page.waitForTimeout(900);
      for (const arrow of ['ArrowDown', 'ArrowRight', 'ArrowUp', 'ArrowLeft']) await page.keyboard.press(arrow);
    }
    readings.push(await size());
    if (settledHeld === null && Date.now() - start > (end - start) / 5) settledHeld = await held();
  }
  const endHeld = await held();
  // The first turns fill caches of fixed size.
  const settled = readings.slice(Math.ceil(readings.length / 5));
  const half = Math.floor(settled.length / 2);
  add('memory.first_half', settled.slice(0, half), 'MB');
  add('memory.second_half', settled.slice(half), 'MB');
  for (const [id, name, unit, scale] of [['nodes', 'Nodes', 'objects', 1], ['listeners', 'JSEventListeners', 'objects', 1], ['heap', 'JSHeapUsedSize', 'MB', 2 ** -20]]) {
    add(`memory.${id}.settled`, [settledHeld(name) * scale], unit);
    add(`memory.${id}.end`, [endHeld(name) * scale], unit);
  }
  await app.close();
}

try {
  if (wanted('first')) await firstPicture(small());
  if (wanted('switch')) await switching(large());
  if (wanted('scroll')) await scrolling(long());
  if (wanted('memory')) await memory(small(), Number(values.minutes));
  console.log(JSON.stringify({ rows }, null, 1));
} finally {
  rmSync(folder, { recursive: true, force: true });
}
