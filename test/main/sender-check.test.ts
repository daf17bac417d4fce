import { expect, test } from 'vitest';
import { isTrustedSender } from '../../src/main/sender-check';

const page = 'app://workbench/index.html#/board';

test('only the main frame of the own page may call', () => {
  expect(isTrustedSender({ senderFrame: { url: page, parent: null } })).toBe(true);
});

test.each([
  ['a frame that is gone', null],
  ['an inner frame', { url: page, parent: {} }],
  ['another host', { url: 'app://other/index.html', parent: null }],
  ['a look-alike host', { url: 'app://workbench.example.com/', parent: null }],
  ['a web page', { url: 'https://workbench/', parent: null }],
  ['a file', { url: 'file:///index.html', parent: null }],
  ['an empty page', { url: 'about:blank', parent: null }],
  ['no address', { url: '', parent: null }],
])('refuses %s', (_name, senderFrame) => {
  expect(isTrustedSender({ senderFrame })).toBe(false);
});
