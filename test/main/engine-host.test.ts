import { expect, test } from 'vitest';
import { startEngineHost, type EngineProcess, type LastEnd } from '../../src/main/engine-host';

/** A host whose processes, ports and clock are in the test's hands. */
function setUp() {
  const log: string[] = [];
  const timers: { at: number; work: () => void }[] = [];
  const children: { message: (message: unknown) => void; exit: (code: number) => void }[] = [];
  let clock = 0;
  let ports = 0;

  function fork(lastEnd: LastEnd): EngineProcess<string> {
    const name = `engine${children.length}`;
    const child = { message: (_: unknown): void => undefined, exit: (_: number): void => undefined };
    children.push(child);
    log.push(`fork ${name}${lastEnd === 'unknown' ? '' : ` after ${lastEnd}`}`);
    return {
      postMessage: (message, sent) => log.push(`${name} <- ${JSON.stringify(message)} ${sent.join()}`),
      kill: () => {
        log.push(`kill ${name}`);
        return true;
      },
      destroy: () => void log.push(`destroy ${name}`),
      on: (event: 'message' | 'exit', listener: (value: never) => void) => Object.assign(child, { [event]: listener }),
    };
  }
  const host = startEngineHost<string>({
    fork,
    makeChannel: () => ({ port1: `inner${++ports}`, port2: `outer${ports}` }),
    now: () => clock,
    later: (work, delayMs) => {
      const timer = { at: clock + delayMs, work };
      timers.push(timer);
      return () => void timers.splice(timers.indexOf(timer), timers.includes(timer) ? 1 : 0);
    },
    onState: (state, detail) => log.push(`state ${state}${detail === null ? '' : `: ${detail}`}`),
  });
  function advance(milliseconds: number): void {
    clock += milliseconds;
    for (const due of timers.filter((timer) => timer.at <= clock)) {
      timers.splice(timers.indexOf(due), 1);
      due.work();
    }
  }
  const page = (name: string, destroyed = false) => ({ isDestroyed: () => destroyed, postMessage: (channel: string, _: unknown, sent: string[]) => void log.push(`${name} <- ${channel} ${sent.join()}`) });
  const child = (index: number) => {
    const found = children[index];
    if (!found) throw new Error(`no engine ${index}`);
    return found;
  };
  const take = (): string[] => log.splice(0);
  return { host, page, child, advance, take };
}

test('a page that asks before the engine is up gets its port when it is', () => {
  const { host, page, child, take } = setUp();
  host.connect(page('page'));
  expect(take()).toEqual(['state starting', 'fork engine0']);
  child(0).message({ kind: 'ready' });
  expect(take()).toEqual(['engine0 <- {"kind":"client"} inner1', 'page <- engine-port outer1', 'state ready']);
});

test('each page has a port of its own, and one more when it asks again after a reload', () => {
  const { host, page, child, take } = setUp();
  child(0).message({ kind: 'ready' });
  take();
  const first = page('first');
  host.connect(first);
  host.connect(page('second'));
  host.connect(first);
  expect(take().filter((line) => line.includes('engine-port'))).toEqual(['first <- engine-port outer1', 'second <- engine-port outer2', 'first <- engine-port outer3']);
});

test('a lost engine is started again with the reason told, and pages that still live get a new port', () => {
  const { host, page, child, advance, take } = setUp();
  host.connect(page('page'));
  child(0).message({ kind: 'ready' });
  let closed = false;
  host.connect({ ...page('closed'), isDestroyed: () => closed });
  closed = true;
  take();
  child(0).exit(0);
  host.noteReason('crashed, exit code 6', 'unknown');
  advance(100);
  expect(take()).toEqual(['state restarting: crashed, exit code 6']);
  advance(400);
  child(1).message({ kind: 'ready' });
  expect(take()).toEqual(['fork engine1', 'engine1 <- {"kind":"client"} inner3', 'page <- engine-port outer3', 'state ready']);
});

test('after six quick losses it gives up, and says so also to a page that comes later', () => {
  const { host, page, child, advance, take } = setUp();
  for (let index = 0; index < 6; index += 1) {
    child(index).exit(1);
    host.noteReason('crashed, exit code 11', 'unknown');
    advance(100);
    advance(30_000);
  }
  expect(take().at(-1)).toBe('state failed: crashed, exit code 11');
  host.connect(page('late'));
  expect(take()).toEqual(['state failed: crashed, exit code 11']);
});

test('stopping asks the engine first and does not start it again', async () => {
  const { host, child, advance, take } = setUp();
  child(0).message({ kind: 'ready' });
  take();
  const stopped = host.stop(3000);
  child(0).exit(0);
  await stopped;
  advance(60_000);
  expect(take()).toEqual(['engine0 <- {"kind":"shutdown"} ']);
});

test('an engine that does not stop is killed when patience ends', async () => {
  const { host, advance, take } = setUp();
  take();
  const stopped = host.stop(3000);
  advance(3000);
  await stopped;
  expect(take()).toEqual(['engine0 <- {"kind":"shutdown"} ', 'kill engine0']);
});

test('stopping between two starts cancels the next', async () => {
  const { host, child, advance, take } = setUp();
  child(0).exit(1);
  await host.stop(3000);
  take();
  advance(60_000);
  expect(take()).toEqual([]);
});

test('messages that are not understood are ignored', () => {
  const { child, take } = setUp();
  take();
  for (const message of [null, 'ready', 7, { kind: 'other' }]) child(0).message(message);
  expect(take()).toEqual([]);
});

test('an engine that was killed from outside is followed by one that knows', () => {
  const { host, child, advance, take } = setUp();
  child(0).message({ kind: 'ready' });
  child(0).exit(9);
  host.noteReason('killed, exit code 9', 'killed');
  advance(500);
  child(1).exit(1);
  advance(1000);
  expect(take().filter((line) => line.startsWith('fork'))).toEqual(['fork engine0', 'fork engine1 after killed', 'fork engine2']);
});

test('an engine that answers nothing any more is ended and started again, whatever the system says of its end', () => {
  const { host, child, advance, take } = setUp();
  child(0).message({ kind: 'ready' });
  for (let beat = 0; beat < 20; beat++) {
    advance(5000);
    child(0).message({ kind: 'pong' });
  }
  take();
  for (let beat = 0; beat < 6; beat++) advance(5000);
  expect(take().filter((line) => !line.includes('ping'))).toEqual(['destroy engine0']);
  child(0).exit(9);
  host.noteReason('killed, exit code 9', 'killed');
  advance(100);
  advance(400);
  expect(take()).toEqual(['state restarting: no answer for 25 s', 'fork engine1']);
});

test('an engine that says that a worker does not come back is ended once and started again, and what it was at is to blame', () => {
  const { host, child, advance, take } = setUp();
  child(0).message({ kind: 'ready' });
  take();
  for (const nonsense of [{ kind: 'stuck' }, { kind: 'stuck', detail: 7 }]) child(0).message(nonsense);
  expect(take()).toEqual([]);
  child(0).message({ kind: 'stuck', detail: 'a worker did not come back' });
  child(0).message({ kind: 'stuck', detail: 'again' });
  expect(take()).toEqual(['destroy engine0']);
  child(0).exit(9);
  host.noteReason('killed, exit code 9', 'killed');
  advance(100);
  advance(400);
  // Not 'after killed', which would count half.
  expect(take()).toEqual(['state restarting: a worker did not come back', 'fork engine1']);
});

test('a worker that hangs while the engine is being stopped changes nothing: patience ends it', async () => {
  const { host, child, advance, take } = setUp();
  child(0).message({ kind: 'ready' });
  const stopped = host.stop(3000);
  take();
  child(0).message({ kind: 'stuck', detail: 'a worker did not come back' });
  expect(take()).toEqual([]);
  advance(3000);
  await stopped;
  expect(take()).toEqual(['kill engine0']);
});

test('no beat goes on after the end', async () => {
  const { host, child, advance, take } = setUp();
  child(0).message({ kind: 'ready' });
  const stopped = host.stop(1000);
  child(0).exit(0);
  await stopped;
  take();
  for (let beat = 0; beat < 20; beat++) advance(5000);
  expect(take()).toEqual([]);
});

test('sleep is told, and an engine that was given up can be started again', () => {
  const { host, child, advance, take } = setUp();
  host.setAsleep(true);
  host.restart();
  expect(take().filter((line) => line.includes('sleep') || line.includes('engine1'))).toEqual(['engine0 <- {"kind":"sleep","asleep":true} ']);
  for (let index = 0; index < 6; index += 1) {
    child(index).exit(1);
    advance(100);
    advance(30_000);
  }
  expect(take().at(-1)).toBe('state failed');
  host.restart();
  expect(take()).toEqual(['state restarting', 'fork engine6']);
});
