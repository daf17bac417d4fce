import { afterEach, expect, test } from 'vitest';
import { launchApp, type RunningApp } from './launch';

let running: RunningApp | undefined;
afterEach(async () => {
  await running?.close();
});

test.each([
  { locale: 'en', theme: 'dark' },
  { locale: 'ko', theme: 'light' },
] as const)('starts without a warning or a violation of the policy: $locale, $theme', async ({ locale, theme }) => {
  running = await launchApp({ locale, theme });
  await running.page.waitForFunction(() => document.body.innerText.trim().length > 0);
  expect(running.complaints).toEqual([]);
});

test('the watcher sees a violation when there is one', async () => {
  running = await launchApp();
  await running.page.evaluate(() => {
    const style = document.createElement('style');
    style.textContent = 'body { color: red }';
    document.head.append(style);
  });
  await expect.poll(() => running?.complaints.some((line) => line.includes('style-src'))).toBe(true);
});
