import { expect, test } from 'vitest';
import { parseLaunchOptions, workspaceArgument } from '../../src/main/launch-options';

const nothing = { workspace: null, userDataDir: null, locale: null, theme: null, openSample: false, workerPatience: null };

test('reads every switch, as two words or with an equals sign', () => {
  const expected = { workspace: '/w.bitlog2', userDataDir: '/u', locale: 'ko', theme: 'light', openSample: true, workerPatience: 5 };
  expect(parseLaunchOptions(['electron', '/app', '--workspace', '/w.bitlog2', '--user-data-dir', '/u', '--lang', 'ko', '--theme', 'light', '--open-sample', '--worker-patience', '5'], '/home/person')).toEqual(expected);
  expect(parseLaunchOptions(['electron', '/app', '--workspace=/w.bitlog2', '--user-data-dir=/u', '--lang=ko-KR', '--theme=light', '--open-sample', '--worker-patience=5'], '/home/person')).toEqual(expected);
});

test('what is not given, or not known, counts as not given', () => {
  expect(parseLaunchOptions(['electron', '/app', '--no-sandbox'], '/home/person')).toEqual(nothing);
  expect(parseLaunchOptions(['electron', '/app', '--lang=fr', '--theme', 'sepia', '--worker-patience=soon'], '/home/person')).toEqual(nothing);
  for (const wrong of ['0', '-3', 'Infinity', '']) expect(parseLaunchOptions(['electron', '/app', `--worker-patience=${wrong}`], '/home/person')).toEqual(nothing);
});

test('a switch without its value does not swallow the next switch', () => {
  expect(parseLaunchOptions(['electron', '/app', '--workspace', '--open-sample'], '/home/person')).toEqual({ ...nothing, openSample: true });
});

test.each([
  ['as a file manager gives it', ['/opt/bitlog2-workbench', '/data/a b.bitlog2'], '/data/a b.bitlog2'],
  ['behind Chromium’s switches', ['app', '--no-sandbox', '--disable-gpu', 'run.BitLog2'], '/home/person/run.BitLog2'],
  ['behind the app’s folder, as `electron .` has it', ['electron', '/src/app', '../other/run.bitlog2'], '/home/other/run.bitlog2'],
  ['the first of several', ['app', 'a.bitlog2', 'b.bitlog2'], '/home/person/a.bitlog2'],
])('a workspace file is opened %s', (_name, args, expected) => {
  expect(workspaceArgument(args, '/home/person')).toBe(expected);
  expect(parseLaunchOptions(args, '/home/person').workspace).toBe(expected);
});

test.each([
  ['the program itself', ['/opt/old.bitlog2']],
  ['a switch', ['app', '--x=/a.bitlog2']],
  ['the value of another switch', ['app', '--user-data-dir', 'folder.bitlog2']],
  ['a hidden file that is only the extension', ['app', '/data/.bitlog2']],
  ['another kind of file', ['app', 'model.onnx', 'run.bitlog2.wal']],
])('%s is no workspace file', (_name, args) => {
  expect(workspaceArgument(args, '/home/person')).toBeNull();
});

test('--workspace wins over the file', () => {
  expect(parseLaunchOptions(['app', 'a.bitlog2', '--workspace=b.bitlog2'], '/w').workspace).toBe('/w/b.bitlog2');
});
