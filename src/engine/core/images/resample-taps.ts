/**
 * The taps of a one-dimensional resampling: which input samples each output sample mixes, and with which fixed-point weights.
 * Weights are computed in double, normalised to sum 1, then rounded to 22 fractional bits as Pillow does for 8-bit pictures.
 */
import { resampleFilters, type Interpolation } from './resample-filters';

export const fractionBits = 22;

/** Counts are filled up to a multiple of this, because the kernels take four or eight taps at once. */
const manyTaps = 4;

export interface ResampleTaps {
  /** Every count is a multiple of this: 4, or 1 where the input is too short for the zero weights that fill up. */
  readonly step: number;
  /** Slots per output sample in `weights`; unused ones are 0. */
  readonly width: number;
  /** First input sample of each wanted output sample, ascending, [length]. */
  readonly starts: Int32Array;
  /** Number of input samples of each wanted output sample, filled up to `step`; all lie inside the input, [length]. */
  readonly counts: Int32Array;
  /** [length, width] */
  readonly weights: Int32Array;
}

/**
 * Taps of the output samples from..from+length-1 when `inputs` samples become `outputs`; the filter widens with the reduction
 * (antialias). Only the wanted samples have taps: a picture one pixel wide and 16,000 high is resized to millions of rows.
 */
export function computeTaps(inputs: number, outputs: number, interpolation: Interpolation, from: number, length: number): ResampleTaps {
  const filter = resampleFilters[interpolation];
  const scale = inputs / outputs;
  const stretch = Math.max(scale, 1);
  const support = filter.support * stretch;
  const most = Math.ceil(support) * 2 + 1;
  const filled = Math.ceil(most / manyTaps) * manyTaps;
  const step = filled <= inputs ? manyTaps : 1;
  const width = step === 1 ? most : filled;
  const shrink = 1 / stretch;
  const starts = new Int32Array(length);
  const counts = new Int32Array(length);
  const weights = new Int32Array(length * width);
  const row = new Float64Array(width);
  for (let output = 0; output < length; output++) {
    const center = (from + output + 0.5) * scale;
    const start = Math.max(Math.trunc(center - support + 0.5), 0);
    const count = Math.min(Math.trunc(center + support + 0.5), inputs) - start;
    let sum = 0;
    for (let tap = 0; tap < count; tap++) {
      const weight = filter.weight((tap + start - center + 0.5) * shrink);
      row[tap] = weight;
      sum += weight;
    }
    counts[output] = Math.ceil(count / step) * step;
    starts[output] = Math.min(start, inputs - counts[output]);
    const first = output * width + start - starts[output];
    for (let tap = 0; tap < count; tap++) {
      const fixed = (sum === 0 ? row[tap] : row[tap] / sum) * (1 << fractionBits);
      weights[first + tap] = Math.trunc(fixed < 0 ? fixed - 0.5 : fixed + 0.5);
    }
  }
  return { step, width, starts, counts, weights };
}

const keptTables = 256;
const cache = new Map<string, ResampleTaps>();

/** computeTaps with the last tables kept: pictures of a data set share a few sizes. */
export function tapsFor(inputs: number, outputs: number, interpolation: Interpolation, from: number, length: number): ResampleTaps {
  const key = `${inputs}>${outputs}:${interpolation}:${from}+${length}`;
  const known = cache.get(key);
  if (known !== undefined) return known;
  const taps = computeTaps(inputs, outputs, interpolation, from, length);
  if (cache.size >= keptTables) {
    const oldest = cache.keys().next();
    if (oldest.done !== true) cache.delete(oldest.value);
  }
  cache.set(key, taps);
  return taps;
}
