/** What an engine is created with. */
import type { TrialProcess } from './untrusted/try-model';
import type { StuckWorker, WatchLimits } from './workers/life-watch';

export interface EngineOptions {
  /** The built worker entry. */
  readonly workerPath: string;
  /** Folder with `sample/`, `imagenet/`, `published/`, `models/`. */
  readonly resourcesPath: string;
  /** Used when a call names no workspace. */
  readonly defaultWorkspace: string;
  readonly version: string;
  /** Worker threads when a call does not say: the number of cores by default. */
  readonly workers?: number;
  /** Another hub than the one in `resources/models`, the authority that vouches for it (PEM), and the hosts it may point to: for tests. */
  readonly hub?: { readonly url: string; readonly ca: string; readonly hosts: readonly string[] };
  /** How the engine process before this one ended: 'killed' from outside counts less against what it was working on. */
  readonly lastEnd?: 'unknown' | 'killed';
  /** Starts a process in which a model is loaded for the first time. Left out: models are loaded here at once, which only who made them himself should do. */
  readonly trial?: TrialProcess;
  /** Called once when a worker thread does not come back from native code. It cannot be ended, so who owns the process ends that. Left out: nobody watches. */
  readonly onStuck?: (stuck: StuckWorker) => void;
  /** Other limits than the usual: for tests. */
  readonly watchLimits?: WatchLimits;
}
