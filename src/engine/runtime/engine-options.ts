/** What an engine is created with. */
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
}
