/** An engine that still lives but answers nothing: it is noticed, ended and replaced. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { launchApp, type RunningApp } from './launch';

let running: RunningApp;

beforeAll(async () => {
  running = await launchApp();
});
afterAll(async () => {
  await running.close();
});

const engines = (): Promise<number[]> =>
  running.app.evaluate(({ app }) => app.getAppMetrics().filter(({ name }) => name === 'bitlog2-engine').map(({ pid }) => pid));

test('is replaced, the window lives on, and the log says why', { timeout: 180_000 }, async () => {
  await running.page.locator('footer .cancel').waitFor();
  const [pid] = await engines();
  if (pid === undefined) throw new Error('no engine process is running');
  process.kill(pid, 'SIGSTOP');
  await expect.poll(async () => (await engines()).filter((other) => other !== pid).length, { timeout: 120_000 }).toBe(1);
  // The evaluation of the first start goes on by itself.
  await running.page.locator('footer .stage').waitFor({ timeout: 60_000 });
  expect(readFileSync(join(running.userData, 'logs', 'workbench.log'), 'utf8')).toMatch(/engine restarting: no answer for \d+ s/);
});
