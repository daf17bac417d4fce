/** Long questions under way: a workspace is not closed under them, nor does the end of the engine wait for their answers. */
import type { AbortSignalLike } from '../../../shared/engine-contract';
import type { StopFlag } from '../workers/stop-flag';
import { stoppable } from './stoppable';

export class Questions {
  private readonly running = new Set<{ readonly stop: StopFlag; readonly finished: Promise<unknown> }>();

  /** Does the work with a flag that goes up when the signal aborts, or when all questions are stopped. */
  async run<T>(signal: AbortSignalLike | undefined, work: (stop: StopFlag) => Promise<T>): Promise<T> {
    return stoppable(signal, async (stop) => {
      const working = work(stop);
      const question = { stop, finished: working.catch(() => undefined) };
      this.running.add(question);
      try {
        return await working;
      } finally {
        this.running.delete(question);
      }
    });
  }

  /** Afterwards none is under way; what they had finished is stored. */
  async stopAll(): Promise<void> {
    const under = [...this.running];
    for (const { stop } of under) stop.raise();
    await Promise.all(under.map(({ finished }) => finished));
  }
}
