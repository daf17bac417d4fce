/** Looks at a pool's workers now and then, and tells of one that does not come back. */
import { LifeWatch, type StuckWorker, usualLimits, type WatchLimits } from './life-watch';
import type { WorkerPool } from './pool';

/** Between two looks: far shorter than any limit. */
const everyMs = 1_000;

/** Tells once: whoever hears it ends the process, since the thread cannot be ended. The watch is over when the pool is closed. */
export function watchPool(pool: Pick<WorkerPool, 'busy'>, onStuck: (stuck: StuckWorker) => void, limits: WatchLimits = usualLimits): LifeWatch {
  const watch = new LifeWatch(limits);
  const looking = setInterval(() => {
    const busy = pool.busy();
    const stuck = busy === null ? null : watch.look(performance.now(), everyMs, busy);
    if (busy !== null && stuck === null) return;
    clearInterval(looking);
    if (stuck !== null) onStuck(stuck);
  }, everyMs);
  // A process may end while it is watched.
  looking.unref();
  return watch;
}
