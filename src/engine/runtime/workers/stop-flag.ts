/** A stop that a busy thread can see: one shared word, polled. A message would wait until the work is over. */
import { fail, type EngineError } from '../../../shared/failure';

export class StopFlag {
  private readonly word: Int32Array;
  private readonly listeners = new Set<() => void>();

  constructor(readonly buffer: SharedArrayBuffer = new SharedArrayBuffer(4)) {
    this.word = new Int32Array(buffer);
  }

  /** Asks everybody who polls this flag to stop. */
  raise(): void {
    Atomics.store(this.word, 0, 1);
    for (const listener of this.listeners) listener();
    this.listeners.clear();
  }

  /**
   * What `work` gives, or a 'stopped' failure as soon as this flag object is raised, whatever the work is doing; the work itself goes on
   * until it polls. Only where its result is not missed: a model's import is long between two polls, and harmless.
   */
  async race<T>(work: Promise<T>): Promise<T> {
    this.poll();
    let listener = (): void => undefined;
    const raised = new Promise<never>((_, reject) => {
      listener = () => reject(stoppedError());
      this.listeners.add(listener);
    });
    try {
      return await Promise.race([work, raised]);
    } finally {
      this.listeners.delete(listener);
    }
  }

  /** As a signal that aborts when this flag object is raised, for what waits instead of polling. */
  signal(): AbortSignal {
    const controller = new AbortController();
    const abort = (): void => controller.abort();
    if (this.raised) abort();
    else this.listeners.add(abort);
    return controller.signal;
  }

  get raised(): boolean {
    return Atomics.load(this.word, 0) !== 0;
  }

  /** Throws a 'stopped' failure when the flag is up. */
  readonly poll = (): void => {
    if (this.raised) throw stoppedError();
  };
}

function stoppedError(): EngineError {
  return fail('stopped', 'Stopped; everything finished so far is kept');
}
