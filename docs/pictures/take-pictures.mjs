/**
 * Takes the pictures of this folder from the built app (`npm run build` first): opens the sample, waits until every cell is
 * measured in both arithmetics, and photographs both pages in both themes and languages.
 *
 *   xvfb-run -a -s "-screen 0 1600x1000x24" node docs/pictures/take-pictures.mjs [USER-DATA FOLDER OF A MEASURED SAMPLE]
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { _electron } from 'playwright-core';
import { findElectron } from '../../tools/electron/find-electron.mjs';
import { rootSwitches } from '../../tools/lib/electron-switches.mjs';
import { root } from '../../tools/lib/targets.mjs';

const folder = dirname(fileURLToPath(import.meta.url));
const given = process.argv[2];
const userData = given ?? mkdtempSync(join(tmpdir(), 'bitlog2-pictures-'));
const { binary } = await findElectron({ root });
const minutes = 60_000;

async function open(theme, locale) {
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
  await idle();
  await page.getByRole('button', { name: 'Measure in integers too' }).click();
  await page.waitForSelector('footer .cancel');
  await idle();
  await app.close();
}

async function photograph(theme, locale, suffix, onImage) {
  const { app, page } = await open(theme, locale);
  const shot = async (name) => {
    await page.mouse.move(720, 886);
    await page.waitForTimeout(1500);
    await page.screenshot({ path: join(folder, `${name}-${suffix}.png`) });
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

if (given === undefined) await measure();
await photograph('dark', 'en', 'dark', false);
await photograph('light', 'en', 'light', true);
await photograph('dark', 'ko', 'dark-ko', true);
await photograph('light', 'ko', 'light-ko', false);
if (given === undefined) rmSync(userData, { recursive: true, force: true });
