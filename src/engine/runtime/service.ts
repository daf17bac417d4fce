/** The engine's answers to the calls of the contract. One workspace, one pool of workers, one evaluation at a time. */
import { cpus, totalmem } from 'node:os';
import { readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fail } from '../../shared/failure';
import type { CallOptions, EngineMethod, ParamsOf, ResultOf } from '../../shared/engine-contract';
import type { EvaluationSpec, LabelChoice } from '../../shared/settings';
import type { DatasetRecord, ModelRecord } from '../../shared/records';
import { inspection } from '../core/graph/inspection';
import { loadDataset } from './library/dataset-library';
import { type KnownModel, ModelLibrary } from './library/model-library';
import { onnxruntimeVersion } from './ort/session';
import { buildBoard, compareRuns, pairedOf, readPublished, type PublishedTable, predictionsPage, runBand, workspaceSummary } from './results/results';
import { estimateEvaluation } from './runs/estimate';
import { runEvaluation } from './runs/run-evaluation';
import { modelOverrides } from './runs/model-overrides';
import { Views } from './runs/views';
import { openStore } from './store/open-store';
import { modelFile } from './library/model-file';
import { attentionHeads, attentionRollout } from './pages/attention';
import { levelsOfRun } from './pages/levels';
import { calibrationOf, calibrationPicture } from './pages/calibration';
import { CandidateFinder } from './pages/calibration-candidates';
import { calibrationDraws } from './pages/calibration-draws';
import { redraw } from './pages/calibration-redraw';
import { measureNoise, storedNoise } from './pages/noise';
import { divergence, flips } from './pages/images';
import { blame } from './pages/images-blame';
import { flippedBy } from './pages/images-flipped-by';
import { typicalKl } from './pages/images-typical';
import { storedLayers } from './pages/layers';
import { siteErrors } from './pages/layers-errors';
import { siteHistogram } from './pages/layers-histogram';
import { sensitivity } from './pages/layers-sensitivity';
import { reportData } from './pages/report';
import type { RunSources } from './pages/run-sources';
import { Questions } from './pages/questions';
import type { Store, StoredRun } from './store/store-types';
import { WorkerPool } from './workers/pool';
import { StopFlag } from './workers/stop-flag';

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

type Handlers = { readonly [M in EngineMethod]: (params: ParamsOf<M>, options: CallOptions<M>) => Promise<ResultOf<M>> };

export class Service {
  private opened: Promise<Store> | null = null;
  private started: { readonly size: number; readonly pool: Promise<WorkerPool> } | null = null;
  private readonly library = new ModelLibrary();
  private publishedTable: PublishedTable | null = null;
  private evaluating: { readonly stop: StopFlag; readonly finished: Promise<void> } | null = null;
  private readonly candidates = new CandidateFinder();
  private readonly questions = new Questions();
  private viewsOf: { readonly store: Store; readonly views: Views } | null = null;

  constructor(private readonly options: EngineOptions) {}

  readonly handlers: Handlers = {
    'engine.info': () => Promise.resolve({
      version: this.options.version, onnxruntime: onnxruntimeVersion(), node: process.version, cores: cpus().length, memoryBytes: totalmem(), cpu: cpus()[0]?.model ?? 'unknown',
    }),
    'workspace.open': async ({ file }) => workspaceSummary(await this.openWorkspace(file)),
    'workspace.summary': async () => workspaceSummary(await this.store()),
    'model.add': async ({ file }) => this.addModel(file),
    'model.inspect': async ({ file, settings }) => {
      const { shared } = await this.loadModel(file);
      return inspection(shared, settings);
    },
    'overrides.check': async ({ file, overrides, scheme = 'Sqrt2_17', wBits = 4, aBits = 4 }) => modelOverrides(await this.loadModel(file), { scheme, wBits, aBits, overrides }),
    'recipe.save': async ({ name, recipe }) => {
      const saved = { name, recipe: { ...recipe, name } };
      await (await this.store()).saveRecipe(name, saved.recipe);
      return saved;
    },
    'recipe.list': async () => ({ recipes: [...(await (await this.store()).recipes())] }),
    'recipe.delete': async ({ name }) => {
      const store = await this.store();
      if (!(await store.deleteRecipe(name))) throw fail('not-found', 'There is no such recipe in the workspace', { place: name, next: 'Choose another' });
      return { recipes: [...(await store.recipes())] };
    },
    'dataset.add': ({ root, labels }, { onEvent }) => this.addDataset(root, (files) => onEvent?.({ files }), labels),
    'sample.open': async () => {
      const { models, dataset } = sampleFiles(this.options.resourcesPath);
      const records: ModelRecord[] = [];
      for (const file of models) records.push(await this.addModel(file));
      return { models: records, dataset: await this.addDataset(dataset, () => undefined) };
    },
    'evaluation.estimate': async (spec) => estimateEvaluation(await Promise.all(spec.models.map((file) => this.loadModel(file))), await loadDataset(spec.dataset, { labels: spec.labels }), spec, this.poolSize(spec)),
    'evaluation.run': (spec, options) => this.evaluate(spec, options),
    'board.get': async ({ datasetId, baseline }) => buildBoard(await this.store(), datasetId, this.published(), baseline),
    'board.compare': async ({ runIds }) => ({ pairs: await compareRuns(await this.store(), runIds) }),
    'run.band': async ({ runId }) => runBand(await this.store(), runId),
    'workspace.remove': async (removal) => {
      if (this.evaluating !== null) throw fail('settings', 'An evaluation is writing to the workspace', { next: 'Stop it, or wait until it is done' });
      const store = await this.store();
      await store.remove(removal);
      this.viewsOf = null;
      return workspaceSummary(store);
    },
    'workspace.export': async ({ table, format, file }) => ({ file: resolve(file), rows: await (await this.store()).exportTable(table, format, resolve(file)) }),
    'run.predictions': async ({ runId, offset, count }) => predictionsPage(await this.store(), runId, offset, count),
    'run.paired': async ({ runId }) => [...(await pairedOf(await this.store(), runId))],
    'image.picture': ({ runId, image }, { signal }) => this.questions.run(signal, async (stop) => (await this.views()).picture(runId, image, stop)),
    'attention.view': async ({ runId, image, block, head }) => (await this.views()).attention(runId, image, block, head),
    'attention.heads': async ({ runId, image, block }) => attentionHeads(await this.views(), runId, image, block),
    'images.flips': async (question) => flips(await this.store(), question),
    'images.divergence': async ({ runId, image }) => divergence(await this.store(), await this.views(), runId, image),
    'images.typical': ({ runId }, { signal, onEvent }) => this.questions.run(signal, async (stop) => typicalKl(await this.sources(), runId, stop, (progress) => onEvent?.(progress))),
    'images.blame': ({ runId, image, heads }, { signal, onEvent }) => this.questions.run(signal, async (stop) => blame(await this.sources(), await this.views(), runId, { image, heads, stop, onProgress: (progress) => onEvent?.(progress) })),
    'images.flippedBy': (question, { signal, onEvent }) => this.questions.run(signal, async (stop) => flippedBy(await this.sources(), { ...question, stop, onProgress: (progress) => onEvent?.(progress) })),
    'attention.rollout': async ({ runId, image, block, query }) => attentionRollout(await this.views(), runId, image, block, query),
    'calibration.get': async ({ runId }) => calibrationOf(await this.sources(), runId),
    'calibration.picture': async ({ runId, position }) => calibrationPicture(await this.sources(), runId, position),
    'calibration.draws': async ({ runId }) => calibrationDraws(await this.store(), runId),
    'calibration.redraw': ({ runId, seeds }, { signal, onEvent }) => this.questions.run(signal, async (stop) => redraw(await this.sources(), runId, { seeds, stop, onProgress: (progress) => onEvent?.(progress) })),
    'calibration.candidates': async ({ datasetId, ...page }) => this.candidates.page(await this.sources(), datasetId, page),
    'calibration.candidate': async ({ runId, index }) => this.candidates.picture(await this.sources(), runId, index),
    'noise.run': ({ runId, repeats, scope, images }, { signal, onEvent }) => this.questions.run(signal, async (stop) => measureNoise(await this.sources(), runId, { repeats, scope, images, stop, emit: (event) => onEvent?.(event) })),
    'noise.get': async ({ runId }) => storedNoise(await this.sources(), runId),
    'levels.get': (question, { signal, onEvent }) => this.questions.run(signal, async (stop) => levelsOfRun(await this.sources(), { ...question, stop, onProgress: (progress) => onEvent?.(progress) })),
    'layers.errors': (question, { signal, onEvent }) => this.questions.run(signal, async (stop) => siteErrors(await this.sources(), question, stop, (progress) => onEvent?.(progress))),
    'layers.histogram': (question, { signal }) => this.questions.run(signal, async (stop) => siteHistogram(await this.sources(), question, stop)),
    'layers.sensitivity': (question, { signal, onEvent }) => this.questions.run(signal, async (stop) => sensitivity(await this.sources(), question, stop, (event) => onEvent?.(event))),
    'layers.stored': async ({ runId }) => storedLayers(await this.sources(), runId),
    'report.data': async ({ datasetId, runs }) => {
      const store = await this.store();
      return { ...(await reportData(store, { datasetId, runs, published: this.published() })), engine: this.options.version, created: new Date().toISOString() };
    },
  };

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
    this.started ??= { size, pool: WorkerPool.start(this.options.workerPath, size) };
    return this.started.pool;
  }

  /** The pool as it stands, whatever its size. */
  private currentPool(): Promise<WorkerPool> {
    return this.pool(this.started?.size);
  }

  /** Imports a model, or finds it imported. */
  async loadModel(file: string): Promise<KnownModel> {
    return this.library.load(await this.currentPool(), modelFile(resolve(file)));
  }

  /** The seed's published table: read once. */
  private published(): PublishedTable {
    this.publishedTable ??= readPublished(this.options.resourcesPath);
    return this.publishedTable;
  }

  private store(): Promise<Store> {
    this.opened ??= this.openOnce(this.options.defaultWorkspace);
    return this.opened;
  }

  private openOnce(file: string): Promise<Store> {
    const opening = openStore(file);
    // A workspace that could not be opened may be mended and tried again.
    opening.catch(() => { this.opened = null; });
    return opening;
  }

  private async openWorkspace(file: string | null): Promise<Store> {
    const wanted = file === null ? null : resolve(file);
    if (wanted === null) return this.store();
    const current = this.opened === null ? null : await this.opened.catch(() => null);
    if (current?.file === wanted) return current;
    if (this.evaluating !== null) throw fail('settings', 'An evaluation is writing to the open workspace', { ...(current === null ? {} : { file: current.file }), next: 'Stop it, or wait until it is done' });
    await this.questions.stopAll();
    await current?.close();
    this.viewsOf = null;
    this.opened = this.openOnce(wanted);
    return this.opened;
  }

  private async addModel(file: string): Promise<ModelRecord> {
    const { record } = await this.loadModel(file);
    await (await this.store()).upsertModel(record);
    return record;
  }

  private async addDataset(root: string, onFiles: (files: number) => void, labels?: LabelChoice): Promise<DatasetRecord> {
    const { record } = await loadDataset(resolve(root), { onFiles, labels });
    await (await this.store()).upsertDataset(record);
    return record;
  }

  private poolSize(spec: EvaluationSpec): number {
    return spec.workers ?? this.options.workers ?? cpus().length;
  }

  private async evaluate(spec: EvaluationSpec, { signal, onEvent }: CallOptions<'evaluation.run'>): Promise<ResultOf<'evaluation.run'>> {
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
    return runEvaluation({ store, pool, library: this.library, environment, memoryBytes: totalmem(), now, published: this.published() }, absolute, stop, (event) => onEvent?.(event));
  }

  private async views(): Promise<Views> {
    const store = await this.store();
    if (this.viewsOf?.store === store) return this.viewsOf.views;
    const views = new Views(await this.sources());
    this.viewsOf = { store, views };
    return views;
  }

  /** What questions about stored runs are answered from. */
  private async sources(): Promise<RunSources> {
    const store = await this.store();
    return { store, pool: () => this.currentPool(), model: (run) => this.modelOf(store, run), path: (run, file) => pathOf(store, run, file) };
  }

  private async modelOf(store: Store, run: StoredRun): Promise<KnownModel> {
    const record = (await store.models()).find((model) => model.id === run.modelId);
    if (record === undefined) throw fail('not-found', 'The model of this run is not in the workspace', { place: run.modelId });
    const model = await this.loadModel(record.file);
    if (model.record.hash === run.modelHash) return model;
    throw fail('model-unreadable', 'The model file has changed since this run', { file: record.file, expected: `the bytes with SHA-256 ${run.modelHash}`, next: 'Put the old file back, or run the new one' });
  }
}

async function pathOf(store: Store, run: StoredRun, file: string): Promise<string> {
  const dataset = (await store.datasets()).find((candidate) => candidate.id === run.datasetId);
  if (dataset === undefined) throw fail('not-found', 'The data set of this run is not in the workspace', { place: run.datasetId });
  return dataset.layout === 'archives' ? (await loadDataset(dataset.root)).path(file) : join(dataset.root, ...file.split('/'));
}

/** The embedded sample project. */
export function sampleFiles(resourcesPath: string): { models: string[]; dataset: string } {
  const folder = join(resourcesPath, 'sample');
  const models = readdirSync(join(folder, 'models')).filter((name) => name.endsWith('.onnx')).sort().map((name) => join(folder, 'models', name));
  return { models, dataset: join(folder, 'images') };
}
