/** A caller's abort signal as the flag that the workers poll. */
import type { AbortSignalLike } from '../../../shared/engine-contract';
import { StopFlag } from '../workers/stop-flag';

/** Does the work with a flag that goes up when the signal aborts. */
export async function stoppable<T>(signal: AbortSignalLike | undefined, work: (stop: StopFlag) => Promise<T>): Promise<T> {
  const stop = new StopFlag();
  const raise = (): void => stop.raise();
  if (signal?.aborted === true) raise();
  signal?.addEventListener('abort', raise);
  try {
    return await work(stop);
  } finally {
    signal?.removeEventListener('abort', raise);
  }
}
