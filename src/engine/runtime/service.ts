/** The engine's answers to the calls of the contract. One workspace, one pool of workers, one evaluation at a time. */
import { cpus, totalmem } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fail } from '../../shared/failure';
import type { CallOptions, EngineMethod, EventOf, ResultOf } from '../../shared/engine-contract';
import type { MergeResult } from '../../shared/merge';
import type { EvaluationSpec } from '../../shared/settings';
import type { DatasetRecord, ModelRecord } from '../../shared/records';
import type { EngineOptions } from './engine-options';
import type { Desk, Handlers } from './handlers/desk';
import { gateHandlers } from './handlers/gate-handlers';
import { modelHandlers } from './handlers/model-handlers';
import { pictureHandlers } from './handlers/picture-handlers';
import { queueHandlers } from './handlers/queue-handlers';
import { runHandlers } from './handlers/run-handlers';
import { siteHandlers } from './handlers/site-handlers';
import { workspaceHandlers } from './handlers/workspace-handlers';
import { keepListingsIn, loadDataset, type ListingOptions } from './library/dataset-library';
import { modelFile } from './library/model-file';
import { type KnownModel, ModelLibrary } from './library/model-library';
import { onnxruntimeVersion } from './ort/session';
import { Questions } from './pages/questions';
import { pathOfRun } from './pages/run-dataset';
import type { RunSources } from './pages/run-sources';
import { readPublished, type PublishedTable } from './results/published';
import { Hold } from './runs/hold';
import { runEvaluation } from './runs/run-evaluation';
import { Views } from './runs/views';
import { admission } from './untrusted/admission';
import { goneFailure } from './store/in-place';
import { mergeFiles } from './store/merge-files';
import { openStore } from './store/open-store';
import type { Store, StoredRun } from './store/store-types';
import { WorkerPool } from './workers/pool';
import { StopFlag } from './workers/stop-flag';
import { watchPool } from './workers/watch-pool';

export class Service implements Desk {
  private opened: Promise<Store> | null = null;
  private started: { readonly size: number; readonly pool: Promise<WorkerPool> } | null = null;
  private readonly library: ModelLibrary;
  private publishedTable: PublishedTable | null = null;
  private evaluating: { readonly stop: StopFlag; readonly finished: Promise<void> } | null = null;
  private readonly questions = new Questions();
  private viewsOf: { readonly store: Store; readonly views: Views } | null = null;
  private readonly hold = new Hold();
  readonly handlers: Handlers;

  constructor(readonly options: EngineOptions) {
    this.library = new ModelLibrary(admission(options));
    keepListingsIn(join(dirname(resolve(options.defaultWorkspace)), 'listings'));
    this.handlers = { ...workspaceHandlers(this), ...queueHandlers(this), ...modelHandlers(this), ...runHandlers(this), ...gateHandlers(this), ...pictureHandlers(this), ...siteHandlers(this) };
  }

  /** Stops what runs, stores it, and lets go of threads and workspace. */
  async close(): Promise<void> {
    this.evaluating?.stop.raise();
    await this.evaluating?.finished;
    await this.questions.stopAll();
    const pool = this.started?.pool;
    this.started = null;
    await (await pool?.catch(() => undefined))?.close();
    const store = this.opened;
    this.opened = null;
    await (await store?.catch(() => undefined))?.close();
  }

  /** While it is on, evaluations hand out nothing: the machine goes to sleep. */
  setAsleep(asleep: boolean): void {
    this.hold.set(asleep);
  }

  /** The pool, with `size` workers: a different size than before restarts it, and so does a worker that died. */
  async pool(size = this.options.workers ?? cpus().length): Promise<WorkerPool> {
    const { started } = this;
    if (started !== null) {
      const old = await started.pool.catch(() => null);
      if (this.started === started && (old === null || old.broken || started.size !== size)) {
        this.started = null;
        this.library.clear();
        await old?.close();
      }
    }
    this.started ??= { size, pool: this.startPool(size) };
    return this.started.pool;
  }

  private async startPool(size: number): Promise<WorkerPool> {
    const { workerPath, onStuck, watchLimits } = this.options;
    const pool = await WorkerPool.start(workerPath, size);
    if (onStuck !== undefined) watchPool(pool, onStuck, watchLimits);
    return pool;
  }

  /** The pool as it stands, whatever its size. */
  currentPool(): Promise<WorkerPool> {
    return this.pool(this.started?.size);
  }

  /** Imports a model, or finds it imported. */
  async loadModel(file: string): Promise<KnownModel> {
    return this.library.load(await this.currentPool(), modelFile(resolve(file)));
  }

  /** The seed's published table: read once. */
  published(): PublishedTable {
    this.publishedTable ??= readPublished(this.options.resourcesPath);
    return this.publishedTable;
  }

  store(): Promise<Store> {
    this.opened ??= this.openOnce(this.options.defaultWorkspace);
    return this.opened;
  }

  private openOnce(file: string): Promise<Store> {
    const opening = openStore(file, this.options.lastEnd);
    // A workspace that could not be opened may be mended and tried again.
    opening.catch(() => { this.opened = null; });
    return opening;
  }

  async openWorkspace(file: string | null): Promise<Store> {
    const wanted = file === null ? null : resolve(file);
    if (wanted === null) return this.store();
    // Right after a start nobody shall open the default one first.
    if (this.opened === null && this.evaluating === null) {
      this.opened = this.openOnce(wanted);
      return this.opened;
    }
    const current = this.opened === null ? null : await this.opened.catch(() => null);
    if (current?.file === wanted && current.standing === 'open') return current;
    // Opening makes a workspace where there is none: an empty one is not what was there.
    if (current?.file === wanted && current.standing === 'gone') throw goneFailure(current.file);
    if (this.evaluating !== null) throw fail('settings', 'An evaluation is writing to the open workspace', { ...(current === null ? {} : { file: current.file }), next: 'Stop it, or wait until it is done' });
    await this.questions.stopAll();
    await current?.close();
    this.forgetViews();
    this.opened = this.openOnce(wanted);
    return this.opened;
  }

  async mergeFiles(files: readonly string[]): Promise<MergeResult> {
    this.refuseWhileEvaluating();
    await this.questions.stopAll();
    const store = await this.store();
    this.forgetViews();
    // Merged while it is closed, since an open one keeps much in memory; whoever asks for it meanwhile waits.
    const merging = store.close().then(() => mergeFiles(store.file, files.map((file) => resolve(file))));
    this.opened = merging.then(() => undefined, () => undefined).then(() => this.openOnce(store.file));
    const merged = await merging;
    await this.opened;
    return { into: store.file, files: merged };
  }

  forgetViews(): void {
    this.viewsOf = null;
  }

  refuseWhileEvaluating(): void {
    if (this.evaluating !== null) throw fail('settings', 'An evaluation is writing to the workspace', { next: 'Stop it, or wait until it is done' });
  }

  ask<M extends EngineMethod, T>({ signal, onEvent }: CallOptions<M>, work: (stop: StopFlag, emit: (event: EventOf<M>) => void) => Promise<T>): Promise<T> {
    return this.questions.run(signal, (stop) => work(stop, (event) => onEvent?.(event)));
  }

  async addModel(file: string): Promise<ModelRecord> {
    const { record } = await this.loadModel(file);
    await (await this.store()).upsertModel(record);
    return record;
  }

  async addDataset(root: string, options: ListingOptions = {}): Promise<DatasetRecord> {
    const { record } = await loadDataset(resolve(root), options);
    await (await this.store()).upsertDataset(record);
    return record;
  }

  poolSize(spec: EvaluationSpec): number {
    return spec.workers ?? this.options.workers ?? cpus().length;
  }

  async evaluate(spec: EvaluationSpec, { signal, onEvent }: CallOptions<'evaluation.run'>): Promise<ResultOf<'evaluation.run'>> {
    if (this.evaluating !== null) throw fail('settings', 'An evaluation is running already', { next: 'Stop it, or wait until it is done' });
    const stop = new StopFlag();
    const onAbort = (): void => stop.raise();
    if (signal?.aborted === true) stop.raise();
    signal?.addEventListener('abort', onAbort);
    const work = this.evaluateWith(spec, stop, onEvent);
    this.evaluating = { stop, finished: work.then(() => undefined, () => undefined) };
    try {
      return await work;
    } finally {
      this.evaluating = null;
      signal?.removeEventListener('abort', onAbort);
    }
  }

  private async evaluateWith(spec: EvaluationSpec, stop: StopFlag, onEvent: CallOptions<'evaluation.run'>['onEvent']): Promise<ResultOf<'evaluation.run'>> {
    const store = await this.store();
    const pool = await this.pool(this.poolSize(spec));
    const absolute = { ...spec, models: spec.models.map((file) => modelFile(resolve(file))), dataset: resolve(spec.dataset) };
    const environment = JSON.stringify({ version: this.options.version, onnxruntime: onnxruntimeVersion(), node: process.version, cpu: cpus()[0]?.model ?? 'unknown', workers: pool.size });
    const now = (): { iso: string; milliseconds: number } => ({ iso: new Date().toISOString(), milliseconds: performance.now() });
    return runEvaluation({ store, pool, library: this.library, environment, memoryBytes: totalmem(), hold: this.hold, now, published: this.published() }, absolute, stop, (event) => onEvent?.(event));
  }

  async views(): Promise<Views> {
    const store = await this.store();
    if (this.viewsOf?.store === store) return this.viewsOf.views;
    const views = new Views(await this.sources());
    this.viewsOf = { store, views };
    return views;
  }

  /** What questions about stored runs are answered from. */
  async sources(): Promise<RunSources> {
    const store = await this.store();
    return { store, pool: () => this.currentPool(), model: (run) => this.modelOf(store, run), path: (run, file) => pathOfRun(store, run, file) };
  }

  private async modelOf(store: Store, run: StoredRun): Promise<KnownModel> {
    const record = (await store.models()).find((model) => model.id === run.modelId);
    if (record === undefined) throw fail('not-found', 'The model of this run is not in the workspace', { place: run.modelId });
    const model = await this.loadModel(record.file);
    if (model.record.hash === run.modelHash) return model;
    throw fail('model-unreadable', 'The model file has changed since this run', { file: record.file, expected: `the bytes with SHA-256 ${run.modelHash}`, next: 'Put the old file back, or run the new one' });
  }
}
