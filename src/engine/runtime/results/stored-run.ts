import { fail } from '../../../shared/failure';
import type { Store, StoredRun } from '../store/store-types';

/** Throws EngineError 'not-found' for a run that is not in the workspace. */
export async function storedRun(store: Pick<Store, 'run'>, runId: string): Promise<StoredRun> {
  const run = await store.run(runId);
  if (run === null) throw fail('not-found', 'This run is not in the workspace', { place: runId, next: 'Choose another run' });
  return run;
}
