/**
 * Sequential calibration as the reference does it: each quantiser sets itself on the whole calibration batch and then quantises it, so later
 * ones see quantised inputs; afterwards LayerNorms are reparameterised and the weights behind them calibrate again.
 * The calibration network does not depend on scheme, seed or activation bits, so one Calibrator serves all of them.
 * Images go through it one batch at a time; what lives between two segments is held by LiveTensors, in memory that does not grow with them.
 */
import { tmpdir } from 'node:os';
import { at } from '../../../shared/at';
import { planLifetimes, type Lifetimes } from '../../core/calibration/lifetimes';
import type { Operand } from '../../core/graph/operands';
import type { NetworkParameters, QuantizerSettings } from '../../core/graph/parameters';
import { perturbRounding, perturbValues } from '../../core/graph/perturb';
import { createRandom } from '../../core/random/random';
import { rewriteForCalibration, type CalibrationGraph } from '../../core/graph/rewrite-calibration';
import { segmentGraph, type Cut, type Segment } from '../../core/graph/segments';
import type { Graph, ModelStructure } from '../../core/graph/types';
import { assembleParameters, type OperandResult } from './assemble-parameters';
import { calibrateOperand, type CalibratedOperand } from './calibrate-operand';
import { LiveTensors } from './live-tensors';
import type { ScratchPlace } from './scratch-file';
import { scratchFileSystem } from './scratch-file-system';
import { createSession, type FloatTensor, type Session } from '../ort/session';

/** A batch of prepared pixels; `valid` images count, the rest is padding. */
export interface PixelBatch {
  readonly pixels: Float32Array;
  readonly valid: number;
}

/** How much of a calibration stays in memory; the rest goes to a temporary file. */
export interface CalibrationMemory {
  /** Images, whole batches of them. */
  readonly images: number;
  readonly bytes: number;
}

/** As many images as the reference calibrates on, unless they are very large. */
export const calibrationMemory: CalibrationMemory = { images: 32, bytes: 1e9 };

export interface CalibrateOptions {
  /** Called between segments, sites and chunks of long loops; may throw to stop. */
  readonly poll: () => void;
  readonly onSite: (done: number, total: number) => void;
  readonly memory?: CalibrationMemory;
  /** Where the temporary file is made when there must be one; the system's folder unless given. */
  readonly scratch?: ScratchPlace;
}

export interface CalibratorSettings {
  readonly wBits: number;
  readonly batch: number;
  /** ONNX Runtime's threads. */
  readonly threads: number;
  /** Seed of another realisation of float32 rounding, or null. */
  readonly rounding: number | null;
}

export class Calibrator {
  private readonly operands: ReadonlyMap<string, Operand>;
  /** The tensor behind each quantised form. */
  private readonly quantised: ReadonlyMap<string, string>;
  private readonly lifetimes: Lifetimes;

  private constructor(
    private readonly float: Graph,
    private readonly structure: ModelStructure,
    readonly wBits: number,
    readonly batch: number,
    private readonly plan: CalibrationGraph,
    private readonly segments: readonly Segment[],
    private readonly sessions: readonly Session[],
    private readonly rounding: number | null,
  ) {
    this.operands = new Map(plan.operands.map((operand) => [operand.tensor, operand]));
    this.quantised = new Map(plan.operands.map((operand) => [operand.quantized, operand.tensor]));
    this.lifetimes = planLifetimes(segments, plan.cuts, { name: structure.input.name, dims: this.inputDims });
  }

  /** Quantises the weights and loads one session per segment. `graph` is the float graph at the run's batch size. */
  static async create(graph: Graph, structure: ModelStructure, { wBits, batch, threads, rounding }: CalibratorSettings, poll: () => void): Promise<Calibrator> {
    const exact = rewriteForCalibration(graph, structure, wBits, poll);
    const plan = rounding === null ? exact : { ...exact, graph: perturbRounding(exact.graph, rounding) };
    const segments = segmentGraph(plan.graph, plan.cuts);
    const sessions: Session[] = [];
    try {
      for (const segment of segments) {
        poll();
        sessions.push(await createSession(segment.graph, threads));
      }
    } catch (error) {
      for (const session of sessions) await session.release();
      throw error;
    }
    return new Calibrator(graph, structure, wBits, batch, plan, segments, sessions, rounding);
  }

  /**
   * Calibrates on `batches`, which are read once, one after another. The parameters do not depend on `memory`. Throws a 'calibration' failure
   * naming the site when values cannot be quantised, and 'disk-full' when the temporary file cannot hold what memory may not.
   */
  async calibrate(settings: QuantizerSettings, batches: Iterable<PixelBatch>, options: CalibrateOptions): Promise<NetworkParameters> {
    const { name } = this.structure.input;
    const live = this.liveTensors(options);
    const found = new Map<string, CalibratedOperand | null>();
    const results: OperandResult[] = [];
    const calibrateCuts = (cuts: readonly Cut[]): void => {
      for (const { produced } of cuts) {
        const operand = this.operands.get(produced);
        if (operand === undefined) throw new Error(`the cut ${produced} is no operand`);
        options.poll();
        const calibrated = calibrateOperand(operand, settings, live.chunks(produced), at(live.dims(produced), live.dims(produced).length - 1), options.poll);
        found.set(produced, calibrated);
        if (calibrated !== null) results.push({ operand, parameters: calibrated.parameters, degenerate: calibrated.degenerate });
        options.onSite(results.length, this.plan.operands.length);
      }
    };
    try {
      for (const { pixels, valid } of batches) live.add(name, { data: pixels, dims: this.inputDims }, valid);
      live.requireSpace(this.lifetimes.peakBytes);
      // The picture itself is an operand that no segment makes.
      calibrateCuts(this.plan.cuts.filter((cut) => cut.produced === name));
      for (const [index, segment] of this.segments.entries()) {
        await this.runSegment(index, live, found, options.poll);
        calibrateCuts(segment.cuts);
      }
    } finally {
      live.close();
    }
    return assembleParameters({ graph: this.float, structure: this.structure, weights: this.plan.weights }, { ...settings, wBits: this.wBits }, results, options.poll);
  }

  async release(): Promise<void> {
    for (const session of this.sessions) await session.release();
  }

  private get inputDims(): readonly number[] {
    const { channels, height, width } = this.structure.input;
    return [this.batch, channels, height, width];
  }

  private liveTensors({ poll, memory = calibrationMemory, scratch = { folder: tmpdir(), files: scratchFileSystem } }: CalibrateOptions): LiveTensors {
    const byImages = Math.ceil(memory.images / this.batch);
    const byBytes = Math.floor(memory.bytes / this.lifetimes.peakBytes);
    return new LiveTensors({ residentBatches: Math.max(0, Math.min(byImages, byBytes)), batch: this.batch, scratch, poll });
  }

  /** Runs every batch through one segment, quantising what it reads on the way in. */
  private async runSegment(index: number, live: LiveTensors, found: ReadonlyMap<string, CalibratedOperand | null>, poll: () => void): Promise<void> {
    const segment = at(this.segments, index);
    const { lastRead } = this.lifetimes;
    const readers = segment.inputs.map((name) => ({ name, read: this.reader(index, name, live, found) }));
    const dying = new Set(segment.inputs.map((name) => this.quantised.get(name) ?? name).filter((name) => lastRead.get(name) === index));
    for (let batch = 0; batch < live.batches; batch++) {
      poll();
      const outputs = await at(this.sessions, index).run(new Map(readers.map(({ name, read }) => [name, read(batch)])));
      for (const name of dying) live.drop(batch, name);
      for (const [name, tensor] of outputs) if (lastRead.has(name)) live.put(batch, name, tensor);
    }
    live.releaseBuffers();
  }

  /** How a segment gets one of its inputs, batch after batch from the first on. */
  private reader(index: number, name: string, live: LiveTensors, found: ReadonlyMap<string, CalibratedOperand | null>): (batch: number) => FloatTensor {
    const tensor = this.quantised.get(name);
    const operand = tensor === undefined ? null : found.get(tensor) ?? null;
    if (tensor === undefined || operand === null) {
      const raw = tensor ?? name;
      return (batch) => ({ data: live.read(batch, raw, name), dims: live.dims(raw) });
    }
    // A picture belongs to the caller and a tensor that is read elsewhere stays as it is.
    const last = tensor !== this.structure.input.name && this.lifetimes.lastRead.get(tensor) === index && !at(this.segments, index).inputs.includes(tensor);
    // Each factor of a product off by its last place: the product of two activations rounds as one with a weight does.
    const random = this.rounding === null ? null : createRandom(this.rounding);
    const quantize = (source: Float32Array, out: Float32Array): void => {
      operand.quantize(source, out);
      if (random !== null) perturbValues(out, random);
    };
    return (batch) => ({ data: live.change(batch, tensor, name, last, quantize), dims: live.dims(tensor) });
  }
}
