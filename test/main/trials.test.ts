import { EventEmitter } from 'node:events';
import { describe, expect, it } from 'vitest';
import { serveTrials } from '../../src/main/serve-trials';
import { ModelTrials } from '../../src/main/trials-client';

/** An engine process and main, joined as Electron joins them. */
function joined(): { client: ModelTrials; engine: EventEmitter; started: (EventEmitter & { argument: string; stdout: EventEmitter; killed: boolean })[] } {
  const engine = new EventEmitter();
  const client = new ModelTrials((message) => engine.emit('message', message));
  const started: ReturnType<typeof joined>['started'] = [];
  serveTrials(Object.assign(engine, { postMessage: (message: unknown) => client.hear(message) }), (argument) => {
    const child = Object.assign(new EventEmitter(), {
      argument, stdout: new EventEmitter(), killed: false,
      kill(): boolean {
        child.killed = true;
        child.emit('exit', 15);
        return true;
      },
    });
    started.push(child);
    return child;
  });
  return { client, engine, started };
}

const never = (): AbortSignal => new AbortController().signal;

describe('trials of models, engine process to main', () => {
  it('give each asker what its own process wrote, and how it ended', async () => {
    const { client, started } = joined();
    const [a, b] = [client.start('a', never()), client.start('b', never())];
    expect(started.map(({ argument }) => argument)).toEqual(['a', 'b']);
    started[1]?.stdout.emit('data', Buffer.from('{"kind":'));
    started[1]?.stdout.emit('data', Buffer.from('"ok"}\n'));
    started[0]?.emit('exit', 6);
    expect(await Promise.all([a, b])).toEqual([{ output: '', end: 'exit code 6' }, { output: '{"kind":"ok"}\n', end: 'answered' }]);
  });

  it('end a process as soon as it has answered, since it waits for that', async () => {
    const { client, started } = joined();
    const running = client.start('a', never());
    started[0]?.stdout.emit('data', '{"kind":');
    expect(started[0]?.killed).toBe(false);
    started[0]?.stdout.emit('data', '"ok"}\n');
    expect(started[0]?.killed).toBe(true);
    expect((await running).output).toBe('{"kind":"ok"}\n');
  });

  it('end when the asker gives up, and all of them with the engine', async () => {
    const { client, engine, started } = joined();
    const cancel = new AbortController();
    const running = client.start('a', cancel.signal);
    void client.start('b', never());
    cancel.abort();
    expect((await running).end).toBe('exit code 15');
    expect(started.map(({ killed }) => killed)).toEqual([true, false]);
    engine.emit('exit');
    expect(started.map(({ killed }) => killed)).toEqual([true, true]);
  });

  it('leave other messages alone', () => {
    const { client, engine, started } = joined();
    for (const message of [null, 'trial', { kind: 'ready' }, { kind: 'trial' }, { kind: 'trial', id: '1', argument: 'a' }, { kind: 'trial-over', id: 1 }]) {
      engine.emit('message', message);
      client.hear(message);
    }
    expect(started).toEqual([]);
  });

  it('keep no more than an answer of what a process writes', async () => {
    const { client, started } = joined();
    const running = client.start('a', never());
    for (let i = 0; i < 100; i++) started[0]?.stdout.emit('data', 'x'.repeat(10_000));
    expect((await running).output.length).toBeLessThan(200_000);
  });
});
