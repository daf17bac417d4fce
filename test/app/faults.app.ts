/**
 * The engine is killed from outside at every stage of its work, in the built app: import, calibration, evaluation, analysis. The window
 * lives on, the evaluation continues by itself, and its figures are those of a run that nothing disturbed.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { RunRecord } from '../../src/shared/records';
import { workspaceContent, type RunContent } from '../helpers/workspace-content';
import { askEngine, connectTestPort } from './ask-engine';
import { launchApp, type RunningApp } from './launch';
import { commandLine, engineProcesses, makeSamplePart, runAllCells, underWay } from './sample-part';

const sample = 16;
/** Of each of the ten classes. */
const perClass = 6;
const patience = 8 * 60_000;
const folder = mkdtempSync(join(tmpdir(), 'bitlog2-faults-'));
const userData = join(folder, 'user-data');
let running: RunningApp | undefined;
let undisturbed: { readonly content: readonly RunContent[]; readonly answers: readonly string[] };

beforeAll(async () => {
  const part = await makeSamplePart(folder, perClass);
  const whole = join(folder, 'whole.bitlog2');
  await commandLine('layers', '--run', 'fashion_vit/Sqrt2_17/0', '--images', String(sample), '--workspace', whole);
  undisturbed = { content: part.undisturbed, answers: await answers(whole) };
  running = await launchApp({ userData, args: [`--workspace=${join(folder, 'work.bitlog2')}`] });
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

/** Stored errors of the sites of Sqrt2_17, without the id of their run. */
async function answers(workspace: string): Promise<string[]> {
  const instance = await DuckDBInstance.create(workspace, { access_mode: 'READ_ONLY' });
  const connection = await instance.connect();
  const rows = (await connection.runAndReadAll(`SELECT result, run_id FROM analyses WHERE kind LIKE 'layers%' ORDER BY kind, question, result`)).getRowsJson();
  connection.closeSync();
  instance.closeSync();
  return rows.map(([result, runId]) => String(result).replaceAll(String(runId), ''));
}

const engines = (): Promise<number[]> => engineProcesses(app());

/** Kills the engine; the next one has a port in the page when this is over. */
async function killEngine(): Promise<void> {
  const [pid] = await engines();
  if (pid === undefined) throw new Error('no engine process is running');
  process.kill(pid, 'SIGKILL');
  await expect.poll(async () => (await engines()).filter((other) => other !== pid).length, { timeout: 60_000 }).toBe(1);
}

const stage = (name: string) => app().page.locator('footer .stage', { hasText: name });

test('import and check, calibration, evaluation: each time the engine is started again and the evaluation goes on by itself', { timeout: patience }, async () => {
  const { page } = app();
  await runAllCells(page);
  await page.locator('footer .cancel').waitFor();
  await killEngine();
  await stage('Calibrating').waitFor();
  await killEngine();
  await stage('Evaluating').waitFor();
  await underWay(page);
  await killEngine();
  await page.locator('footer .idle', { hasText: 'Done' }).waitFor();
  // The first kill may hit the check of the model that comes before the evaluation.
  if (await page.locator('.drawer').count() === 0) await page.click('footer .jobs');
  expect(await page.locator('.drawer').textContent()).toMatch(/The engine was lost [23] times/);
});

test('analysis: the page can be asked again, and answers as if nothing had been', { timeout: patience }, async () => {
  const { page } = app();
  await connectTestPort(page);
  const runOf = (runs: readonly RunRecord[]): RunRecord => {
    const run = runs.find(({ settings }) => settings.scheme === 'Sqrt2_17');
    if (run === undefined) throw new Error('no run of Sqrt2_17');
    return run;
  };
  const { runs } = await askEngine(page, 'workspace.summary', null);
  const asked = askEngine(page, 'layers.errors', { runId: runOf(runs).id, images: 64 }).then(() => 'answered', (error: unknown) => String(error));
  await killEngine();
  // The port went with the engine: whoever asked through it hears nothing more.
  expect(await Promise.race([asked, Promise.resolve('silent')])).toBe('silent');
  await expect.poll(async () => page.evaluate(() => document.querySelector('footer .idle')?.textContent ?? ''), { timeout: 60_000 }).not.toMatch(/restarted/);
  await connectTestPort(page);
  await askEngine(page, 'layers.errors', { runId: runOf((await askEngine(page, 'workspace.summary', null)).runs).id, images: sample });
  // The window is as usable as before.
  await page.keyboard.press('Control+1');
  await page.locator('tbody .cell .figure').first().waitFor();
});

test('every figure is that of the undisturbed run, the log tells what happened, and nothing private', { timeout: patience }, async () => {
  await app().close();
  running = undefined;
  expect(await workspaceContent(join(folder, 'work.bitlog2'))).toEqual(undisturbed.content);
  expect(undisturbed.answers).not.toEqual([]);
  expect(await answers(join(folder, 'work.bitlog2'))).toEqual(undisturbed.answers);
  const log = readFileSync(join(userData, 'logs', 'workbench.log'), 'utf8');
  expect(log.match(/engine restarting: killed/g)).toHaveLength(4);
  expect(log).not.toContain(homedir());
});
