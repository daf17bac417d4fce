import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { launchApp, type RunningApp } from './launch';

let running: RunningApp;
let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'bitlog2-shell-'));
  running = await launchApp({ userData: join(folder, 'user-data') });
});
afterAll(async () => {
  await running.close();
  rmSync(folder, { recursive: true, force: true });
});

/** A call exactly as the page makes it, with the shell's answer as it comes. */
const call = (method: string, params: unknown): Promise<unknown> =>
  running.page.evaluate(([name, given]) => Reflect.get(globalThis, 'workbench').call(name, given), [method, params] as const);

/** Lets the next save dialog end with this path; undefined cancels it. */
const answerSaveDialog = (filePath: string | undefined): Promise<void> =>
  running.app.evaluate(({ dialog }, path) => {
    dialog.showSaveDialog = () => Promise.resolve({ canceled: path === undefined, filePath: path ?? '' });
  }, filePath);

test('the shell says what it is', async () => {
  expect(await call('app.info', null)).toMatchObject({ ok: true, value: { theme: 'dark', systemDark: true, locale: 'en', recents: [], workspace: null, openSample: false } });
});

test.each([
  ['an unknown call', 'shell.run', null, /unknown window call/],
  ['a call named after an object member', 'constructor', null, /unknown window call/],
  ['parameters that do not fit', 'theme.set', { theme: 'sepia' }, /window call theme\.set/],
  ['a site that is not on the list', 'link.open', { url: 'https://example.com/' }, /not on the list/],
  ['a program as a link', 'link.open', { url: 'file:///usr/bin/env' }, /not on the list/],
  ['a file that was not saved from here', 'file.open', { file: '/etc/hostname' }, /only files saved/],
  ['a picture that is none', 'clipboard.png', { png: new Uint8Array([1, 2, 3]) }, /not a PNG/],
])('%s is refused with the reason', async (_name, method, params, reason) => {
  expect(await call(method, params)).toEqual({ ok: false, reason: expect.stringMatching(reason) });
});

test('a file is saved where the person says, with the extension the dialog left out', async () => {
  await answerSaveDialog(join(folder, 'board'));
  expect(await call('file.save', { name: 'board.csv', kind: 'csv', data: 'a,b\n' })).toEqual({ ok: true, value: { file: join(folder, 'board.csv') } });
  expect(readFileSync(join(folder, 'board.csv'), 'utf8')).toBe('a,b\n');
});

test('a cancelled dialog writes nothing', async () => {
  await answerSaveDialog(undefined);
  expect(await call('file.save', { name: 'other.csv', kind: 'csv', data: 'a,b\n' })).toEqual({ ok: true, value: { file: null } });
  expect(existsSync(join(folder, 'other.csv'))).toBe(false);
});

test('a file that cannot be written is a refusal that names it', async () => {
  const path = join(folder, 'no-such-folder', 'board.csv');
  await answerSaveDialog(path);
  expect(await call('file.save', { name: 'board.csv', kind: 'csv', data: '' })).toEqual({ ok: false, reason: expect.stringContaining(path) });
});

test('theme, language and recents are there at the next start', async () => {
  const recent = { kind: 'model', path: '/models/deit.onnx' };
  expect(await call('theme.set', { theme: 'light' })).toEqual({ ok: true, value: null });
  expect(await call('locale.set', { locale: 'ko' })).toEqual({ ok: true, value: null });
  expect(await call('recents.add', recent)).toEqual({ ok: true, value: { recents: [recent] } });
  expect(JSON.parse(readFileSync(join(folder, 'user-data', 'window.json'), 'utf8'))).toMatchObject({ theme: 'light', locale: 'ko', recents: [recent] });
  expect(await call('app.info', null)).toMatchObject({ value: { locale: 'ko', systemDark: false, recents: [recent] } });
});
