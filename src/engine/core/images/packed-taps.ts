/** Taps in the layout of the WebAssembly kernel (src/engine/kernels-as/resample.ts): weights in two halves of 16 bits, two taps side by side. */
import { fractionBits, tapsFor, type ResampleTaps } from './resample-taps';
import type { Interpolation } from './resample-filters';

export interface PackedTaps {
  /** Taps of every output sample; a multiple of 4, filled up with weights of 0. */
  readonly taps: number;
  /** First input sample of each output sample, [length]. */
  readonly starts: Int32Array;
  /** First input sample that any output sample needs. */
  readonly first: number;
  /** Input samples from `first` on that are needed. */
  readonly reach: number;
  /** For every two taps two words: the low halves (signed) of both weights, then the high halves, [length, taps]. */
  readonly weights: Int32Array;
}

/** `weight` = low + 65536 * high with both in int16: exact dot products of 16 bits then give the exact sum. */
function pack(first: number, second: number): readonly [number, number] {
  const low = [(first << 16) >> 16, (second << 16) >> 16] as const;
  const high = [(first - low[0]) >> 16, (second - low[1]) >> 16] as const;
  return [(low[0] & 0xffff) | (low[1] << 16), (high[0] & 0xffff) | (high[1] << 16)];
}

export function packTaps({ starts, counts, weights, width }: ResampleTaps): PackedTaps {
  let most = 0;
  let first = starts[0];
  let end = 0;
  for (let output = 0; output < counts.length; output++) {
    most = Math.max(most, counts[output]);
    first = Math.min(first, starts[output]);
    end = Math.max(end, starts[output] + counts[output]);
  }
  const taps = Math.ceil(most / 4) * 4;
  const packed = new Int32Array(counts.length * taps);
  for (let output = 0; output < counts.length; output++) {
    const weight = (tap: number): number => (tap < counts[output] ? weights[output * width + tap] : 0);
    for (let tap = 0; tap < taps; tap += 2) packed.set(pack(weight(tap), weight(tap + 1)), output * taps + tap);
  }
  return { taps, starts, first, reach: end - first, weights: packed };
}

/** One tap of weight 1: a direction that keeps its size is copied, as in Pillow. */
function copyingTaps(from: number, length: number): PackedTaps {
  const weights = new Int32Array(length * 4);
  const [, high] = pack(1 << fractionBits, 0);
  for (let output = 0; output < length; output++) weights[output * 4 + 1] = high;
  return { taps: 4, starts: Int32Array.from({ length }, (_, output) => from + output), first: from, reach: length, weights };
}

/** By the taps that they come from, which are kept as long as sizes are in use. */
const known = new WeakMap<ResampleTaps, PackedTaps>();

/** Packed taps of the output samples from..from+length-1 when `inputs` samples become `outputs`. */
export function packedTapsFor(inputs: number, outputs: number, interpolation: Interpolation, from: number, length: number): PackedTaps {
  if (inputs === outputs) return copyingTaps(from, length);
  const taps = tapsFor(inputs, outputs, interpolation, from, length);
  const found = known.get(taps) ?? packTaps(taps);
  known.set(taps, found);
  return found;
}
