import { expect, test } from 'vitest';
import { unwantedDebugger } from '../../src/main/debug-switches';

const given = (...names: string[]) => (name: string): boolean => names.includes(name);

test.each(['remote-debugging-port', 'remote-debugging-pipe', 'remote-debugging-address'])('a release refuses --%s', (name) => {
  expect(unwantedDebugger(true, given(name), undefined)).toBe(true);
});

test('the build that tests drive, and one that is being developed, let it in', () => {
  expect(unwantedDebugger(true, given('remote-debugging-port'), 'ws://127.0.0.1:9229/x')).toBe(false);
  expect(unwantedDebugger(false, given('remote-debugging-port'), undefined)).toBe(false);
});

test('a start without such a switch is no matter', () => {
  expect(unwantedDebugger(true, given('lang', 'no-sandbox'), undefined)).toBe(false);
});
