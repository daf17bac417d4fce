import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { missingPackages, namesToInstall } from '../../tools/lib/debian.mjs';
import { hasDisplay } from '../../tools/lib/display.mjs';
import { isInstalled } from '../../tools/lib/install.mjs';
import { withLock } from '../../tools/lib/lock.mjs';
import { runStep } from '../../tools/lib/run-step.mjs';
import { sourceHash } from '../../tools/lib/source-hash.mjs';
import { countsOf, lastLine, oneTest, sumCounts } from '../../tools/lib/stage-counts.mjs';

let folder;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bitlog2-tools-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('the source hash sees contents and names, and nothing that is left out', () => {
  mkdirSync(join(folder, 'src'));
  const hash = () => sourceHash(folder, ['src', 'missing.json'], (file) => !file.endsWith('.md'));
  writeFileSync(join(folder, 'src', 'a.ts'), 'one');
  const first = hash();
  writeFileSync(join(folder, 'src', 'notes.md'), 'words');
  expect(hash()).toBe(first);
  writeFileSync(join(folder, 'src', 'a.ts'), 'two');
  const second = hash();
  expect(second).not.toBe(first);
  writeFileSync(join(folder, 'src', 'b.ts'), '');
  expect(hash()).not.toBe(second);
});

test('two that hold one lock work one after the other', async () => {
  const lock = join(folder, 'lock');
  const log = [];
  const work = (name) =>
    withLock(lock, async () => {
      log.push(`${name} in`);
      await new Promise((resolve) => setTimeout(resolve, 30));
      log.push(`${name} out`);
    }, { stepMs: 5 });
  await Promise.all([work('a'), work('b')]);
  expect(log.map((line) => line.split(' ')[1])).toEqual(['in', 'out', 'in', 'out']);
});

test('a lock is let go after a failure, and taken over from an owner that died', async () => {
  const lock = join(folder, 'lock');
  await expect(withLock(lock, () => Promise.reject(new Error('broken')))).rejects.toThrow('broken');
  mkdirSync(lock);
  // No process has the largest number that the kernel could give.
  writeFileSync(join(lock, 'pid'), String(2 ** 22 + 1));
  expect(await withLock(lock, () => Promise.resolve('mine'), { stepMs: 5 })).toBe('mine');
});

test('a lock held by somebody alive is waited for, not forever', async () => {
  const lock = join(folder, 'lock');
  mkdirSync(lock);
  writeFileSync(join(lock, 'pid'), String(process.pid));
  await expect(withLock(lock, () => undefined, { patienceMs: 20, stepMs: 5 })).rejects.toThrow('another build');
});

test('installed means: what the lockfile names, except optional parts for other machines', () => {
  const write = (file, packages) => writeFileSync(join(folder, file), JSON.stringify({ packages }));
  mkdirSync(join(folder, 'node_modules'));
  const wanted = { '': {}, 'node_modules/a': { version: '1.0.0' }, 'node_modules/a-windows': { version: '1.0.0', optional: true } };
  write('package-lock.json', wanted);
  expect(isInstalled(folder)).toBe(false);
  const present = (packages) => {
    write('node_modules/.package-lock.json', packages);
    return isInstalled(folder);
  };
  expect(present({ 'node_modules/a': { version: '1.0.0' } })).toBe(true);
  expect(present({ 'node_modules/a': { version: '0.9.0' } })).toBe(false);
  expect(present({})).toBe(false);
  expect(present({ 'node_modules/a': { version: '1.0.0' }, 'node_modules/a-windows': { version: '0.9.0' } })).toBe(false);
});

test('only Linux can be without a display', () => {
  expect(hasDisplay({}, 'linux')).toBe(false);
  expect(hasDisplay({ DISPLAY: ':0' }, 'linux')).toBe(true);
  expect(hasDisplay({ WAYLAND_DISPLAY: 'wayland-0' }, 'linux')).toBe(true);
  expect(hasDisplay({}, 'darwin')).toBe(true);
});

test('system packages: one name of each need is enough, and the known name is installed', () => {
  const needs = [['xvfb'], ['libgtk-3-0', 'libgtk-3-0t64']];
  expect(missingPackages(needs, (name) => name === 'libgtk-3-0t64')).toEqual([['xvfb']]);
  expect(namesToInstall(needs, (name) => name.endsWith('t64'))).toEqual(['xvfb', 'libgtk-3-0t64']);
});

test('the exit code of a step is its own', async () => {
  expect(await runStep(process.execPath, ['-e', 'process.exit(3)'])).toBe(3);
  await expect(runStep(join(folder, 'no-such-program'), [])).rejects.toThrow('ENOENT');
});

test('counting: a red run without a failed test is still red', () => {
  const report = { numPassedTests: 5, numFailedTests: 0, numPendingTests: 1, numTodoTests: 1 };
  expect(countsOf(report, 0)).toEqual({ passed: 5, failed: 0, skipped: 2 });
  expect(countsOf(report, 1).failed).toBe(1);
  expect(countsOf({ ...report, numFailedTests: 3 }, 1).failed).toBe(3);
  expect(countsOf(undefined, 0)).toEqual({ passed: 0, failed: 1, skipped: 0 });
  expect(lastLine(sumCounts([oneTest(true), oneTest(false), countsOf(report, 0)]))).toBe('6 passed, 1 failed, 2 skipped');
});
