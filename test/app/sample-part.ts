/** A small evaluation on a part of the sample, for tests that disturb it: its data, what it gives undisturbed, and a workspace to run it in. */
import { execFile } from 'node:child_process';
import { copyFileSync, cpSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Page } from 'playwright-core';
import { openStore } from '../../src/engine/runtime/store/open-store';
import { root } from '../../tools/lib/targets.mjs';
import { workspaceContent, type RunContent } from '../helpers/workspace-content';
import type { RunningApp } from './launch';

/** The command line that was built with the app. */
export async function commandLine(...args: string[]): Promise<void> {
  await promisify(execFile)(process.execPath, [join(root, 'out', 'main', 'cli.js'), ...args]);
}

/** All pictures to calibrate on, `perClass` of each of the ten classes to evaluate. */
export function takePictures(from: string, to: string, perClass: number): void {
  cpSync(join(from, 'train'), join(to, 'train'), { recursive: true });
  for (const name of readdirSync(join(from, 'val'))) {
    mkdirSync(join(to, 'val', name), { recursive: true });
    for (const file of readdirSync(join(from, 'val', name)).sort().slice(0, perClass)) copyFileSync(join(from, 'val', name, file), join(to, 'val', name, file));
  }
}

export interface SamplePart {
  readonly data: string;
  /** Holds the model and the data set, but no runs: the first start does not measure the sample, and the window's own dialog offers these. */
  readonly workspace: string;
  readonly undisturbed: readonly RunContent[];
}

/** Evaluates a part of the sample with the command line, all schemes and FP32, and leaves a workspace in which the window can do the same. */
export async function makeSamplePart(folder: string, perClass: number): Promise<SamplePart> {
  const sample = join(root, 'resources', 'sample');
  const data = join(folder, 'data');
  takePictures(join(sample, 'images'), data, perClass);
  const whole = join(folder, 'whole.bitlog2');
  await commandLine('eval', '--model', join(sample, 'models', 'fashion_vit.onnx'), '--dataset', data, '--workspace', whole, '--log_quant_scheme', 'all', '--fp32');
  const undisturbed = await workspaceContent(whole);
  const workspace = join(folder, 'work.bitlog2');
  copyFileSync(whole, workspace);
  const work = await openStore(workspace);
  for (const { id } of await work.runs()) await work.remove({ kind: 'run', id });
  await work.close();
  return { data, workspace, undisturbed };
}

/** Starts the evaluation of every cell, as the window offers it. */
export async function runAllCells(page: Page): Promise<void> {
  await page.click('.context .run');
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('button', { name: 'Run 7 cells' }).click();
  await dialog.waitFor({ state: 'detached' });
}

/** Some, but not all pictures of a cell are evaluated. */
export async function underWay(page: Page): Promise<void> {
  await page.waitForFunction(() => [...document.querySelectorAll('tbody .cell .state')].some((cell) => /^[1-9]\d* of \d+$/.test(cell.textContent?.trim() ?? '')));
}

export const engineProcesses = ({ app }: RunningApp): Promise<number[]> =>
  app.evaluate((electron) => electron.app.getAppMetrics().filter(({ name }) => name === 'bitlog2-engine').map(({ pid }) => pid));
