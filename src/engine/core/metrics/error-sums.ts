/** Error of a tensor that comes in pieces: four sums in double, from which the figures of all pieces together follow. */
import type { ErrorFigures } from '../../../shared/attention';

export interface ErrorSums {
  /** |x|^2, |x - y|^2, |y|^2 and x.y of the expected x and the actual y. */
  readonly signal: number;
  readonly noise: number;
  readonly other: number;
  readonly dot: number;
}

export const noError: ErrorSums = { signal: 0, noise: 0, other: 0, dot: 0 };

/** Elements per call: a function that is called often is compiled as a whole. */
const slab = 8192;

/** Sums over the first `length` elements of both. Throws when they are not as many. */
export function errorSums(expected: Float32Array, actual: Float32Array, length = expected.length): ErrorSums {
  if (expected.length !== actual.length) throw new Error(`${actual.length} values against ${expected.length}`);
  const sums = new Float64Array(4);
  for (let from = 0; from < length; from += slab) addSlab(expected, actual, from, Math.min(length, from + slab), sums);
  return { signal: sums[0], noise: sums[1], other: sums[2], dot: sums[3] };
}

function addSlab(expected: Float32Array, actual: Float32Array, from: number, to: number, sums: Float64Array): void {
  let signal = 0;
  let noise = 0;
  let other = 0;
  let dot = 0;
  for (let i = from; i < to; i++) {
    const x = expected[i];
    const y = actual[i];
    const d = x - y;
    signal += x * x;
    noise += d * d;
    other += y * y;
    dot += x * y;
  }
  sums[0] += signal;
  sums[1] += noise;
  sums[2] += other;
  sums[3] += dot;
}

/** The sums of both pieces together. */
export function addSums(a: ErrorSums, b: ErrorSums): ErrorSums {
  return { signal: a.signal + b.signal, noise: a.noise + b.noise, other: a.other + b.other, dot: a.dot + b.dot };
}

/**
 * SQNR in dB = 10 log10(|x|^2 / |x - y|^2) (null when equal), relative L2 = |x - y| / |x| and cosine.
 * A zero reference has relative L2 0 when y is zero too, else infinity is clamped to the largest double.
 */
export function figuresOf({ signal, noise, other, dot }: ErrorSums): ErrorFigures {
  if (noise === 0) return { sqnrDb: null, relativeL2: 0, cosine: 1 };
  return {
    sqnrDb: signal === 0 ? -Number.MAX_VALUE : 10 * Math.log10(signal / noise),
    relativeL2: signal === 0 ? Number.MAX_VALUE : Math.sqrt(noise / signal),
    cosine: signal === 0 || other === 0 ? 0 : dot / Math.sqrt(signal * other),
  };
}
