/** What an engine is created with. */
export interface EngineOptions {
  /** The built worker entry. */
  readonly workerPath: string;
  /** Folder with `sample/`, `imagenet/`, `published/`. */
  readonly resourcesPath: string;
  /** Used when a call names no workspace. */
  readonly defaultWorkspace: string;
  readonly version: string;
  /** Worker threads when a call does not say: the number of cores by default. */
  readonly workers?: number;
}
