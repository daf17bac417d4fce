import { expect, test } from 'vitest';
import { addRecent, readShellState } from '../../src/shared/shell-state';
import { callShell, isWindowMethod, parseWindowEvent, parseWindowParams, type ShellBridge } from '../../src/shared/window-contract';

function bridgeThatAnswers(reply: unknown): ShellBridge {
  return { styleNonce: '', call: () => Promise.resolve(reply), onEvent: () => () => undefined, pathOfFile: () => '' };
}

test('only own methods are methods', () => {
  expect(isWindowMethod('app.info')).toBe(true);
  for (const other of ['', 'nope', 'toString', '__proto__', 'constructor', null, 7, {}]) expect(isWindowMethod(other)).toBe(false);
});

test.each([
  ['theme.set', { theme: 'sepia' }],
  ['locale.set', { locale: 'fr' }],
  ['recents.add', { kind: 'model', path: '' }],
  ['file.save', { name: 'a', kind: 'exe', data: '' }],
  ['file.save', { name: 'a', kind: 'png', data: [1, 2] }],
  ['clipboard.png', { png: 'text' }],
  ['app.info', undefined],
] as const)('%s refuses %j and names itself', (method, params) => {
  expect(() => parseWindowParams(method, params)).toThrow(`window call ${method}: `);
});

test('fields that the contract does not know are dropped', () => {
  expect(parseWindowParams('theme.set', { theme: 'dark', other: 1 })).toEqual({ theme: 'dark' });
});

test('a call gives the checked value, or throws the reason of the refusal', async () => {
  await expect(callShell(bridgeThatAnswers({ ok: true, value: { file: '/a.png' } }), 'file.save', { name: 'a', kind: 'png', data: '' })).resolves.toEqual({ file: '/a.png' });
  await expect(callShell(bridgeThatAnswers({ ok: false, reason: 'disk full' }), 'file.save', { name: 'a', kind: 'png', data: '' })).rejects.toThrow('disk full');
  await expect(callShell(bridgeThatAnswers({ ok: true, value: { file: 7 } }), 'file.save', { name: 'a', kind: 'png', data: '' })).rejects.toThrow();
  await expect(callShell(bridgeThatAnswers(undefined), 'app.info', null)).rejects.toThrow();
});

test('events are checked on arrival', () => {
  expect(parseWindowEvent({ kind: 'menu', command: 'about' })).toEqual({ kind: 'menu', command: 'about' });
  expect(() => parseWindowEvent({ kind: 'menu', command: 'format-disk' })).toThrow();
});

test('recents: newest first, each once, twelve at most', () => {
  const many = Array.from({ length: 12 }, (_, index) => ({ kind: 'model' as const, path: `/${index}.onnx` }));
  const next = addRecent(many, { kind: 'model', path: '/5.onnx' });
  expect(next.map(({ path }) => path).slice(0, 3)).toEqual(['/5.onnx', '/0.onnx', '/1.onnx']);
  expect(next).toHaveLength(12);
  expect(addRecent(next, { kind: 'dataset', path: '/5.onnx' })).toHaveLength(12);
});

test('no stored state at all is the default state', () => {
  expect(readShellState(undefined)).toEqual(readShellState({}));
});
