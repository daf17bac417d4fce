/**
 * Sequential calibration as the reference does it: each quantiser sets itself on the whole calibration batch and then quantises it, so later
 * ones see quantised inputs; afterwards LayerNorms are reparameterised and the weights behind them calibrate again.
 * The calibration network does not depend on scheme, seed or activation bits, so one Calibrator serves all of them.
 */
import { reparameterise } from '../../core/calibration/reparameterise';
import type { Operand } from '../../core/graph/operands';
import { attentionBits, type NetworkParameters, patchInputBits, type QuantizerSettings, type Reparameterisation } from '../../core/graph/parameters';
import { rewriteForCalibration, type CalibrationGraph } from '../../core/graph/rewrite-calibration';
import { segmentGraph, type Segment } from '../../core/graph/segments';
import type { Graph, ModelStructure } from '../../core/graph/types';
import { biasOf, floats, weightRows } from '../../core/graph/weights';
import { createAttentionQuantizer } from '../../core/quantizers/attention-quantizer';
import { schemeById } from '../../core/quantizers/scheme-table';
import { calibrateUniform, calibrateUniformChannels, calibrateUniformRows } from '../../core/quantizers/uniform-calibration';
import { calibrateScheme } from '../../core/quantizers/scheme-calibration';
import { fakeQuantize, fakeQuantizeChannels } from '../../core/kernels/uniform';
import { fail, EngineError } from '../../../shared/failure';
import type { QuantizerParameters } from '../../../shared/records';
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

/** What is known of an operand after it calibrated. */
interface OperandResult {
  readonly operand: Operand;
  readonly parameters: QuantizerParameters;
}

type Sites = Record<string, Record<string, QuantizerParameters>>;

export class Calibrator {
  private constructor(
    private readonly float: Graph,
    private readonly structure: ModelStructure,
    readonly wBits: number,
    readonly batch: number,
    private readonly plan: CalibrationGraph,
    private readonly segments: readonly Segment[],
    private readonly sessions: readonly Session[],
  ) {}

  /** Quantises the weights and loads one session per segment. `graph` is the float graph at the run's batch size. */
  static async create(graph: Graph, structure: ModelStructure, wBits: number, batch: number, threads: number, poll: () => void): Promise<Calibrator> {
    const plan = rewriteForCalibration(graph, structure, wBits, poll);
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
    return new Calibrator(graph, structure, wBits, batch, plan, segments, sessions);
  }

  /** Calibrates on `batches`. Throws a 'calibration' failure naming the site when values cannot be quantised. */
  async calibrate(settings: QuantizerSettings, batches: readonly PixelBatch[], options: CalibrateOptions): Promise<NetworkParameters> {
    const { input } = this.structure;
    const live = batches.map((batch) => new Map<string, FloatTensor>([
      [input.name, { data: batch.pixels, dims: [this.batch, input.channels, input.height, input.width] }],
    ]));
    const operands = new Map(this.plan.operands.map((operand) => [operand.tensor, operand]));
    const results: OperandResult[] = [];
    const calibrateCuts = (segment: Segment, index: number): void => {
      const later = this.readLater(index);
      for (const cut of segment.cuts) {
        const operand = operands.get(cut.produced);
        if (operand === undefined) throw new Error(`the cut ${cut.produced} is no operand`);
        options.poll();
        const parameters = this.calibrateOperand(operand, settings, live, batches, later.has(operand.tensor), options.poll);
        if (parameters !== null) results.push({ operand, parameters });
        options.onSite(results.length, this.plan.operands.length);
      }
    };
    // The picture itself is an operand that no segment makes.
    calibrateCuts({ ...this.segments[0], cuts: this.plan.cuts.filter((cut) => cut.produced === input.name) }, -1);
    for (const [index, segment] of this.segments.entries()) {
      await this.runSegment(index, live, options.poll);
      calibrateCuts({ ...segment, cuts: segment.cuts.filter((cut) => cut.produced !== input.name) }, index);
    }
    return this.assemble(settings, results, options.poll);
  }

  async release(): Promise<void> {
    for (const session of this.sessions) await session.release();
  }

  private async runSegment(index: number, live: readonly Map<string, FloatTensor>[], poll: () => void): Promise<void> {
    const segment = this.segments[index];
    const later = this.readLater(index);
    for (const tensors of live) {
      poll();
      const feeds = new Map(segment.inputs.map((name) => [name, tensorOf(tensors, name)]));
      for (const [name, tensor] of await this.sessions[index].run(feeds)) tensors.set(name, tensor);
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
  ): QuantizerParameters | null {
    const whole = live.map((tensors) => tensorOf(tensors, operand.tensor));
    const chunks = whole.map((tensor, index) => tensor.data.subarray(0, (tensor.data.length / this.batch) * batches[index].valid));
    // A picture belongs to the caller and a tensor that is read elsewhere stays as it is.
    const targets = whole.map((tensor) => (keepRaw || operand.tensor === this.structure.input.name ? new Float32Array(tensor.data.length) : tensor.data));
    const sources = whole.map((tensor) => tensor.data);
    const parameters = atSite(operand, () => this.quantizeOperand(operand, settings, chunks, sources, targets, channelsOf(whole[0]), poll));
    for (const [index, tensors] of live.entries()) {
      tensors.set(operand.quantized, { data: parameters === null ? sources[index] : targets[index], dims: whole[index].dims });
      if (!keepRaw) tensors.delete(operand.tensor);
    }
    return parameters;
  }

  private quantizeOperand(
    operand: Operand, settings: QuantizerSettings, chunks: readonly Float32Array[], sources: readonly Float32Array[], targets: readonly Float32Array[], channels: number, poll: () => void,
  ): QuantizerParameters | null {
    if (operand.kind === 'attention') {
      if (settings.scheme === 'none') return null;
      const scheme = schemeById(settings.scheme);
      const bits = attentionBits(settings.scheme, settings.aBits);
      const { delta } = calibrateScheme(scheme, chunks, bits, poll);
      const quantizer = createAttentionQuantizer(scheme, delta, bits);
      for (const [index, source] of sources.entries()) quantizer.quantize(source, targets[index], null);
      return { scheme: settings.scheme, delta: [delta] };
    }
    if (settings.aBits === 32) return null;
    if (operand.kind === 'channels') {
      const found = calibrateUniformChannels(chunks, channels, settings.aBits, poll);
      for (const [index, source] of sources.entries()) fakeQuantizeChannels(source, targets[index], found, settings.aBits);
      return { bits: settings.aBits, delta: [...found.delta], zero_point: [...found.zeroPoint] };
    }
    const bits = operand.kind === 'patch' ? patchInputBits : settings.aBits;
    const found = calibrateUniform(chunks, bits, poll);
    for (const [index, source] of sources.entries()) fakeQuantize(source, targets[index], found, bits);
    return { bits, delta: [found.delta], zero_point: [found.zeroPoint] };
  }

  private assemble(settings: QuantizerSettings, results: readonly OperandResult[], poll: () => void): NetworkParameters {
    const sites: Sites = {};
    const reparameterisation: Record<string, Reparameterisation> = {};
    for (const site of this.structure.sites) {
      sites[site.name] = {};
      const weight = this.plan.weights.get(site.name);
      if (weight !== undefined) sites[site.name].weight = { bits: this.wBits, delta: [...weight.delta], zero_point: [...weight.zeroPoint] };
    }
    for (const { operand, parameters } of results) {
      if (operand.kind === 'channels') this.assembleNorm(operand, parameters, settings, sites, reparameterisation, poll);
      else for (const reader of operand.readers) sites[reader.site] = { ...sites[reader.site], [reader.field]: parameters };
    }
    return { sites: orderFields(sites), reparameterisation };
  }

  /** Scale reparameterisation of one LayerNorm and of every Linear behind it, and the second calibration of their weights. */
  private assembleNorm(
    operand: Operand, channel: QuantizerParameters, settings: QuantizerSettings, sites: Sites, reparameterisation: Record<string, Reparameterisation>, poll: () => void,
  ): void {
    const norm = operand.norm === null ? undefined : this.structure.norms[operand.norm];
    if (norm === undefined) throw new Error(`no LayerNorm belongs to ${operand.tensor}`);
    const source = { initializer: (name: string) => {
      const tensor = this.float.initializers.get(name);
      if (tensor === undefined) throw new Error(`no initialiser is called ${name}`);
      return tensor;
    } };
    for (const reader of operand.readers) {
      const site = this.structure.sites.find((candidate) => candidate.name === reader.site);
      if (site === undefined || site.kind !== 'linear') throw new Error(`${reader.site} is no Linear`);
      poll();
      const result = reparameterise({
        channelDelta: Float32Array.from(channel.delta),
        channelZeroPoint: Float32Array.from(channel.zero_point ?? []),
        lnWeight: floats(source.initializer(norm.scale), norm.name),
        lnBias: norm.bias === null ? new Float32Array(norm.channels) : floats(source.initializer(norm.bias), norm.name),
        weight: weightRows(source, site),
        bias: biasOf(source, site),
      }, { integerZeroPoint: false });
      reparameterisation[site.name] = { layerNorm: norm.name, channelDelta: channel.delta, channelZeroPoint: channel.zero_point ?? [] };
      sites[site.name].input = { bits: settings.aBits, delta: [result.delta], zero_point: [result.zeroPoint] };
      if (this.wBits === 32) continue;
      const weight = calibrateUniformRows(result.weight, site.outFeatures, this.wBits, poll);
      sites[site.name].weight = { bits: this.wBits, delta: [...weight.delta], zero_point: [...weight.zeroPoint] };
    }
  }
}

function channelsOf(tensor: FloatTensor): number {
  return tensor.dims[tensor.dims.length - 1];
}

/** `input` before `weight`, `A` before `B`, as the reference lists them. */
function orderFields(sites: Sites): Sites {
  const order = ['input', 'weight', 'A', 'B'];
  return Object.fromEntries(Object.entries(sites).map(([name, fields]) => [
    name, Object.fromEntries(Object.entries(fields).sort(([a], [b]) => order.indexOf(a) - order.indexOf(b))),
  ]));
}

/** Adds the site's name to a failure that the quantisers raise without knowing where they are. */
function atSite<T>(operand: Operand, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof EngineError && error.failure.kind === 'calibration') {
      const reader = operand.readers[0];
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
