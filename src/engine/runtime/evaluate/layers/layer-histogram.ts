/** One operand of a site: its values in the FP32 network, as the quantiser sees them, and what the quantiser makes of them. */
import { at } from '../../../../shared/at';
import type { HistogramScale, SiteHistogram } from '../../../../shared/layers';
import type { OperandName } from '../../../../shared/overrides';
import { operandSetting, isMap } from '../../../core/graph/operand-setting';
import { operandParameters } from '../../../core/graph/parameters';
import type { LinearSite, Site } from '../../../core/graph/types';
import { weightRows } from '../../../core/graph/weights';
import type { Worlds } from '../../../core/graph/worlds/worlds';
import { fakeQuantize } from '../../../core/kernels/uniform';
import { countClipped } from '../../../core/metrics/clipped';
import { figuresOf } from '../../../core/metrics/error-sums';
import { gridValues } from '../../../core/metrics/grid-values';
import { operandChannels, type OperandChannels } from '../../../core/metrics/operand-channels';
import { Bins, OperandStatistics } from '../../../core/metrics/value-histogram';
import type { LayerStudy } from './layer-study';
import { operandValues } from './operand-values';
import { operandTensor } from './site-measures';
import type { LoadedBatch } from '../load-pixels';

export interface HistogramQuestion {
  readonly site: Site;
  readonly operand: OperandName;
  readonly scale: HistogramScale;
  /** Pictures are loaded one batch at a time; not at all for weights. */
  readonly batches: number;
  readonly load: (batch: number) => LoadedBatch;
}

/** A piece of the operand, whole images. */
interface Piece {
  readonly values: Float32Array;
  readonly length: number;
}

/** The part of the record that the quantiser decides. */
interface QuantiserView {
  readonly quantise: (values: Float32Array, out: Float32Array) => void;
  /** Elements below and above the quantiser's range. */
  readonly clipped: (piece: Piece) => { readonly low: number; readonly high: number };
  readonly shown: Pick<SiteHistogram, 'grid' | 'gridChannel' | 'bits' | 'scheme' | 'delta' | 'zeroPoint'>;
}

/** Throws EngineError 'stopped' when polled so. `images` of the answer counts those that could be read. */
export async function layerHistogram(study: LayerStudy, question: HistogramQuestion, poll: () => void): Promise<SiteHistogram> {
  const { site, operand, scale } = question;
  const quantiser = quantiserOf(study, site, operand);
  const source = operand === 'weight' ? weightSource(study, site) : activationSource(study, question, poll);
  let found: { readonly channels: OperandChannels; readonly statistics: OperandStatistics } | null = null;
  let out = new Float32Array(0);
  const clipped = { low: 0, high: 0 };
  let images = 0;
  for await (const { values, length, dims, count } of source()) {
    if (found === null) {
      const channels = operandChannels(site, operand, dims);
      found = { channels, statistics: new OperandStatistics(channels.count, channels.channelOf) };
    }
    if (out.length !== values.length) out = new Float32Array(values.length);
    if (quantiser === null) out.set(values);
    else {
      quantiser.quantise(values, out);
      const { low, high } = quantiser.clipped({ values, length });
      clipped.low += low;
      clipped.high += high;
    }
    found.statistics.add(values, out, length);
    images += count;
  }
  if (found === null) throw new Error(`there are no values of ${site.name} ${operand}`);
  const { channels, statistics } = found;
  const range = statistics.binRange(scale);
  const bins = new Bins(scale, range);
  for await (const { values, length } of source()) bins.add(values, length);
  return {
    site: site.name, operand, images, scale, ...range, counts: [...bins.counts], outside: bins.outside, elements: statistics.elements,
    clippedLow: clipped.low, clippedHigh: clipped.high,
    ...(quantiser?.shown ?? { grid: [], gridChannel: null, bits: null, scheme: null, delta: [], zeroPoint: [] }),
    error: quantiser === null ? null : figuresOf(statistics.sums),
    channelKind: channels.kind, channels: channels.count,
    worstChannels: quantiser === null ? [] : worstChannels(statistics),
  };
}

const mostChannels = 10;

function worstChannels({ byChannel: { signal, noise, min, max }, sums }: OperandStatistics): SiteHistogram['worstChannels'] {
  const order = [...noise.keys()].sort((a, b) => at(noise, b) - at(noise, a) || a - b).slice(0, mostChannels).filter((channel) => at(noise, channel) > 0);
  return order.map((channel) => {
    const relativeL2 = at(signal, channel) === 0 ? Number.MAX_VALUE : Math.sqrt(at(noise, channel) / at(signal, channel));
    return { channel, relativeL2, share: at(noise, channel) / sums.noise, min: at(min, channel), max: at(max, channel) };
  });
}

/** How the run quantises the operand; null leaves it in FP32. */
function quantiserOf(study: LayerStudy, site: Site, operand: OperandName): QuantiserView | null {
  const { network } = study.source;
  if (network.kind === 'float' || !study.operands(site).includes(operand)) return null;
  if (isMap(site, operand)) return mapQuantiser(study, site.block);
  const setting = operandSetting(network.settings, site, operand);
  if (setting.kind !== 'uniform') return null;
  const { bits } = setting;
  const found = operandParameters(network.parameters, site.name, operand, bits);
  const delta = [...found.delta];
  const zeroPoint = [...(found.zero_point ?? [])];
  const gridOf = (channel: number): { delta: number; zeroPoint: number } => ({ delta: at(delta, channel), zeroPoint: at(zeroPoint, channel) });
  const middle = [...delta.keys()].sort((a, b) => at(delta, a) - at(delta, b) || a - b)[Math.floor((delta.length - 1) / 2)] ?? 0;
  const perRow = (values: Float32Array, visit: (from: number, to: number, row: number) => void): void => {
    const size = values.length / delta.length;
    for (let row = 0; row < delta.length; row++) visit(row * size, (row + 1) * size, row);
  };
  return {
    quantise: (values, out) => perRow(values, (from, to, row) => fakeQuantize(values.subarray(from, to), out.subarray(from, to), gridOf(row), bits)),
    clipped: ({ values, length }) => {
      if (delta.length === 1) return countClipped(values, gridOf(0), bits, length);
      const sum = { low: 0, high: 0 };
      perRow(values, (from, to, row) => {
        const { low, high } = countClipped(values.subarray(from, to), gridOf(row), bits);
        sum.low += low;
        sum.high += high;
      });
      return sum;
    },
    shown: { grid: gridValues(gridOf(middle), bits), gridChannel: delta.length === 1 ? null : middle, bits, scheme: null, delta, zeroPoint },
  };
}

/** Heads may have quantisers of their own: the grid shown is that of the first head that has one. */
function mapQuantiser(study: LayerStudy, block: number): QuantiserView | null {
  const geometry = at(study.source.structure.blocks, block);
  const heads = at(study.writers, block)?.heads ?? [];
  const first = heads.find((head) => head !== null);
  if (first === undefined || first === null) return null;
  const tops = heads.map((head) => (head === null ? Infinity : at(head.levels, head.levels.length - 1)));
  const size = geometry.tokens ** 2;
  const distinct = [...new Set(heads)].filter((head) => head !== null);
  return {
    quantise: (values, out) => {
      const dims = [values.length / (geometry.heads * size), geometry.heads, geometry.tokens, geometry.tokens];
      const quantised = study.valueMaps.quantise(block, { data: values, dims }).get(`${geometry.softmax}/quantized`)?.data;
      if (!(quantised instanceof Float32Array)) throw new Error(`the map of block ${block} has no values`);
      out.set(quantised);
    },
    clipped: ({ values, length }) => {
      let high = 0;
      for (let start = 0; start < length; start += size) {
        const top = at(tops, (start / size) % geometry.heads);
        for (let i = start; i < start + size; i++) if (at(values, i) > top) high++;
      }
      return { low: 0, high };
    },
    shown: { grid: [...first.levels], gridChannel: null, bits: first.scheme.bitsFor(first.aBits), scheme: first.scheme.id, delta: distinct.map(({ delta }) => delta), zeroPoint: [] },
  };
}

interface SourcePiece extends Piece {
  /** Of one image. */
  readonly dims: readonly number[];
  readonly count: number;
}

type Source = () => AsyncIterable<SourcePiece>;

/** The weight as its quantiser sees it: behind a LayerNorm with the scales that were moved into it. */
function weightSource(study: LayerStudy, site: Site): Source {
  if (site.kind !== 'linear') throw new Error(`${site.name} has no weight`);
  const rows = study.source.network.kind === 'float' ? rowsIn(study.worlds, 'float', site) : rowsIn(study.fakeWorlds(() => undefined).inputs, 'quantised', site);
  return async function* once() {
    await Promise.resolve();
    yield { values: rows, length: rows.length, dims: [site.outFeatures, rows.length / site.outFeatures], count: 0 };
  };
}

function rowsIn(worlds: Worlds, which: 'float' | 'quantised', site: LinearSite): Float32Array {
  const makers = which === 'float' ? worlds.floatMakers : worlds.quantisedMakers;
  const { graph } = worlds[which];
  const weight = (makers.get(`${site.node}/product`) ?? makers.get(site.node))?.inputs[1];
  return weightRows({
    initializer: (name) => {
      const tensor = graph.initializers.get(name);
      if (tensor === undefined) throw new Error(`no initialiser is called ${name}`);
      return tensor;
    },
  }, { ...site, weight: weight ?? site.weight });
}

function activationSource(study: LayerStudy, { site, operand, batches, load }: HistogramQuestion, poll: () => void): Source {
  const worlds = study.source.network.kind === 'float' ? study.worlds : study.fakeWorlds(poll).both;
  return operandValues(study, operandTensor(study, site, operand, worlds), { batches, load, poll });
}
