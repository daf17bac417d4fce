/** The workspace is open in another program: its number is named, another one can be begun, and the two are merged when it is free. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openStore } from '../../src/engine/runtime/store/open-store';
import type { Store } from '../../src/engine/runtime/store/store-types';
import { batchCommit, newRun, seedStore } from '../helpers/store-records';
import { launchApp, type RunningApp } from './launch';

const folder = mkdtempSync(join(tmpdir(), 'bitlog2-held-'));
const held = join(folder, 'held.bitlog2');
const fresh = join(folder, 'fresh.bitlog2');
let holder: Store | undefined;
let running: RunningApp | undefined;

beforeAll(async () => {
  // This process is the other program.
  holder = await openStore(held);
  const listId = await seedStore(holder, 8);
  await holder.createRun(newRun('theirs', listId, { total: 8 }));
  await holder.commitBatch(batchCommit(0, ['theirs'], 8));
  running = await launchApp({ args: [`--workspace=${held}`] });
});
afterAll(async () => {
  await running?.close();
  await holder?.close();
  rmSync(folder, { recursive: true, force: true });
});

test('the holder is named, work goes on in another workspace, and later there is one again', async () => {
  if (running === undefined) throw new Error('the app does not run');
  const { app, page } = running;
  const notice = page.locator('.notice');
  await notice.getByText(`process ${process.pid}`).first().waitFor();
  expect(await notice.textContent()).toContain(held);
  expect(await notice.getByRole('button').allTextContents()).toEqual(expect.arrayContaining(['Try again', 'Open another workspace…', 'Work in a new one, merge later…']));

  await app.evaluate(({ dialog }, file) => { dialog.showSaveDialog = async () => ({ canceled: false, filePath: file }); }, fresh);
  await notice.getByRole('button', { name: 'Work in a new one, merge later…' }).click();
  await notice.waitFor({ state: 'detached' });
  const panel = page.getByRole('complementary', { name: 'Workspace' });
  await panel.getByText('fresh.bitlog2').first().waitFor();

  await panel.getByRole('button', { name: 'Merge workspaces into this one…' }).click();
  const merging = page.getByRole('dialog');
  await merging.getByText(held).waitFor();
  // Still held: that is said, and nothing is changed.
  await merging.getByRole('button', { name: 'Merge', exact: true }).click();
  await merging.getByText(`process ${process.pid}`).first().waitFor();
  await holder?.close();
  holder = undefined;
  await merging.getByRole('button', { name: 'Merge', exact: true }).click();
  await merging.getByText(/held\.bitlog2: .*1 run, 8 predictions/).waitFor();
  await merging.getByRole('button', { name: 'Close' }).click();
  await panel.getByText('Runs', { exact: false }).first().waitFor();

  await running.close();
  running = undefined;
  const merged = await openStore(fresh);
  expect((await merged.runs()).map(({ id }) => id)).toEqual(['theirs']);
  await merged.close();
});
