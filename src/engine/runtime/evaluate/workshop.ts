/** What one worker thread owns: models, calibrators and loaded cells, and the tasks done with them. Knows nothing of threads. */
import { at } from '../../../shared/at';
import type { IntegerMachine } from '../../core/graph/integer/integer-plan';
import { rebatch } from '../../core/graph/rebatch';
import type { Graph, ModelStructure } from '../../core/graph/types';
import { assertNever } from '../../../shared/assert-never';
import { ReadAhead } from '../decode/read-ahead';
import { discard } from '../ort/discard';
import { collectGarbage } from '../ort/garbage';
import { importModel } from '../ort/import-model';
import { probeMachine } from '../ort/integer-machine';
import type { BatchOutcome, CellOutcome, SharedModel, TaskResults, WorkerEvent, WorkerTask } from '../workers/protocol';
import { shareGraph } from '../workers/shared-graph';
import { computeBypass } from './bypass';
import { CalibrationPictures } from './calibration-pictures';
import { Calibrator } from './calibrator';
import { cellLogits, imageLogits } from './cell-logits';
import { quantizeMap, evaluateCell, loadCell, type LoadedCell } from './cell';
import { computeHeadDamage } from './head-damage';
import { LoadedStudy } from './layers/layer-tasks';
import { loadBatch, shownPicture, thumbnails } from './load-pixels';
import { lookAt } from './look';
import { sumMaps } from './map-sums';
import { proveExact, type Proof } from './prove-exact';
import { scratchFileSystem } from './scratch-file-system';
import { SharedPrefix } from './shared-prefix';
import { siteOutput } from './site-output';
import { computeView } from './view';

interface LoadedModel {
  readonly graph: Graph;
  readonly structure: ModelStructure;
  readonly batches: Map<number, Graph>;
}

export interface TaskContext {
  readonly poll: () => void;
  readonly emit: (event: WorkerEvent) => void;
  /** Milliseconds since some start: the clock is the caller's. */
  readonly now: () => number;
}

export class Workshop {
  private readonly models = new Map<string, LoadedModel>();
  private readonly calibrators = new Map<string, { calibrator: Calibrator; side: number }>();
  private readonly cells = new Map<string, LoadedCell>();
  private readonly studies = new Map<string, LoadedStudy>();

  /** What proofs have multiplied, for the next ones. */
  private readonly tried = new Map<string, boolean>();
  /** Found out when the first network needs it. */
  private machine: Promise<IntegerMachine> | null = null;

  constructor(private readonly threads: number) {}

  /** Does one task. Throws EngineError for what a user can mend, and for 'stopped'. */
  async perform(task: WorkerTask, context: TaskContext): Promise<TaskResults[keyof TaskResults]> {
    switch (task.kind) {
      case 'import': return this.import(task.model, task.file, context.poll);
      case 'adopt': return this.adopt(task.model, task.shared);
      case 'prepare-calibration': return this.prepareCalibration(task, context);
      case 'calibrate': return this.calibrate(task, context);
      case 'load-cell': return this.loadCell(task, context);
      case 'prove': return this.prove(task, context);
      case 'drop': return this.drop(task.keys);
      case 'evaluate': return this.evaluate(task, context);
      case 'view': {
        const cell = this.cell(task.cell);
        const batch = loadBatch(task.batch.files, cell.network.batch, cell.structure.input.height, task.preprocess, context.poll);
        return computeView(task, batch, cell, context.poll);
      }
      case 'bypass': {
        const cell = this.cell(task.cell);
        const batch = loadBatch(task.batch.files, cell.network.batch, cell.structure.input.height, task.preprocess, context.poll);
        return computeBypass(task, batch, { network: cell.network, structure: cell.structure, poll: context.poll, onStep: (done, total) => context.emit({ kind: 'site', done, total }) });
      }
      case 'head-damage': {
        const cell = this.cell(task.cell);
        const batch = loadBatch(task.batch.files, cell.network.batch, cell.structure.input.height, task.preprocess, context.poll);
        return computeHeadDamage(batch, this.cell(task.float).network, cell, context.poll);
      }
      case 'logits': return cellLogits(this.cell(task.cell), task.inputs, context.poll);
      case 'image-logits': return imageLogits(this.cell(task.cell), task.images, context.poll);
      case 'look': return lookAt(this.cell(task.cell), task.images, task.digest, context.poll);
      case 'site-output': {
        const { structure } = this.model(task.model);
        const site = structure.sites.find((candidate) => candidate.name === task.site);
        if (site === undefined) throw new Error(`there is no site ${task.site}`);
        const quantize = (map: Float32Array): void => {
          if (site.block !== null) quantizeMap({ kind: 'reference', settings: task.settings, parameters: task.parameters }, at(structure.blocks, site.block), structure, map);
        };
        return siteOutput(this.graphAt(task.model, 1), structure, site, task.settings, task.parameters, quantize, task.inputs);
      }
      case 'map-sums': return sumMaps(task, this.cell(task.cell), context.poll);
      case 'load-study': return this.loadStudy(task, context);
      case 'layer-errors': case 'layer-histogram': case 'layer-baseline': case 'layer-variant':
        return this.study(task.study).perform(task, { poll: context.poll, onProgress: (done, total) => context.emit({ kind: 'site', done, total }) });
      case 'picture': return this.picture(task);
      case 'thumbnail': return shownPicture(task.file, task.side, thumbnails);
      default: return assertNever(task);
    }
  }

  private async import(key: string, file: string, poll: () => void): Promise<SharedModel> {
    const shared = await importShared(file, poll);
    // The weights that were read, which are in shared memory now.
    collectGarbage();
    this.adopt(key, shared);
    return shared;
  }

  private adopt(key: string, { graph, structure }: SharedModel): null {
    this.models.set(key, { graph, structure, batches: new Map() });
    return null;
  }

  private async prepareCalibration(task: Extract<WorkerTask, { kind: 'prepare-calibration' }>, context: TaskContext): Promise<null> {
    const { structure } = this.model(task.model);
    const calibrator = await Calibrator.create(this.graphAt(task.model, task.batch), structure, { wBits: task.wBits, overrides: task.overrides, batch: task.batch, threads: this.threads, rounding: task.rounding ?? null }, context.poll);
    this.calibrators.set(task.calibrator, { calibrator, side: structure.input.height });
    return null;
  }

  private async calibrate(task: Extract<WorkerTask, { kind: 'calibrate' }>, context: TaskContext): Promise<TaskResults['calibrate']> {
    const found = this.calibrators.get(task.calibrator);
    if (found === undefined) throw new Error(`the calibrator ${task.calibrator} is not loaded`);
    const { calibrator, side } = found;
    const start = context.now();
    const pictures = new CalibrationPictures(task.images, { batch: calibrator.batch, side, wanted: task.wanted }, context.poll);
    const parameters = await calibrator.calibrate(task.settings, pictures.batches(), {
      poll: context.poll,
      onSite: (done, total) => context.emit({ kind: 'site', done, total }),
      ...(task.scratch === undefined ? {} : { scratch: { folder: task.scratch, files: scratchFileSystem } }),
    });
    return { parameters, skipped: pictures.skipped, used: pictures.used, milliseconds: context.now() - start };
  }

  private async loadCell({ cell: key, model, batch, network: kind, rounding }: Extract<WorkerTask, { kind: 'load-cell' }>, context: TaskContext): Promise<null> {
    const source = { graph: this.graphAt(model, batch), structure: this.model(model).structure, batch, threads: this.threads, rounding: rounding ?? null, machine: await this.knownMachine() };
    this.cells.set(key, await loadCell(source, kind, context.poll));
    return null;
  }

  private async loadStudy({ study: key, model, batch, network }: Extract<WorkerTask, { kind: 'load-study' }>, context: TaskContext): Promise<null> {
    this.studies.set(key, new LoadedStudy({ graph: this.graphAt(model, batch), structure: this.model(model).structure, batch, threads: this.threads, machine: await this.knownMachine(), network }, context.poll));
    return null;
  }

  private async prove({ model, batch, settings, parameters }: Extract<WorkerTask, { kind: 'prove' }>, context: TaskContext): Promise<Proof> {
    const machine = await this.knownMachine();
    const proof = await proveExact({ graph: this.graphAt(model, batch), structure: this.model(model).structure, settings, parameters, machine, batch, threads: this.threads, tried: this.tried }, context.poll);
    // The network that was looked at.
    collectGarbage();
    return proof;
  }

  private knownMachine(): Promise<IntegerMachine> {
    this.machine ??= probeMachine();
    return this.machine;
  }

  private async drop(keys: readonly string[]): Promise<null> {
    for (const key of keys) {
      this.models.delete(key);
      const calibrator = this.calibrators.get(key);
      const cell = this.cells.get(key);
      this.calibrators.delete(key);
      this.cells.delete(key);
      const study = this.studies.get(key);
      this.studies.delete(key);
      await calibrator?.calibrator.release();
      await cell?.network.release();
      await study?.release();
    }
    collectGarbage();
    return null;
  }

  /** Batches are the outer loop, cells the inner: an image is decoded once. Each finished batch is told at once. */
  private async evaluate(task: Extract<WorkerTask, { kind: 'evaluate' }>, context: TaskContext): Promise<null> {
    const cells = task.cells.map((key) => ({ key, cell: this.cell(key) }));
    const ahead = new ReadAhead();
    for (const [index, spec] of task.batches.entries()) {
      const start = context.now();
      const { network, structure } = at(cells, 0).cell;
      const batch = loadBatch(spec.files, network.batch, structure.input.height, task.preprocess, context.poll, (file) => ahead.take(file));
      const milliseconds = context.now() - start;
      void ahead.begin(task.batches[index + 1]?.files ?? []);
      const outcomes: CellOutcome[] = [];
      const prefix = new SharedPrefix(cells.map(({ cell }) => cell.network.prefixKey));
      for (const { key, cell } of cells) outcomes.push(await evaluateCell(key, cell, batch, spec, { ...context, prefix }));
      if (batch.pixels.buffer instanceof ArrayBuffer) discard(batch.pixels.buffer);
      const skipped = batch.skipped.map(({ position, reason, detail }) => ({ index: spec.start + position, file: at(spec.files, position), reason, detail }));
      const outcome: BatchOutcome = { batch: spec.batch, images: batch.loaded.length, cells: outcomes, skipped, milliseconds };
      context.emit({ kind: 'batch', outcome });
    }
    return null;
  }

  private picture({ file, model, preprocess }: Extract<WorkerTask, { kind: 'picture' }>): TaskResults['picture'] {
    return shownPicture(file, this.model(model).structure.input.height, preprocess);
  }

  private graphAt(key: string, batch: number): Graph {
    const model = this.model(key);
    const graph = model.batches.get(batch) ?? (batch === 1 ? model.graph : rebatch(model.graph, batch));
    model.batches.set(batch, graph);
    return graph;
  }

  private model(key: string): LoadedModel {
    const model = this.models.get(key);
    if (model === undefined) throw new Error(`the model ${key} is not loaded`);
    return model;
  }

  private study(key: string): LoadedStudy {
    const study = this.studies.get(key);
    if (study === undefined) throw new Error(`the study ${key} is not loaded`);
    return study;
  }

  private cell(key: string): LoadedCell {
    const cell = this.cells.get(key);
    if (cell === undefined) throw new Error(`the cell ${key} is not loaded`);
    return cell;
  }
}

/** A function of its own: while it is not over, it holds on to the weights that it read. */
async function importShared(file: string, poll: () => void): Promise<SharedModel> {
  const { graph: own, structure, batchable, exportedBatch, notes } = await importModel(file, poll);
  const graph = shareGraph(own);
  return { graph, shapes: graph.shapes, structure, batchable, exportedBatch, notes, metadata: Object.fromEntries(graph.metadata) };
}
