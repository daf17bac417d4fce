import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openStateFile as openState, type StateFile } from '../../src/main/state-file';

let folder: string;
const fails = (problem: string): void => { throw new Error(problem); };
const openStateFile = (file: string): StateFile => openState(file, fails);
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bitlog2-state-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('a first start has the defaults and writes nothing', () => {
  const { current } = openStateFile(join(folder, 'window.json'));
  expect(current).toEqual({ bounds: { x: null, y: null, width: 1440, height: 900, maximized: false }, theme: 'system', locale: null, recents: [], lastFolder: null });
  expect(readdirSync(folder)).toEqual([]);
});

test('what was changed is there at the next start, and no half-written file is', () => {
  const file = join(folder, 'deeper', 'window.json');
  const recents = [{ kind: 'model', path: '/m.onnx' }] as const;
  openStateFile(file).update({ theme: 'dark', recents: [...recents] });
  openStateFile(file).update({ locale: 'ko' });
  expect(openStateFile(file).current).toMatchObject({ theme: 'dark', locale: 'ko', recents });
  expect(readdirSync(join(folder, 'deeper'))).toEqual(['window.json']);
});

test('a field that is not understood takes its default; the others stay', () => {
  const file = join(folder, 'window.json');
  writeFileSync(file, JSON.stringify({ theme: 'sepia', locale: 'ko', bounds: { width: -1 }, lastFolder: '/pictures', other: 1 }));
  expect(openStateFile(file).current).toMatchObject({ theme: 'system', locale: 'ko', bounds: { width: 1440 }, lastFolder: '/pictures' });
});

test.each(['', '{', 'null', '[]', '7'])('a broken file (%s) does not stop the start', (text) => {
  const file = join(folder, 'window.json');
  writeFileSync(file, text);
  const state = openStateFile(file);
  expect(state.current.theme).toBe('system');
  state.update({ theme: 'light' });
  expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({ theme: 'light' });
});

test('where it cannot be written, as on a full disk, the change holds for this start, and why is told', () => {
  // A file where its folder should be.
  writeFileSync(join(folder, 'taken'), '');
  const problems: string[] = [];
  const state = openState(join(folder, 'taken', 'window.json'), (problem) => problems.push(problem));
  state.update({ theme: 'dark' });
  expect(state.current.theme).toBe('dark');
  expect(problems).toEqual([expect.stringMatching(/EEXIST|ENOTDIR/)]);
});
