/** Values of a tensor in equal bins, and what a quantiser does to them channel by channel. */
import type { HistogramScale } from '../../../shared/layers';
import { leastLog2 } from '../../../shared/layers';
import { addSums, errorSums, noError, type ErrorSums } from './error-sums';

export const binCount = 256;

/** Ends of the bins: values, or exponents of two for 'log2'. */
export interface BinRange {
  readonly min: number;
  readonly max: number;
}

export interface ChannelStatistics {
  readonly signal: Float64Array;
  readonly noise: Float64Array;
  readonly min: Float64Array;
  readonly max: Float64Array;
}

const slab = 8192;

/** What one pass over a tensor's pieces finds: range, error, and both by channel. */
export class OperandStatistics {
  readonly byChannel: ChannelStatistics;
  elements = 0;
  sums: ErrorSums = noError;
  private readonly range = { min: Infinity, max: -Infinity, least: Infinity, most: 0 };

  /** `channelOf`: the channel of each element of a piece; pieces are as long, or a multiple. */
  constructor(channels: number, private readonly channelOf: Int32Array) {
    this.byChannel = { signal: new Float64Array(channels), noise: new Float64Array(channels), min: new Float64Array(channels).fill(Infinity), max: new Float64Array(channels).fill(-Infinity) };
  }

  /** Adds the first `length` elements of a piece with what a quantiser makes of them; the piece itself where nothing is quantised. */
  add(x: Float32Array, quantised: Float32Array, length = x.length): void {
    this.elements += length;
    this.sums = addSums(this.sums, errorSums(x, quantised, length));
    const size = this.channelOf.length;
    for (let start = 0; start < length; start += size) {
      for (let from = 0; from < size; from += slab) addChannels(x, quantised, start, from, Math.min(size, from + slab), this.channelOf, this.byChannel);
    }
    const extremes = new Float64Array([this.range.min, this.range.max, this.range.least, this.range.most]);
    for (let from = 0; from < length; from += slab) addRange(x, from, Math.min(length, from + slab), extremes);
    [this.range.min, this.range.max, this.range.least, this.range.most] = extremes;
  }

  /** Over everything that was added. Magnitudes below 2^-24 have no place in a log2 histogram. */
  binRange(scale: HistogramScale): BinRange {
    const { min, max, least, most } = this.range;
    if (scale === 'linear') return this.elements === 0 ? { min: 0, max: 0 } : { min, max };
    if (!(most >= 2 ** leastLog2)) return { min: leastLog2, max: leastLog2 };
    return { min: Math.max(leastLog2, Math.log2(least)), max: Math.log2(most) };
  }
}

function addChannels(x: Float32Array, quantised: Float32Array, start: number, from: number, to: number, channelOf: Int32Array, { signal, noise, min, max }: ChannelStatistics): void {
  for (let i = from; i < to; i++) {
    const channel = channelOf[i];
    const value = x[start + i];
    const d = value - quantised[start + i];
    signal[channel] += value * value;
    noise[channel] += d * d;
    if (value < min[channel]) min[channel] = value;
    if (value > max[channel]) max[channel] = value;
  }
}

function addRange(x: Float32Array, from: number, to: number, extremes: Float64Array): void {
  let [min, max, least, most] = extremes;
  for (let i = from; i < to; i++) {
    const value = x[i];
    if (value < min) min = value;
    if (value > max) max = value;
    const magnitude = Math.abs(value);
    if (magnitude > most) most = magnitude;
    if (magnitude > 0 && magnitude < least) least = magnitude;
  }
  extremes.set([min, max, least, most]);
}

/** Counts of equal bins; the last one holds its upper end. */
export class Bins {
  readonly counts = new Float64Array(binCount);
  outside = 0;

  constructor(private readonly scale: HistogramScale, private readonly range: BinRange) {}

  add(x: Float32Array, length = x.length): void {
    for (let from = 0; from < length; from += slab) this.outside += countSlab(x, from, Math.min(length, from + slab), this.range.min, this.range.max, this.scale === 'log2', this.counts);
  }
}

function countSlab(x: Float32Array, from: number, to: number, min: number, max: number, logarithmic: boolean, counts: Float64Array): number {
  const scale = max > min ? binCount / (max - min) : 0;
  const floor = 2 ** leastLog2;
  let outside = 0;
  for (let i = from; i < to; i++) {
    let value = x[i];
    if (logarithmic) {
      const magnitude = Math.abs(value);
      if (magnitude < floor) {
        outside++;
        continue;
      }
      value = Math.log2(magnitude);
    }
    counts[Math.min(binCount - 1, Math.floor((value - min) * scale))]++;
  }
  return outside;
}
