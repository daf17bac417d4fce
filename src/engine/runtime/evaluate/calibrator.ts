/**
 * Sequential calibration as the reference does it: each quantiser sets itself on the whole calibration batch and then quantises it, so later
 * ones see quantised inputs; afterwards LayerNorms are reparameterised and the weights behind them calibrate again.
 * The calibration network does not depend on scheme, seed or activation bits, so one Calibrator serves all of them.
 * Images go through it one batch at a time; what lives between two segments is held by LiveTensors, in memory that does not grow with them.
 */
import { tmpdir } from 'node:os';
import { at } from '../../../shared/at';
import { planLiveTensors, type LiveLayout } from '../../core/calibration/live-layout';
import type { Operand } from '../../core/graph/operands';
import type { NetworkParameters, QuantizerSettings } from '../../core/graph/parameters';
import { perturbRounding, perturbValues } from '../../core/graph/perturb';
import { createRandom } from '../../core/random/random';
import { rewriteForCalibration, type CalibrationGraph } from '../../core/graph/rewrite-calibration';
import { segmentGraph, type Cut, type Segment } from '../../core/graph/segments';
import type { Graph, ModelStructure, ValueInfo } from '../../core/graph/types';
import { assembleParameters, type OperandResult } from './assemble-parameters';
import { calibrateOperand, type CalibratedOperand } from './calibrate-operand';
import { LiveTensors, type OpenBatch } from './live-tensors';
import type { ScratchPlace } from './scratch-file';
import { scratchFileSystem } from './scratch-file-system';
import { createSession, type EngineTensor, type FloatTensor, type Session } from '../ort/session';

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
  private readonly layout: LiveLayout;
  /** Memory between two calibrations: the next one needs as much. */
  private blocks: ArrayBuffer[] = [];

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
    const { name, channels, height, width } = structure.input;
    this.layout = planLiveTensors(segments, plan.cuts, { name, dims: [batch, channels, height, width] });
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
    const blocks = this.blocks;
    this.blocks = [];
    const live = this.liveTensors(options, blocks);
    const found = new Map<string, CalibratedOperand | null>();
    const results: OperandResult[] = [];
    const calibrateCuts = (cuts: readonly Cut[]): void => {
      for (const { produced } of cuts) {
        const operand = this.operands.get(produced);
        if (operand === undefined) throw new Error(`the cut ${produced} is no operand`);
        options.poll();
        const calibrated = calibrateOperand(operand, settings, live.chunks(produced), this.channels(produced), options.poll);
        found.set(produced, calibrated);
        if (calibrated !== null) results.push({ operand, parameters: calibrated.parameters, degenerate: calibrated.degenerate });
        options.onSite(results.length, this.plan.operands.length);
      }
    };
    try {
      for (const { pixels, valid } of batches) live.add(name, pixels, valid);
      live.requireSpace(name);
      // The picture itself is an operand that no segment makes.
      calibrateCuts(this.plan.cuts.filter((cut) => cut.produced === name));
      for (const [index, segment] of this.segments.entries()) {
        await this.runSegment(index, live, found, options.poll);
        calibrateCuts(segment.cuts);
      }
    } finally {
      live.close();
      this.blocks = blocks;
    }
    return assembleParameters({ graph: this.float, structure: this.structure, weights: this.plan.weights }, { ...settings, wBits: this.wBits }, results, options.poll);
  }

  async release(): Promise<void> {
    for (const session of this.sessions) await session.release();
  }

  private liveTensors({ poll, memory = calibrationMemory, scratch = { folder: tmpdir(), files: scratchFileSystem } }: CalibrateOptions, blocks: ArrayBuffer[]): LiveTensors {
    const byImages = Math.ceil(memory.images / this.batch);
    const byBytes = Math.floor(memory.bytes / this.layout.bytes);
    return new LiveTensors(this.layout, { residentBatches: Math.min(byImages, byBytes), batch: this.batch, scratch, poll }, blocks);
  }

  /** Runs every batch through one segment, quantising what it reads on the way in. */
  private async runSegment(index: number, live: LiveTensors, found: ReadonlyMap<string, CalibratedOperand | null>, poll: () => void): Promise<void> {
    const { inputs, graph } = at(this.segments, index);
    const readers = inputs.map((name) => ({ name, read: this.reader(index, name, found) }));
    const reading = [...new Set(inputs.map((name) => this.quantised.get(name) ?? name))];
    const made = graph.outputs.map(({ name }) => name).filter((name) => this.layout.tensors.has(name));
    // What nobody reads is the network's result.
    const results = graph.outputs.filter(({ name }) => !this.layout.tensors.has(name)).map(({ name, dims }): [string, EngineTensor] => [name, emptyTensor(dims)]);
    for (let batch = 0; batch < live.batches; batch++) {
      poll();
      const open = live.open(batch, reading);
      const feeds = new Map(readers.map(({ name, read }) => [name, read(open)]));
      await at(this.sessions, index).runInto(feeds, new Map([...results, ...made.map((name): [string, EngineTensor] => [name, open.tensor(name)])]));
      open.save(made);
    }
  }

  /** How a segment gets one of its inputs, batch after batch from the first on. */
  private reader(index: number, name: string, found: ReadonlyMap<string, CalibratedOperand | null>): (open: OpenBatch) => FloatTensor {
    const tensor = this.quantised.get(name);
    const operand = tensor === undefined ? null : found.get(tensor) ?? null;
    if (tensor === undefined || operand === null) return (open) => open.tensor(tensor ?? name);
    // A tensor that is read elsewhere too stays as it is.
    const last = this.layout.tensors.get(tensor)?.last === index && !at(this.segments, index).inputs.includes(tensor);
    let copy: Float32Array | null = null;
    // Each factor of a product off by its last place: the product of two activations rounds as one with a weight does.
    const random = this.rounding === null ? null : createRandom(this.rounding);
    return (open) => {
      const { data, dims } = open.tensor(tensor);
      const out = last ? data : (copy ??= new Float32Array(data.length));
      operand.quantize(data, out);
      if (random !== null) perturbValues(out, random);
      return { data: out, dims };
    };
  }

  /** Length of a tensor's last axis. */
  private channels(name: string): number {
    const dims = this.layout.tensors.get(name)?.dims ?? [];
    return at(dims, dims.length - 1);
  }
}

function emptyTensor(dims: ValueInfo['dims']): FloatTensor {
  const fixed = dims.map(Number);
  return { data: new Float32Array(fixed.reduce((product, dim) => product * dim, 1)), dims: fixed };
}
