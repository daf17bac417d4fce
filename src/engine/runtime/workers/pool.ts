/**
 * Worker threads that keep loaded networks. Tasks run one at a time per worker; what a task needs (a model, a cell) is loaded on the
 * worker that takes it, once. Workers start one after another and are never terminated while they work: that aborts the process.
 */
import { Worker } from 'node:worker_threads';
import { EngineError, type Failure } from '../../../shared/failure';
import type { FromWorker, TaskResults, ToWorker, WorkerEvent, WorkerTask } from './protocol';
import { StopFlag } from './stop-flag';

/** Something that must be on the worker before a task: `key` says what, `task` makes it. */
export interface Requirement {
  readonly key: string;
  readonly task: WorkerTask;
}

export interface TaskOptions {
  readonly needs?: readonly Requirement[];
  readonly stop?: StopFlag;
  readonly onEvent?: (event: WorkerEvent) => void;
  /** Interactive tasks go before all others. */
  readonly urgent?: boolean;
}

interface Job {
  readonly task: WorkerTask;
  readonly options: TaskOptions;
  readonly resolve: (value: TaskResults[keyof TaskResults]) => void;
  readonly reject: (error: unknown) => void;
}

interface Slot {
  readonly worker: Worker;
  readonly have: Set<string>;
  busy: boolean;
}

interface Waiting {
  readonly onEvent: ((event: WorkerEvent) => void) | undefined;
  readonly resolve: (value: TaskResults[keyof TaskResults]) => void;
  readonly reject: (error: unknown) => void;
  readonly slot: Slot;
}

export class WorkerPool {
  private readonly queue: Job[] = [];
  private readonly waiting = new Map<number, Waiting>();
  private nextId = 1;
  private closed = false;

  private constructor(private readonly slots: Slot[]) {
    for (const slot of slots) this.listen(slot);
  }

  /** Starts `size` workers from the built worker file. Throws when one does not come up. */
  static async start(workerPath: string, size: number): Promise<WorkerPool> {
    const slots: Slot[] = [];
    for (let index = 0; index < size; index++) slots.push({ worker: await startWorker(workerPath), have: new Set(), busy: false });
    return new WorkerPool(slots);
  }

  get size(): number {
    return this.slots.length;
  }

  /** Queues a task. Rejects with EngineError for expected failures, 'stopped' among them. */
  run<K extends WorkerTask['kind']>(task: Extract<WorkerTask, { kind: K }>, options: TaskOptions = {}): Promise<TaskResults[K]> {
    return new Promise((resolve, reject) => {
      if (this.closed) {
        reject(new EngineError({ kind: 'engine-lost', what: 'The engine is shutting down' }));
        return;
      }
      // The worker answers a task of kind K with TaskResults[K]: that is what `runTask` in worker.ts is typed to do.
      const job: Job = { task, options, resolve: resolve as Job['resolve'], reject };
      if (options.urgent === true) this.queue.unshift(job);
      else this.queue.push(job);
      this.dispatch();
    });
  }

  /** Frees what is no longer needed on every worker, as soon as each is idle. */
  async drop(matches: (key: string) => boolean): Promise<void> {
    await Promise.all(this.slots.map(async (slot) => {
      const keys = [...slot.have].filter(matches);
      if (keys.length === 0) return;
      for (const key of keys) slot.have.delete(key);
      await this.send(slot, { kind: 'drop', keys }, new StopFlag(), undefined);
    }));
  }

  /** Waits for running tasks, then ends the threads. Queued tasks are rejected. */
  async close(): Promise<void> {
    this.closed = true;
    for (const job of this.queue.splice(0)) job.reject(new EngineError({ kind: 'stopped', what: 'The engine was closed' }));
    await Promise.all(this.slots.map((slot) => new Promise<void>((resolve) => {
      slot.worker.once('exit', () => resolve());
      slot.worker.postMessage({ kind: 'close' } satisfies ToWorker);
    })));
  }

  private dispatch(): void {
    for (;;) {
      const free = this.slots.filter((slot) => !slot.busy);
      if (free.length === 0 || this.queue.length === 0) return;
      const job = this.queue.shift();
      if (job === undefined) return;
      // The worker that already holds most of what the task needs.
      const held = (slot: Slot): number => (job.options.needs ?? []).filter((need) => slot.have.has(need.key)).length;
      const slot = free.reduce((best, candidate) => (held(candidate) > held(best) ? candidate : best));
      slot.busy = true;
      void this.perform(slot, job).finally(() => {
        slot.busy = false;
        this.dispatch();
      });
    }
  }

  private async perform(slot: Slot, job: Job): Promise<void> {
    const stop = job.options.stop ?? new StopFlag();
    try {
      for (const need of job.options.needs ?? []) {
        if (slot.have.has(need.key)) continue;
        await this.send(slot, need.task, stop, job.options.onEvent);
        slot.have.add(need.key);
      }
      job.resolve(await this.send(slot, job.task, stop, job.options.onEvent));
      if (job.task.kind === 'import') slot.have.add(job.task.model);
    } catch (error) {
      job.reject(error);
    }
  }

  private send(slot: Slot, task: WorkerTask, stop: StopFlag, onEvent: Waiting['onEvent']): Promise<TaskResults[keyof TaskResults]> {
    return new Promise((resolve, reject) => {
      const id = this.nextId++;
      this.waiting.set(id, { onEvent, resolve, reject, slot });
      slot.worker.postMessage({ kind: 'task', id, task, stop: stop.buffer } satisfies ToWorker);
    });
  }

  private listen(slot: Slot): void {
    slot.worker.on('message', (message: FromWorker) => {
      if (message.kind === 'ready') return;
      const waiting = this.waiting.get(message.id);
      if (waiting === undefined) return;
      if (message.kind === 'event') {
        waiting.onEvent?.(message.event);
        return;
      }
      this.waiting.delete(message.id);
      if (message.kind === 'done') waiting.resolve(message.result);
      else waiting.reject(new EngineError(message.failure));
    });
    const lost = (what: string): void => {
      const failure: Failure = { kind: 'engine-lost', what, next: 'Start the run again: it continues from its last stored batch' };
      for (const [id, waiting] of this.waiting) {
        if (waiting.slot !== slot) continue;
        this.waiting.delete(id);
        waiting.reject(new EngineError(failure));
      }
    };
    slot.worker.on('error', (error: Error) => lost(`A worker thread failed: ${error.message}`));
    slot.worker.on('exit', () => lost('A worker thread ended'));
  }
}

function startWorker(workerPath: string): Promise<Worker> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(workerPath);
    worker.once('error', reject);
    worker.once('message', () => {
      worker.off('error', reject);
      resolve(worker);
    });
  });
}
