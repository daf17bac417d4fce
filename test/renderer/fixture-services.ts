/** An engine and a shell for tests of the window: answers from fixture-data, records what was asked, runs an evaluation in steps. */
import type { CallOptions, EngineClient, EngineMethod, ParamsOf, ResultOf } from '../../src/shared/engine-contract';
import type { EvaluationEvent } from '../../src/shared/evaluation';
import { fail } from '../../src/shared/failure';
import type { StoredLayers } from '../../src/shared/layers';
import type { QueuedItem } from '../../src/shared/queue';
import type { SavedRecipe } from '../../src/shared/recipe';
import type { ModelRecord, RunRecord } from '../../src/shared/records';
import type { SchemeId } from '../../src/shared/settings';
import type { ShellBridge, ShellInfo } from '../../src/shared/window-contract';
import type { Connection } from '../../src/renderer/src/client';
import type { Services } from '../../src/renderer/src/services';
import { fileStem } from '../../src/renderer/src/stores/commands';
import { blameOf, divergenceOf, flipsOf, flippedByOf, typicalOf } from './fixture-images';
import { calibrationAnswers, type CalibrationMemory } from './fixture-calibration';
import { previewOf } from './fixture-dataset';
import { layersAnswers } from './fixture-layers';
import { passedReport } from '../helpers/gate-reports';
import { makeLevels } from '../helpers/levels-record';
import { dataset, headsOf, makeBoard, makePicture, makePredictions, makeRun, makeRuns, makeSummary, pairedOf, swin, viewOf, vit } from './fixture-data';

export interface FixtureOptions {
  /** Stored in the workspace. */
  readonly recipes?: readonly SavedRecipe[];
  /** What waits in the workspace. */
  readonly queue?: readonly QueuedItem[];
  /** Start without models, data and runs. */
  readonly empty?: boolean;
  /** Cells that are not done yet, for pictures of a run that goes on. */
  readonly runs?: readonly RunRecord[];
  readonly info?: Partial<ShellInfo>;
  /** Calls that fail; what it throws is their failure. */
  readonly fails?: (method: EngineMethod) => void;
  /** Answers in place of the fixture's own. */
  readonly answers?: (own: Answers) => Answers;
  /** Pause between steps of an evaluation. */
  readonly pause?: () => Promise<void>;
}

/** What the fixture can be asked; a page that asks for more gives it the answer in its own test. */
export type Answers = { [K in EngineMethod]?: (params: ParamsOf<K>, options: CallOptions<K>) => Promise<ResultOf<K>> };

export class FixtureEngine implements EngineClient {
  readonly asked: { readonly method: EngineMethod; readonly params: unknown }[] = [];
  connection: Connection = 'connected';
  private readonly listeners = new Set<(connection: Connection) => void>();
  private models: readonly ModelRecord[];
  private readonly layers = new Map<string, StoredLayers>();
  private readonly calibrations: CalibrationMemory = new Map();
  private runs: RunRecord[];

  constructor(private readonly options: FixtureOptions = {}) {
    this.models = options.empty === true ? [] : [vit, swin];
    this.runs = [...(options.runs ?? (options.empty === true ? [] : makeRuns()))];
  }

  onConnection(listener: (connection: Connection) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  setConnection(connection: Connection): void {
    this.connection = connection;
    for (const listener of this.listeners) listener(connection);
  }

  async call<M extends EngineMethod>(method: M, params: ParamsOf<M>, options: CallOptions<M> = {}): Promise<ResultOf<M>> {
    // As a port would: what cannot be cloned (a reactive proxy, say) fails here too.
    this.asked.push({ method, params: structuredClone(params) });
    // One implementation per method; the table's type checks each against the contract.
    this.options.fails?.(method);
    const own = this.answers();
    const answers: Answers = this.options.answers?.(own) ?? own;
    const answer = answers[method];
    if (answer === undefined) throw fail('not-found', `The fixture has no answer for ${method}`);
    return answer(params, options);
  }

  private answers(): Answers {
    const summary = (): ReturnType<typeof makeSummary> => ({ ...makeSummary(this.runs), models: [...this.models], datasets: this.models.length === 0 ? [] : [dataset] });
    const find = (id: string): { run: RunRecord; model: ModelRecord } => {
      const run = this.runs.find((other) => other.id === id);
      const model = this.models.find((other) => other.id === run?.modelId);
      if (run === undefined || model === undefined) throw fail('not-found', `No run ${id}`);
      return { run, model };
    };
    return {
      ...layersAnswers(find, this.layers, this.options),
      ...calibrationAnswers(find, this.calibrations),
      'queue.list': async () => ({ items: [...(this.options.queue ?? [])] }),
      'queue.save': async () => null,
      'engine.info': async () => ({ version: '0.1.0', onnxruntime: '1.30.0', node: '20', cores: 2, memoryBytes: 2 ** 34, cpu: 'fixture' }),
      'workspace.open': async () => summary(),
      'workspace.summary': async () => summary(),
      'workspace.rename': async ({ kind, id, name }) => {
        if (kind === 'model') this.models = this.models.map((model) => (model.id === id ? { ...model, name: name === '' ? [vit, swin].find((own) => own.id === id)?.name ?? name : name } : model));
        if (kind === 'run') this.runs = this.runs.map(({ title: _old, ...run }) => (run.id === id && name !== '' ? { ...run, title: name } : run));
        return summary();
      },
      'model.add': async ({ file }) => { throw fail('model-unreadable', 'Not an ONNX file', { file, place: 'first bytes', expected: 'an ONNX protobuf', next: 'Export the model again' }); },
      'models.preprocess': async ({ files, preprocess }) => ({ models: files.map((file) => ({ file, name: fileStem(file), input: 56, preprocess: typeof preprocess === 'string' ? { mean: [0.5, 0.5, 0.5], std: [0.25, 0.25, 0.25], cropPct: 0.875, interpolation: 'bicubic' } : preprocess, source: typeof preprocess === 'string' ? 'preset vit, by the model\'s structure' : 'as given' })) }),
      'model.inspect': async () => { throw fail('not-found', 'The fixture inspects nothing'); },
      'recipe.list': async () => ({ recipes: [...(this.options.recipes ?? [])] }),
      'dataset.add': async ({ labels }) => (labels === undefined ? dataset : { ...dataset, id: `${dataset.id}/${labels.order}`, labels }),
      'dataset.preview': async ({ labels, pictures }) => previewOf(labels, pictures),
      'sample.open': async () => { this.models = [vit, swin]; return { models: [vit, swin], dataset }; },
      'evaluation.estimate': async (spec) => ({ images: spec.limit ?? 1000, cells: spec.models.length * (spec.schemes.length + 1), peakBytes: 734 * 2 ** 20, parts: [{ name: 'sessions', bytes: 420 * 2 ** 20 }, { name: 'calibration', bytes: 314 * 2 ** 20 }] }),
      'run.classNames': async () => ({ names: dataset.classes.map(({ name }) => name) }),
      'gate.check': async ({ model }) => passedReport(model, { known: 'stored' }),
      'gate.picture': async () => makePicture(1),
      'evaluation.run': (spec, options) => this.evaluate(spec.schemes, spec.withFp32, options),
      'board.get': async () => makeBoard(this.runs, this.models),
      'board.compare': async ({ runIds }) => {
        const runs = runIds.map((id) => find(id).run);
        return { pairs: runs.flatMap((a, later) => runs.slice(0, later).filter((b) => b.modelId === a.modelId).map((b) => pairedOf(a, b))) };
      },
      'run.band': async ({ runId }) => ({ runId, total: 1000, points: [10, 100, 1000].map((images) => ({ images, top1: 80, ci95: [80 - 200 / Math.sqrt(images), 80 + 200 / Math.sqrt(images)] as [number, number] })) }),
      'workspace.export': async ({ file }) => ({ file, rows: 14 }),
      'run.predictions': async ({ runId, offset, count }) => {
        const all = makePredictions(7, (find(runId).run.top1 ?? 80) / 100);
        return { total: all.length, predictions: all.slice(offset, offset + count) };
      },
      'run.paired': async ({ runId }) => {
        const { run } = find(runId);
        return this.runs.filter((other) => other.modelId === run.modelId && other.id !== run.id && other.top1 !== null).map((other) => pairedOf(run, other));
      },
      'image.picture': async ({ image }) => makePicture(image),
      'attention.view': async ({ runId, image, block, head }) => viewOf({ ...find(runId), image, block, head }),
      'attention.heads': async ({ runId, image, block }) => headsOf({ ...find(runId), image, block, head: 0 }),
      'attention.rollout': async ({ runId, image, block }) => {
        const { windows, grid, prefixTokens } = viewOf({ ...find(runId), image, block, head: 0 });
        const shares = { prefix: new Array<number>(prefixTokens).fill(0), patches: new Float32Array(grid[0] * grid[1]).fill(1 / (grid[0] * grid[1])) };
        return { runId, image, block, grid: windows > 1 ? [14, 14] : grid, fp32: shares, before: shares, after: shares };
      },
      'levels.get': async ({ runId, source }) => {
        const { run, model } = find(runId);
        return { ...makeLevels({ runId, blocks: model.blocks, own: run.settings.scheme === 'none' ? null : run.settings.scheme }), source };
      },
      'images.flips': async (question) => flipsOf(question),
      'images.divergence': async ({ runId, image }) => divergenceOf(runId, image, find(runId).model),
      'images.typical': async ({ runId }) => typicalOf(runId, find(runId).model),
      'images.blame': async ({ runId, image, heads }) => blameOf(runId, image, heads, find(runId).model),
      'images.flippedBy': async (question) => flippedByOf(question),
      'report.data': async ({ runs }) => ({ board: makeBoard(this.runs, this.models), runs: runs.map(({ runId }) => ({ run: find(runId).run, against: null, paired: null, errors: null, levels: [], classNames: [], flips: null })), pairs: [], workspace: 'w', engine: '0.1.0', created: '2026-01-05T09:12:00.000Z' }),
    };
  }

  /** Ten steps per cell; stops between steps when aborted and keeps what it has. */
  private async evaluate(schemes: readonly SchemeId[], withFp32: boolean, options: CallOptions<'evaluation.run'>): Promise<ResultOf<'evaluation.run'>> {
    const emit = (event: EvaluationEvent): void => options.onEvent?.(event);
    const ids: readonly SchemeId[] = [...(withFp32 ? ['none' as const] : []), ...schemes];
    const result = (state: 'done' | 'stopped'): ResultOf<'evaluation.run'> => ({ state, runs: this.runs.map((run) => ({ run, parameters: {}, skipped: [] })), paired: [], failures: [] });
    for (let step = 1; step <= 10; step++) {
      for (const model of this.models) {
        for (const scheme of ids) {
          if (options.signal?.aborted === true) return result('stopped');
          const run = makeRun(model, scheme, { images: step * 100, state: step === 10 ? 'done' : 'running' });
          this.runs = [run, ...this.runs.filter((other) => other.id !== run.id)];
          emit({ kind: 'run', run, cell: makeBoard(this.runs, this.models).cells.find((cell) => cell.run?.id === run.id) ?? null });
        }
      }
      emit({ kind: 'progress', progress: { stage: 'evaluating', subject: 'fashion_vit, fashion_swin', done: step * 1400, total: 14000, rate: 210, secondsLeft: (10 - step) * 6, skipped: 0 } });
      await this.options.pause?.();
    }
    return result('done');
  }
}

/** A shell that remembers what it was told; dialogs answer what the test put there. */
export class FixtureShell implements ShellBridge {
  readonly styleNonce = 'fixture';
  readonly calls: { readonly method: string; readonly params: unknown }[] = [];
  answers: Record<string, unknown> = {};
  private readonly listeners = new Set<(event: unknown) => void>();

  constructor(private readonly info: Partial<ShellInfo> = {}) {}

  async call(method: string, params: unknown): Promise<unknown> {
    this.calls.push({ method, params });
    const info: ShellInfo = { version: '0.1.0', electron: '25', chrome: '114', node: '18', platform: 'linux', theme: 'dark', systemDark: true, locale: 'en', recents: [], workspace: null, openSample: false, ...this.info };
    const known: Record<string, unknown> = { 'app.info': info, 'recents.add': { recents: [] }, 'recents.check': { missing: [] }, 'recents.remove': { recents: [] }, 'dialog.models': { files: [] }, 'dialog.dataset': { folder: null }, 'dialog.workspace': { file: null }, 'dialog.labels': { file: null } };
    return { ok: true, value: this.answers[method] ?? known[method] ?? null };
  }

  onEvent(listener: (event: unknown) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  send(event: unknown): void {
    for (const listener of this.listeners) listener(event);
  }

  pathOfFile(file: object): string {
    return 'path' in file && typeof file.path === 'string' ? file.path : '';
  }
}

export function makeServices(options: FixtureOptions = {}): Services & { readonly engine: FixtureEngine; readonly bridge: FixtureShell } {
  return { engine: new FixtureEngine(options), bridge: new FixtureShell(options.info) };
}
