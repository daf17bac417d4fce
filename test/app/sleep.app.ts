/**
 * A machine that sleeps, as near to it as a test can come: main and engine are stopped for longer than an engine may be silent, once out of
 * the blue and once with the system's word before and after. Nothing is taken for hanging, and the figures are those of an undisturbed run.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { inFlightFile } from '../../src/engine/runtime/store/in-flight';
import { workspaceContent } from '../helpers/workspace-content';
import { launchApp, type RunningApp } from './launch';
import { engineProcesses, makeSamplePart, runAllCells, type SamplePart, underWay } from './sample-part';

const patience = 12 * 60_000;
/** An engine that says nothing for 25 s is replaced. */
const nightMs = 35_000;
const folder = mkdtempSync(join(tmpdir(), 'bitlog2-sleep-'));
const userData = join(folder, 'user-data');
/** Windows cannot stop a process. */
const stops = process.platform !== 'win32';
let part: SamplePart;
let running: RunningApp | undefined;

beforeAll(async () => {
  if (!stops) return;
  part = await makeSamplePart(folder, 12);
  running = await launchApp({ userData, args: [`--workspace=${part.workspace}`] });
  running.page.setDefaultTimeout(patience);
}, patience);
afterAll(async () => {
  await running?.close();
  rmSync(folder, { recursive: true, force: true });
});

function app(): RunningApp {
  if (running === undefined) throw new Error('the app does not run');
  return running;
}

const pause = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Stops main and the engine, waits, and lets them go on, the engine first: as after a sleep, main finds a clock that has moved. */
async function sleepAndWake(): Promise<void> {
  const main = app().app.process().pid;
  const [engine] = await engineProcesses(app());
  if (main === undefined || engine === undefined) throw new Error('main or the engine does not run');
  process.kill(main, 'SIGSTOP');
  process.kill(engine, 'SIGSTOP');
  try {
    await pause(nightMs);
  } finally {
    process.kill(engine, 'SIGCONT');
    process.kill(main, 'SIGCONT');
  }
}

const told = (event: 'suspend' | 'resume'): Promise<boolean> => app().app.evaluate(({ powerMonitor }, name) => powerMonitor.emit(name), event);
const inFlight = (): string => readFileSync(inFlightFile(part.workspace), 'utf8').trim();
const done = (): Promise<string> => app().page.evaluate(() => [...document.querySelectorAll('tbody .cell .state')].map((cell) => cell.textContent?.trim()).join());

test.runIf(stops)('the same engine goes on where it was', { timeout: patience }, async () => {
  const { page } = app();
  const engines = await engineProcesses(app());
  await runAllCells(page);
  await underWay(page);
  await sleepAndWake();

  // With the system's word: what is in work is finished, and nothing more is begun until it is awake.
  await told('suspend');
  await expect.poll(inFlight, { timeout: 120_000 }).toBe('');
  await expect.poll(async () => { const before = await done(); await pause(1500); return before === await done(); }, { timeout: 60_000 }).toBe(true);
  const before = await done();
  expect(before).toMatch(/of 120/);
  await sleepAndWake();
  expect([inFlight(), await done()]).toEqual(['', before]);
  await told('resume');

  await page.locator('footer .idle', { hasText: 'Done' }).waitFor();
  expect(await engineProcesses(app())).toEqual(engines);
  await app().close();
  running = undefined;
  expect(await workspaceContent(part.workspace)).toEqual(part.undisturbed);
  expect(readFileSync(join(userData, 'logs', 'workbench.log'), 'utf8')).not.toMatch(/engine (restarting|failed)/);
});
