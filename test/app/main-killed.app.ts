/**
 * The whole program is killed in the middle of an evaluation (kill -9 of main, as a system short of memory does it): no process of it lives on,
 * the next start asks about what was not finished, and the figures are those of an undisturbed run.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { workspaceContent } from '../helpers/workspace-content';
import { launchApp, type RunningApp } from './launch';
import { engineProcesses, makeSamplePart, runAllCells, type SamplePart, underWay } from './sample-part';

const patience = 10 * 60_000;
const folder = mkdtempSync(join(tmpdir(), 'bitlog2-main-killed-'));
const userData = join(folder, 'user-data');
let part: SamplePart;
let running: RunningApp | undefined;

beforeAll(async () => {
  part = await makeSamplePart(folder, 6);
}, patience);
afterAll(async () => {
  await running?.close();
  rmSync(folder, { recursive: true, force: true });
});

const start = async (): Promise<RunningApp> => {
  running = await launchApp({ userData, args: [`--workspace=${part.workspace}`] });
  running.page.setDefaultTimeout(patience);
  return running;
};

function lives(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

test('nothing is left running, and the evaluation goes on where it was when the person says so', { timeout: patience }, async () => {
  const first = await start();
  await runAllCells(first.page);
  await underWay(first.page);
  const [engine] = await engineProcesses(first);
  const main = first.app.process();
  if (engine === undefined || main.pid === undefined) throw new Error('main or the engine does not run');
  const ended = new Promise((resolve) => main.once('exit', resolve));
  process.kill(main.pid, 'SIGKILL');
  running = undefined;
  await ended;
  // Or it would hold the workspace against the next one.
  await expect.poll(() => lives(engine), { timeout: 60_000 }).toBe(false);

  const second = await start();
  const { page } = second;
  const asked = page.locator('.drawer .left-over');
  await asked.getByText('An evaluation was not finished when the program ended.').waitFor();
  await asked.getByRole('button', { name: 'Continue' }).click();
  await page.locator('footer .idle', { hasText: 'Done' }).waitFor();
  await second.close();
  running = undefined;
  expect(await workspaceContent(part.workspace)).toEqual(part.undisturbed);
});
