/** What the pages' questions about a stored run are answered from. */
import type { KnownModel } from '../library/model-library';
import type { Store, StoredRun } from '../store/store-types';
import type { WorkerPool } from '../workers/pool';

export interface RunSources {
  readonly store: Store;
  readonly pool: () => Promise<WorkerPool>;
  /** The model of a stored run; throws when its file is missing or has changed. */
  readonly model: (run: StoredRun) => Promise<KnownModel>;
  /** The absolute path of a file of the run's data set. */
  readonly path: (run: StoredRun, file: string) => Promise<string>;
}

/** The open workspace's sources: asked for at every call, because another workspace may be open by then. */
export type OpenSources = () => Promise<RunSources>;
