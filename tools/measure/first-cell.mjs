/**
 * How long a person waits for the first measured cell: starts the built app on the sample with an empty user-data folder and prints
 * when the page has painted, what the page said meanwhile, and when the first figures stood on the board, in milliseconds.
 *
 *   npm run build && xvfb-run -a -s "-screen 0 1600x1000x24" node tools/measure/first-cell.mjs [RUNS]
 */
/* global document, MutationObserver -- in what runs in the page */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { _electron } from 'playwright-core';
import { findElectron } from '../electron/find-electron.mjs';
import { rootSwitches } from '../lib/electron-switches.mjs';
import { root } from '../lib/targets.mjs';

const runs = Number(process.argv[2] ?? 1);
const { binary } = await findElectron({ root });

/** In the page: notes the time of every change of the status bar, and of the first and second figure. */
function watchPage() {
  const log = [];
  const seen = new Set();
  const note = (what) => {
    if (seen.has(what)) return;
    seen.add(what);
    log.push([what, Date.now()]);
  };
  const look = () => {
    const stage = document.querySelector('footer .stage')?.textContent;
    const subject = document.querySelector('footer .subject')?.textContent.split('/').at(-1);
    const idle = document.querySelector('footer .idle')?.textContent;
    if (stage) note(`status: ${stage} ${subject}`);
    else if (idle) note(`status: ${idle}`);
    const figures = [...document.querySelectorAll('tbody .cell')].filter((cell) => cell.querySelector('.interval'));
    if (figures.length > 0) note('first figure');
    if (figures.length > 1) note('second figure');
  };
  new MutationObserver(look).observe(document.body, { subtree: true, childList: true, characterData: true });
  look();
  globalThis.firstCellLog = log;
}

async function measure() {
  const userData = mkdtempSync(join(tmpdir(), 'bitlog2-first-cell-'));
  const start = Date.now();
  const app = await _electron.launch({ executablePath: binary, args: [root, `--user-data-dir=${userData}`, '--lang=en', '--theme=dark', '--open-sample', ...rootSwitches()], timeout: 120_000 });
  try {
    const page = await app.firstWindow();
    await page.waitForFunction(() => document.body !== null);
    await page.evaluate(watchPage);
    await page.waitForFunction(() => globalThis.firstCellLog.some(([what]) => what === 'second figure'), null, { timeout: 300_000 });
    const { log, painted } = await page.evaluate(() => ({
      log: globalThis.firstCellLog,
      painted: performance.timeOrigin + (performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? Number.NaN),
    }));
    console.log(`app started -> window painted: ${Math.round(painted - start)} ms`);
    for (const [what, time] of log) console.log(`  ${String(Math.round(time - painted)).padStart(7)} ms after that: ${what}`);
  } finally {
    await app.close();
    rmSync(userData, { recursive: true, force: true });
  }
}

for (let run = 0; run < runs; run++) await measure();
