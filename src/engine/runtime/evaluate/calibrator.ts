/**
 * Sequential calibration as the reference does it: each quantiser sets itself on the whole calibration batch and then quantises it, so later
 * ones see quantised inputs; afterwards LayerNorms are reparameterised and the weights behind them calibrate again.
 * The calibration network does not depend on scheme, seed, activation bits or overrides of activations, so one Calibrator serves all of them.
 * Images go through it one batch at a time; what lives between two segments is held by LiveTensors, in memory that does not grow with them.
 */
import { tmpdir } from 'node:os';
import { at } from '../../../shared/at';
import { planLiveTensors, type LiveLayout } from '../../core/calibration/live-layout';
import { uniformBits } from '../../core/graph/operand-setting';
import type { Operand } from '../../core/graph/operands';
import type { NetworkParameters, QuantizerSettings } from '../../core/graph/parameters';
import { perturbRounding } from '../../core/graph/perturb';
import { rewriteForCalibration, type CalibrationGraph, type WeightSettings } from '../../core/graph/rewrite-calibration';
import type { Cut, Segment } from '../../core/graph/segments';
import type { Graph, ModelStructure, Site } from '../../core/graph/types';
import { assembleParameters, type OperandResult } from './assemble-parameters';
import { calibrationMemory, residentBatches, type CalibrationMemory } from './calibration-memory';
import { calibrateOperand, type CalibratedOperand } from './calibrate-operand';
import { LiveTensors } from './live-tensors';
import { loadSegments } from './load-segments';
import type { ScratchPlace } from './scratch-file';
import { scratchFileSystem } from './scratch-file-system';
import { runSegment } from './segment-pass';
import { discard } from '../ort/discard';
import type { Session } from '../ort/session';

/** A batch of prepared pixels, which are copied when it is read; `valid` images count, the rest is padding. */
export interface PixelBatch {
  readonly pixels: Float32Array;
  readonly valid: number;
}

export interface CalibrateOptions {
  /** Called between segments, sites and chunks of long loops; may throw to stop. */
  readonly poll: () => void;
  readonly onSite: (done: number, total: number) => void;
  readonly memory?: CalibrationMemory;
  /** Where the temporary file is made when there must be one; the system's folder unless given. */
  readonly scratch?: ScratchPlace;
}

export interface CalibratorSettings extends WeightSettings {
  readonly batch: number;
  /** ONNX Runtime's threads. */
  readonly threads: number;
  /** Seed of another realisation of float32 rounding, or null. */
  readonly rounding: number | null;
}

export class Calibrator {
  private readonly operands: ReadonlyMap<string, Operand>;
  private readonly layout: LiveLayout;
  /** Memory between two calibrations: the next one needs as much. */
  private blocks: ArrayBuffer[] = [];

  private constructor(
    private readonly float: Graph,
    private readonly structure: ModelStructure,
    private readonly weights: WeightSettings,
    readonly batch: number,
    private readonly plan: CalibrationGraph,
    private readonly segments: readonly Segment[],
    private readonly sessions: readonly Session[],
    private readonly rounding: number | null,
  ) {
    this.operands = new Map(plan.operands.map((operand) => [operand.tensor, operand]));
    const { name, channels, height, width } = structure.input;
    this.layout = planLiveTensors(segments, plan.cuts, { name, dims: [batch, channels, height, width] });
  }

  /** Quantises the weights and loads one session per segment. `graph` is the float graph at the run's batch size. */
  static async create(graph: Graph, structure: ModelStructure, { batch, threads, rounding, ...weights }: CalibratorSettings, poll: () => void): Promise<Calibrator> {
    const exact = rewriteForCalibration(graph, structure, weights, poll);
    const plan = rounding === null ? exact : { ...exact, graph: perturbRounding(exact.graph, rounding) };
    const { segments, sessions } = await loadSegments({ graph, rewritten: plan.graph, cuts: plan.cuts, threads }, poll);
    return new Calibrator(graph, structure, weights, batch, plan, segments, sessions, rounding);
  }

  /**
   * Calibrates on `batches`, which are read once, one after another. The weights' side of `settings` is the calibrator's own: its bits, and
   * overrides that say the same of every weight. The parameters do not depend on `memory`. Throws a 'calibration' failure
   * naming the site when values cannot be quantised, and 'disk-full' when the temporary file cannot hold what memory may not.
   */
  async calibrate(settings: QuantizerSettings, batches: Iterable<PixelBatch>, options: CalibrateOptions): Promise<NetworkParameters> {
    const { name } = this.structure.input;
    const own = this.ownSettings(settings);
    const blocks = this.blocks;
    this.blocks = [];
    const live = this.liveTensors(options, blocks);
    const quantised = new Map<string, { readonly tensor: string; readonly quantiser: CalibratedOperand | null }>();
    const results: OperandResult[] = [];
    const calibrateCuts = (cuts: readonly Cut[]): void => {
      for (const { produced } of cuts) {
        const operand = this.operands.get(produced);
        if (operand === undefined) throw new Error(`the cut ${produced} is no operand`);
        options.poll();
        const quantiser = calibrateOperand(operand, { settings: own, structure: this.structure }, live.chunks(produced), this.channels(produced), options.poll);
        quantised.set(operand.quantized, { tensor: produced, quantiser });
        if (quantiser !== null) results.push({ ...quantiser.result, operand });
        options.onSite(quantised.size, this.plan.operands.length);
      }
    };
    try {
      for (const { pixels, valid } of batches) live.add(name, pixels, valid);
      live.requireSpace(name);
      // The picture itself is an operand that no segment makes.
      calibrateCuts(this.plan.cuts.filter((cut) => cut.produced === name));
      for (const [index, segment] of this.segments.entries()) {
        await runSegment({ index, segment, session: at(this.sessions, index), layout: this.layout, quantised, rounding: this.rounding }, live, options.poll);
        calibrateCuts(segment.cuts);
      }
    } finally {
      live.close();
      this.blocks = blocks;
    }
    return assembleParameters({ graph: this.float, structure: this.structure, weights: this.plan.weights }, own, results, options.poll);
  }

  async release(): Promise<void> {
    for (const session of this.sessions) await session.release();
    for (const block of this.blocks.splice(0)) discard(block);
  }

  /** The settings with the weights' bits of this calibrator. Throws Error when their overrides are about other weights than its own. */
  private ownSettings(settings: QuantizerSettings): QuantizerSettings {
    const own = { ...settings, wBits: this.weights.wBits };
    const bits = (site: Site, of: QuantizerSettings): number | null => (site.kind === 'linear' ? uniformBits(of, site, 'weight') : null);
    const other = this.structure.sites.find((site) => bits(site, own) !== bits(site, { ...own, overrides: this.weights.overrides }));
    if (other !== undefined) throw new Error(`the calibrator was made for another weight of ${other.name}`);
    return own;
  }

  private liveTensors({ poll, memory = calibrationMemory, scratch = { folder: tmpdir(), files: scratchFileSystem } }: CalibrateOptions, blocks: ArrayBuffer[]): LiveTensors {
    return new LiveTensors(this.layout, { residentBatches: residentBatches(memory, this.batch, this.layout.bytes), batch: this.batch, scratch, poll }, blocks);
  }

  /** Length of a tensor's last axis. */
  private channels(name: string): number {
    const dims = this.layout.tensors.get(name)?.dims ?? [];
    return at(dims, dims.length - 1);
  }
}
