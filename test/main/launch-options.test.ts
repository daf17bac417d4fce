import { expect, test } from 'vitest';
import { parseLaunchOptions } from '../../src/main/launch-options';

const nothing = { workspace: null, userDataDir: null, locale: null, theme: null, openSample: false };

test('reads every switch, as two words or with an equals sign', () => {
  const expected = { workspace: '/w.bitlog2', userDataDir: '/u', locale: 'ko', theme: 'light', openSample: true };
  expect(parseLaunchOptions(['electron', '/app', '--workspace', '/w.bitlog2', '--user-data-dir', '/u', '--lang', 'ko', '--theme', 'light', '--open-sample'])).toEqual(expected);
  expect(parseLaunchOptions(['electron', '/app', '--workspace=/w.bitlog2', '--user-data-dir=/u', '--lang=ko-KR', '--theme=light', '--open-sample'])).toEqual(expected);
});

test('what is not given, or not known, counts as not given', () => {
  expect(parseLaunchOptions(['electron', '/app', '--no-sandbox'])).toEqual(nothing);
  expect(parseLaunchOptions(['electron', '/app', '--lang=fr', '--theme', 'sepia'])).toEqual(nothing);
});

test('a switch without its value does not swallow the next switch', () => {
  expect(parseLaunchOptions(['electron', '/app', '--workspace', '--open-sample'])).toEqual({ ...nothing, openSample: true });
});
