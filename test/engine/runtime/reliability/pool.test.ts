/** The pool over worker threads that die, hang on, or are dropped upon: nothing waits for ever, and nothing is pulled from under a job. */
import { resolve } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { WorkerPool, type Requirement, type TaskOptions } from '../../../../src/engine/runtime/workers/pool';
import { StopFlag } from '../../../../src/engine/runtime/workers/stop-flag';
import { failureKind } from '../../../helpers/failure-of';

const fixture = resolve('test/engine/runtime/reliability/fixtures/worker.cjs');
const pools: WorkerPool[] = [];

async function startPool(size: number): Promise<WorkerPool> {
  const pool = await WorkerPool.start(fixture, size);
  pools.push(pool);
  return pool;
}
afterEach(async () => {
  await Promise.all(pools.splice(0).map((pool) => pool.close()));
});

/** The fixture does what the name says and answers with it. */
function ask(pool: WorkerPool, name: string, options: TaskOptions = {}): Promise<unknown> {
  return pool.run({ kind: 'import', model: name, file: name }, options);
}
const need = (name: string): Requirement => ({ key: name, task: { kind: 'import', model: name, file: name } });

describe('a worker that dies', () => {
  it.each(['exit', 'throw'])('rejects its task with engine-lost (%s)', async (name) => {
    const pool = await startPool(1);
    expect(await failureKind(ask(pool, name))).toBe('engine-lost');
    expect(pool.broken).toBe(true);
  });

  it('rejects what is queued behind it when no worker is left, and later tasks too', async () => {
    const pool = await startPool(1);
    const kinds = await Promise.all([ask(pool, 'exit'), ask(pool, 'a'), ask(pool, 'b')].map(failureKind));
    expect(kinds).toEqual(['engine-lost', 'engine-lost', 'engine-lost']);
    expect(await failureKind(ask(pool, 'c'))).toBe('engine-lost');
    await pool.drop(() => true);
  });

  it('leaves the other workers to their work', async () => {
    const pool = await startPool(2);
    const kinds = await Promise.all([ask(pool, 'exit'), ask(pool, 'slow'), ask(pool, 'a'), ask(pool, 'b')].map(failureKind));
    expect(kinds).toEqual(['engine-lost', 'none', 'none', 'none']);
    expect(await ask(pool, 'c')).toBe('c');
  });

  it('loses a job whose requirement kills the thread', async () => {
    const pool = await startPool(1);
    expect(await failureKind(ask(pool, 'a', { needs: [need('exit')] }))).toBe('engine-lost');
  });

  it('is told of when it dies before it is ready', async () => {
    expect(await failureKind(WorkerPool.start(resolve('test/engine/runtime/reliability/fixtures/dies-at-start.cjs'), 2))).toBe('engine-lost');
    expect(await failureKind(WorkerPool.start(resolve('test/engine/runtime/reliability/fixtures/missing.cjs'), 1))).toBe('engine-lost');
  });
});

describe('closing', () => {
  it('lets running tasks end, rejects queued ones as stopped, and ends the threads', async () => {
    const pool = await startPool(2);
    const kinds = Promise.all(['slow 1', 'slow 2', 'a', 'b'].map((name) => failureKind(ask(pool, name))));
    await pool.close();
    expect(await kinds).toEqual(['none', 'none', 'stopped', 'stopped']);
    expect(await failureKind(ask(pool, 'later'))).toBe('stopped');
  });

  it('does not load the rest of what a running job needs', async () => {
    const pool = await startPool(1);
    const job = failureKind(ask(pool, 'a', { needs: [need('slow'), need('b')] }));
    await pool.close();
    expect(await job).toBe('stopped');
  });

  it('ends with a worker that is dead already, and twice', async () => {
    const pool = await startPool(2);
    await failureKind(ask(pool, 'exit'));
    await pool.close();
    await pool.close();
  });
});

describe('a stop', () => {
  it('keeps a job from loading what it needs once the flag is up', async () => {
    const pool = await startPool(1);
    const stop = new StopFlag();
    const running = ask(pool, 'until-stopped', { stop });
    const queued = failureKind(ask(pool, 'a', { stop, needs: [need('b')] }));
    stop.raise();
    expect(await running).toBe('until-stopped');
    expect(await queued).toBe('stopped');
    expect(await ask(pool, 'log')).toEqual(['until-stopped', 'log']);
  });
});

describe('dropping', () => {
  it('waits for the job that is under way, so that nothing is missing in its next step', async () => {
    const pool = await startPool(1);
    const job = ask(pool, 'a', { needs: [need('first'), need('slow')] });
    await pool.drop((key) => key === 'first');
    await job;
    expect(await ask(pool, 'log')).toEqual(['first', 'slow', 'a', 'drop first', 'log']);
    await ask(pool, 'b', { needs: [need('first')] });
    expect(await ask(pool, 'log')).toEqual(['first', 'slow', 'a', 'drop first', 'log', 'first', 'b', 'log']);
  });
});
