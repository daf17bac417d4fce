/**
 * Sequential calibration as the reference does it: each quantiser sets itself on the whole calibration batch and then quantises it, so later
 * ones see quantised inputs; afterwards LayerNorms are reparameterised and the weights behind them calibrate again.
 * The calibration network does not depend on scheme, seed or activation bits, so one Calibrator serves all of them.
 */
import { at } from '../../../shared/at';
import type { Operand } from '../../core/graph/operands';
import { type NetworkParameters, patchInputBits, type QuantizerSettings } from '../../core/graph/parameters';
import { perturbRounding, perturbValues } from '../../core/graph/perturb';
import { createRandom } from '../../core/random/random';
import { rewriteForCalibration, type CalibrationGraph } from '../../core/graph/rewrite-calibration';
import { segmentGraph, type Cut, type Segment } from '../../core/graph/segments';
import type { Graph, ModelStructure } from '../../core/graph/types';
import { createAttentionQuantizer } from '../../core/quantizers/attention-quantizer';
import { schemeById } from '../../core/quantizers/scheme-table';
import { calibrateUniform, calibrateUniformChannels } from '../../core/quantizers/uniform-calibration';
import { calibrateScheme } from '../../core/quantizers/scheme-calibration';
import { fakeQuantize, fakeQuantizeChannels } from '../../core/kernels/uniform';
import { fail, EngineError } from '../../../shared/failure';
import { assembleParameters, type OperandResult } from './assemble-parameters';
import { createSession, type FloatTensor, type Session } from '../ort/session';

/** A batch of prepared pixels; `valid` images count, the rest is padding. */
export interface PixelBatch {
  readonly pixels: Float32Array;
  readonly valid: number;
}

export interface CalibrateOptions {
  /** Called between segments, sites and chunks of long loops; may throw to stop. */
  readonly poll: () => void;
  readonly onSite: (done: number, total: number) => void;
}

export interface CalibratorSettings {
  readonly wBits: number;
  readonly batch: number;
  /** ONNX Runtime's threads. */
  readonly threads: number;
  /** Seed of another realisation of float32 rounding, or null. */
  readonly rounding: number | null;
}

type Found = Omit<OperandResult, 'operand'>;

export class Calibrator {
  private constructor(
    private readonly float: Graph,
    private readonly structure: ModelStructure,
    readonly wBits: number,
    readonly batch: number,
    private readonly plan: CalibrationGraph,
    private readonly segments: readonly Segment[],
    private readonly sessions: readonly Session[],
    private readonly rounding: number | null,
  ) {}

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

  /** Calibrates on `batches`. Throws a 'calibration' failure naming the site when values cannot be quantised. */
  async calibrate(settings: QuantizerSettings, batches: readonly PixelBatch[], options: CalibrateOptions): Promise<NetworkParameters> {
    const { input } = this.structure;
    const live = batches.map((batch) => new Map<string, FloatTensor>([
      [input.name, { data: batch.pixels, dims: [this.batch, input.channels, input.height, input.width] }],
    ]));
    const operands = new Map(this.plan.operands.map((operand) => [operand.tensor, operand]));
    const results: OperandResult[] = [];
    const calibrateCuts = (cuts: readonly Cut[], index: number): void => {
      const later = this.readLater(index);
      for (const cut of cuts) {
        const operand = operands.get(cut.produced);
        if (operand === undefined) throw new Error(`the cut ${cut.produced} is no operand`);
        options.poll();
        const found = this.calibrateOperand(operand, settings, live, batches, later.has(operand.tensor), options.poll);
        if (found !== null) results.push({ operand, ...found });
        options.onSite(results.length, this.plan.operands.length);
      }
    };
    // The picture itself is an operand that no segment makes.
    calibrateCuts(this.plan.cuts.filter((cut) => cut.produced === input.name), -1);
    for (const [index, segment] of this.segments.entries()) {
      await this.runSegment(index, live, options.poll);
      calibrateCuts(segment.cuts, index);
    }
    return assembleParameters({ graph: this.float, structure: this.structure, weights: this.plan.weights }, { ...settings, wBits: this.wBits }, results, options.poll);
  }

  async release(): Promise<void> {
    for (const session of this.sessions) await session.release();
  }

  private async runSegment(index: number, live: readonly Map<string, FloatTensor>[], poll: () => void): Promise<void> {
    const segment = at(this.segments, index);
    const later = this.readLater(index);
    for (const tensors of live) {
      poll();
      const feeds = new Map(segment.inputs.map((name) => [name, tensorOf(tensors, name)]));
      for (const [name, tensor] of await at(this.sessions, index).run(feeds)) tensors.set(name, tensor);
      const made = new Set(segment.cuts.map((cut) => cut.produced));
      for (const name of tensors.keys()) if (!later.has(name) && !made.has(name)) tensors.delete(name);
    }
  }

  /** Tensors that segments behind `index` read. */
  private readLater(index: number): Set<string> {
    return new Set(this.segments.slice(index + 1).flatMap((segment) => segment.inputs));
  }

  /** Sets one quantiser on all images and quantises them. Null when the operand stays in FP32. */
  private calibrateOperand(
    operand: Operand, settings: QuantizerSettings, live: readonly Map<string, FloatTensor>[], batches: readonly PixelBatch[], keepRaw: boolean, poll: () => void,
  ): Found | null {
    const whole = live.map((tensors) => tensorOf(tensors, operand.tensor));
    const chunks = whole.map((tensor, index) => tensor.data.subarray(0, (tensor.data.length / this.batch) * at(batches, index).valid));
    // A picture belongs to the caller and a tensor that is read elsewhere stays as it is.
    const targets = whole.map((tensor) => (keepRaw || operand.tensor === this.structure.input.name ? new Float32Array(tensor.data.length) : tensor.data));
    const sources = whole.map((tensor) => tensor.data);
    const found = atSite(operand, () => this.quantizeOperand(operand, settings, chunks, sources, targets, channelsOf(at(whole, 0)), poll));
    // Each factor of a product off by its last place: the product of two activations rounds as one with a weight does.
    if (this.rounding !== null && found !== null) {
      const random = createRandom(this.rounding);
      for (const target of targets) perturbValues(target, random);
    }
    for (const [index, tensors] of live.entries()) {
      tensors.set(operand.quantized, { data: found === null ? at(sources, index) : at(targets, index), dims: at(whole, index).dims });
      if (!keepRaw) tensors.delete(operand.tensor);
    }
    return found;
  }

  private quantizeOperand(
    operand: Operand, settings: QuantizerSettings, chunks: readonly Float32Array[], sources: readonly Float32Array[], targets: readonly Float32Array[], channels: number, poll: () => void,
  ): Found | null {
    if (operand.kind === 'attention') {
      if (settings.scheme === 'none') return null;
      const scheme = schemeById(settings.scheme);
      const { delta } = calibrateScheme(scheme, chunks, settings.aBits, poll);
      const quantizer = createAttentionQuantizer(scheme, delta, settings.aBits);
      for (const [index, source] of sources.entries()) quantizer.quantize(source, at(targets, index), null);
      return { parameters: { scheme: settings.scheme, delta: [delta] }, degenerate: null };
    }
    if (settings.aBits === 32) return null;
    if (operand.kind === 'channels') {
      const found = calibrateUniformChannels(chunks, channels, settings.aBits, poll);
      for (const [index, source] of sources.entries()) fakeQuantizeChannels(source, at(targets, index), found, settings.aBits);
      const degenerate = found.degenerate.includes(1) ? [...found.degenerate] : null;
      return { parameters: { bits: settings.aBits, delta: [...found.delta], zero_point: [...found.zeroPoint] }, degenerate };
    }
    const bits = operand.kind === 'patch' ? patchInputBits : settings.aBits;
    const found = calibrateUniform(chunks, bits, poll);
    for (const [index, source] of sources.entries()) fakeQuantize(source, at(targets, index), found, bits);
    return { parameters: { bits, delta: [found.delta], zero_point: [found.zeroPoint] }, degenerate: null };
  }
}

function channelsOf(tensor: FloatTensor): number {
  return at(tensor.dims, tensor.dims.length - 1);
}

/** Adds the site's name to a failure that the quantisers raise without knowing where they are. */
function atSite<T>(operand: Operand, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof EngineError && error.failure.kind === 'calibration') {
      const reader = at(operand.readers, 0);
      throw fail('calibration', error.failure.what, { ...error.failure, place: `${reader.site} ${reader.field}` });
    }
    throw error;
  }
}

function tensorOf(live: ReadonlyMap<string, FloatTensor>, name: string): FloatTensor {
  const tensor = live.get(name);
  if (tensor === undefined) throw new Error(`the tensor ${name} was not computed`);
  return tensor;
}
