/** The app started once more while it runs: the window that is there takes the file, and the second process ends. */
import { spawn } from 'node:child_process';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { join } from 'node:path';
import { rootSwitches } from '../../tools/lib/electron-switches.mjs';
import { root } from '../../tools/lib/targets.mjs';
import { askEngine, connectTestPort } from './ask-engine';
import { launchApp, type RunningApp } from './launch';

let running: RunningApp;

beforeAll(async () => {
  running = await launchApp();
});
afterAll(async () => {
  await running.close();
});

test('hands its workspace over and ends', async () => {
  const { page } = running;
  await page.locator('footer .cancel').waitFor();
  // The first start measures the sample: a workspace is not left while something writes to it.
  await page.click('footer .cancel');
  await page.locator('footer .idle', { hasText: 'Stopped' }).waitFor();
  const file = join(running.userData, 'handed over.bitlog2');
  const second = spawn(process.env['BITLOG2_TEST_ELECTRON'] ?? '', [root, `--user-data-dir=${running.userData}`, ...rootSwitches(), file], { stdio: 'ignore' });
  expect(await new Promise((done) => second.on('exit', done))).toBe(0);
  await page.locator('.workspace, [aria-label="Workspace"]').getByText('handed over').first().waitFor();
  await connectTestPort(page);
  expect((await askEngine(page, 'workspace.summary', null)).file).toBe(file);
  expect(await running.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().length)).toBe(1);
});
