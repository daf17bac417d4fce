/** Ctrl+C once: stop, keep what is finished. Twice: end at once. */
import { exitCode, type CliEnvironment } from './environment';

/** Runs `work` with a signal that Ctrl+C raises; `say` tells the person what happens. */
export async function interruptible<T>(environment: Pick<CliEnvironment, 'onInterrupt' | 'exitNow'>, say: (text: string) => void, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  const release = environment.onInterrupt(() => {
    if (controller.signal.aborted) environment.exitNow(exitCode.stopped);
    controller.abort();
    say('stopping: what is finished is being stored (Ctrl+C again to end at once)');
  });
  try {
    return await work(controller.signal);
  } finally {
    release();
  }
}
