/** Ctrl+C once: stop, keep what is finished. Twice: end at once. */
import { exitCode } from './environment';
import type { Session } from './with-engine';

/** Runs `work` with a signal that Ctrl+C raises, and says so; afterwards the line of progress is gone. */
export async function interruptible<T>({ environment, progress }: Pick<Session, 'environment' | 'progress'>, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  const release = environment.onInterrupt(() => {
    if (controller.signal.aborted) environment.exitNow(exitCode.stopped);
    controller.abort();
    progress.line('stopping: what is finished is being stored (Ctrl+C again to end at once)');
  });
  try {
    return await work(controller.signal);
  } finally {
    release();
    progress.clear();
  }
}
