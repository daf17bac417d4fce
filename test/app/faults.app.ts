/**
 * The engine is killed from outside at every stage of its work, in the built app: import, calibration, evaluation, analysis. The window
 * lives on, the evaluation continues by itself, and its figures are those of a run that nothing disturbed.
 */
import { execFile } from 'node:child_process';
import { copyFileSync, cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openStore } from '../../src/engine/runtime/store/open-store';
import { root } from '../../tools/lib/targets.mjs';
import type { RunRecord } from '../../src/shared/records';
import { workspaceContent, type RunContent } from '../helpers/workspace-content';
import { askEngine, connectTestPort } from './ask-engine';
import { launchApp, type RunningApp } from './launch';

const sample = 16;
/** Of each of the ten classes. */
const perClass = 6;
const patience = 8 * 60_000;
const folder = mkdtempSync(join(tmpdir(), 'bitlog2-faults-'));
const userData = join(folder, 'user-data');
let running: RunningApp | undefined;
let undisturbed: { readonly content: RunContent[]; readonly answers: readonly string[] };

beforeAll(async () => {
  const sampleFolder = join(root, 'resources', 'sample');
  const model = join(sampleFolder, 'models', 'fashion_vit.onnx');
  const data = join(folder, 'data');
  takePictures(join(sampleFolder, 'images'), data);
  const whole = join(folder, 'whole.bitlog2');
  await commandLine('eval', '--model', model, '--dataset', data, '--workspace', whole, '--log_quant_scheme', 'all', '--fp32');
  await commandLine('layers', '--run', 'fashion_vit/Sqrt2_17/0', '--images', String(sample), '--workspace', whole);
  undisturbed = { content: await workspaceContent(whole), answers: await answers(whole) };
  // The same without its runs: a workspace with something in it, so that the first start does not measure the sample.
  copyFileSync(whole, join(folder, 'work.bitlog2'));
  const work = await openStore(join(folder, 'work.bitlog2'));
  for (const { id } of await work.runs()) await work.remove({ kind: 'run', id });
  await work.close();
  running = await launchApp({ userData, args: [`--workspace=${join(folder, 'work.bitlog2')}`] });
  running.page.setDefaultTimeout(patience);
}, patience);
afterAll(async () => {
  await running?.close();
  rmSync(folder, { recursive: true, force: true });
});

/** A part of the sample: all pictures to calibrate on, few to evaluate. */
function takePictures(from: string, to: string): void {
  cpSync(join(from, 'train'), join(to, 'train'), { recursive: true });
  for (const name of readdirSync(join(from, 'val'))) {
    mkdirSync(join(to, 'val', name), { recursive: true });
    for (const file of readdirSync(join(from, 'val', name)).sort().slice(0, perClass)) copyFileSync(join(from, 'val', name, file), join(to, 'val', name, file));
  }
}

function app(): RunningApp {
  if (running === undefined) throw new Error('the app does not run');
  return running;
}

/** The command line that was built with the app. */
async function commandLine(...args: string[]): Promise<void> {
  await promisify(execFile)(process.execPath, [join(root, 'out', 'main', 'cli.js'), ...args]);
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

const engines = (): Promise<number[]> =>
  app().app.evaluate((electron) => electron.app.getAppMetrics().filter(({ name }) => name === 'bitlog2-engine').map(({ pid }) => pid));

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
  await page.click('.context .run');
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('button', { name: 'Run 7 cells' }).click();
  await dialog.waitFor({ state: 'detached' });
  await page.locator('footer .cancel').waitFor();
  await killEngine();
  await stage('Calibrating').waitFor();
  await killEngine();
  await stage('Evaluating').waitFor();
  await page.waitForFunction(() => [...document.querySelectorAll('tbody .cell .state')].some((cell) => /^[1-9]\d* of 60$/.test(cell.textContent?.trim() ?? '')));
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
