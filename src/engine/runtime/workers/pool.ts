/**
 * Worker threads that keep loaded networks. Tasks run one at a time per worker; what a task needs (a model, a cell) is loaded on the
 * worker that takes it, once. Workers start one after another and are never terminated while they work: that aborts the process.
 */
import type { Worker } from 'node:worker_threads';
import { EngineError, fail } from '../../../shared/failure';
import type { LifeSigns } from './life-signs';
import type { BusyWorker } from './life-watch';
import type { FromWorker, TaskResults, ToWorker, WorkerEvent, WorkerTask } from './protocol';
import { lostError, startWorker } from './start-worker';
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
  /** Done in less time than it takes to load a network. */
  readonly brief?: boolean;
}

interface Job {
  readonly task: WorkerTask;
  readonly options: TaskOptions;
  readonly resolve: (value: TaskResults[keyof TaskResults]) => void;
  readonly reject: (error: unknown) => void;
}

interface Slot {
  readonly worker: Worker;
  readonly life: LifeSigns;
  /** The task that it was sent and has not answered. */
  doing: { readonly id: number; readonly kind: string } | null;
  readonly have: Set<string>;
  busy: boolean;
  /** Busy with something brief, and free soon. */
  brief: boolean;
  /** Done on this worker before it takes another job: never between two steps of one job. */
  readonly pauses: (() => Promise<void>)[];
  /** Why the thread is gone; null while it lives. */
  lost: EngineError | null;
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

  /** Starts `size` workers from the built worker file. Throws 'engine-lost' when one does not come up. */
  static async start(workerPath: string, size: number): Promise<WorkerPool> {
    const slots: Slot[] = [];
    try {
      for (let index = 0; index < size; index++) slots.push({ ...await startWorker(workerPath), doing: null, have: new Set(), busy: false, brief: false, pauses: [], lost: null });
    } catch (error) {
      await new WorkerPool(slots).close();
      throw error;
    }
    return new WorkerPool(slots);
  }

  /** True once a thread has ended by itself: its tasks were rejected, and a new pool should take over. */
  get broken(): boolean {
    return this.slots.some((slot) => slot.lost !== null);
  }

  get size(): number {
    return this.slots.length;
  }

  /** Workers that have a task, for who watches over them; null when the pool is closed and nothing is under way any more. */
  busy(): BusyWorker[] | null {
    if (this.closed && this.waiting.size === 0) return null;
    return this.slots.flatMap(({ doing, life, lost }, worker) => (doing === null || lost !== null ? [] : [{ worker, task: doing.id, what: doing.kind, signs: life.count }]));
  }

  /** Queues a task. Rejects with EngineError for expected failures, 'stopped' among them, and with 'engine-lost' when its thread dies. */
  run<K extends WorkerTask['kind']>(task: Extract<WorkerTask, { kind: K }>, options: TaskOptions = {}): Promise<TaskResults[K]> {
    return new Promise((resolve, reject) => {
      if (this.closed) {
        reject(closedError());
        return;
      }
      // The worker answers a task of kind K with TaskResults[K]: that is what `runTask` in worker.ts is typed to do.
      const job: Job = { task, options, resolve: resolve as Job['resolve'], reject };
      if (options.urgent === true) this.queue.unshift(job);
      else this.queue.push(job);
      this.dispatch();
    });
  }

  /** Frees what is no longer needed on every worker, as soon as each is between two jobs. */
  async drop(matches: (key: string) => boolean): Promise<void> {
    await Promise.all(this.slots.map((slot) => this.whenIdle(slot, async () => {
      const keys = [...slot.have].filter(matches);
      if (keys.length === 0 || slot.lost !== null) return;
      for (const key of keys) slot.have.delete(key);
      await this.send(slot, { kind: 'drop', keys }, new StopFlag(), undefined);
    })));
  }

  /** Waits for running tasks, then ends the threads. Queued jobs are rejected as stopped, running ones end after the step they are in. */
  async close(): Promise<void> {
    this.closed = true;
    for (const job of this.queue.splice(0)) job.reject(closedError());
    await Promise.all(this.slots.map((slot) => this.whenIdle(slot, () => new Promise<void>((resolve) => {
      if (slot.lost !== null) {
        resolve();
        return;
      }
      slot.worker.once('exit', () => resolve());
      slot.worker.postMessage({ kind: 'close' } satisfies ToWorker);
    }))));
  }

  private whenIdle(slot: Slot, work: () => Promise<void>): Promise<void> {
    return new Promise((resolve, reject) => {
      slot.pauses.push(() => work().then(resolve, reject));
      this.dispatch();
    });
  }

  private dispatch(): void {
    for (const slot of this.slots.filter((candidate) => !candidate.busy && candidate.pauses.length > 0)) {
      const pauses = slot.pauses.splice(0);
      this.occupy(slot, async () => {
        for (const pause of pauses) await pause();
      });
    }
    const alive = this.slots.filter((slot) => slot.lost === null);
    const lost = this.slots.find((slot) => slot.lost !== null)?.lost;
    if (alive.length === 0 && lost !== undefined && lost !== null) for (const job of this.queue.splice(0)) job.reject(lost);
    for (;;) {
      const free = alive.filter((slot) => !slot.busy);
      if (free.length === 0) return;
      const next = this.queue.findIndex((candidate) => !isBestSoon(candidate, alive));
      if (next < 0) return;
      const [job] = this.queue.splice(next, 1);
      if (job === undefined) return;
      // The worker that already holds most of what the task needs.
      const slot = free.reduce((best, candidate) => (held(job, candidate) > held(job, best) ? candidate : best));
      this.occupy(slot, () => this.perform(slot, job), job.options.brief);
    }
  }

  private occupy(slot: Slot, work: () => Promise<void>, brief = false): void {
    slot.busy = true;
    slot.brief = brief;
    void work().finally(() => {
      slot.busy = false;
      this.dispatch();
    });
  }

  private async perform(slot: Slot, job: Job): Promise<void> {
    const stop = job.options.stop ?? new StopFlag();
    const step = (task: WorkerTask): Promise<TaskResults[keyof TaskResults]> => {
      // Loading what a task needs takes a while: neither a stop nor the end waits for the rest of it.
      stop.poll();
      if (this.closed) throw closedError();
      return this.send(slot, task, stop, job.options.onEvent);
    };
    try {
      for (const need of job.options.needs ?? []) {
        if (slot.have.has(need.key)) continue;
        await step(need.task);
        slot.have.add(need.key);
      }
      const result = await step(job.task);
      if (job.task.kind === 'import') slot.have.add(job.task.model);
      job.resolve(result);
    } catch (error) {
      job.reject(error);
    }
  }

  private send(slot: Slot, task: WorkerTask, stop: StopFlag, onEvent: Waiting['onEvent']): Promise<TaskResults[keyof TaskResults]> {
    return new Promise((resolve, reject) => {
      if (slot.lost !== null) {
        reject(slot.lost);
        return;
      }
      const id = this.nextId++;
      this.waiting.set(id, { onEvent, resolve, reject, slot });
      slot.doing = { id, kind: task.kind };
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
      slot.doing = null;
      if (message.kind === 'done') waiting.resolve(message.result);
      else waiting.reject(new EngineError(message.failure));
    });
    const lost = (what: string): void => {
      slot.lost ??= lostError(what);
      for (const [id, waiting] of this.waiting) {
        if (waiting.slot !== slot) continue;
        this.waiting.delete(id);
        waiting.reject(slot.lost);
      }
      this.dispatch();
    };
    slot.worker.on('error', (error: Error) => lost(`A worker thread failed: ${error.message}`));
    slot.worker.on('exit', () => lost('A worker thread ended'));
  }
}

/** Of what the job needs, how much is on the worker. */
function held({ options }: Job, { have }: Slot): number {
  return (options.needs ?? []).filter((need) => have.has(need.key)).length;
}

/** A worker that is free soon has all that the job needs, and a free one does not: waiting takes milliseconds, loading a network seconds, and its memory twice. */
function isBestSoon(job: Job, slots: readonly Slot[]): boolean {
  const ready = slots.filter((slot) => held(job, slot) === (job.options.needs ?? []).length);
  return ready.some((slot) => slot.busy && slot.brief) && !ready.some((slot) => !slot.busy);
}

function closedError(): EngineError {
  return fail('stopped', 'The engine was closed; everything finished so far is kept');
}
