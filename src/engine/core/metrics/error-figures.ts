/** Error of one tensor against another. */
import type { ErrorFigures } from '../../../shared/attention';

/**
 * SQNR in dB = 10 log10(|x|^2 / |x - y|^2) (null when equal), relative L2 = |x - y| / |x| and cosine, sums in double.
 * A zero reference has relative L2 0 when y is zero too, else infinity is clamped to the largest double.
 */
export function errorFigures(expected: Float32Array, actual: Float32Array): ErrorFigures {
  if (expected.length !== actual.length) throw new Error(`${actual.length} values against ${expected.length}`);
  let signal = 0;
  let noise = 0;
  let other = 0;
  let dot = 0;
  for (let i = 0; i < expected.length; i++) {
    const x = expected[i];
    const y = actual[i];
    const d = x - y;
    signal += x * x;
    noise += d * d;
    other += y * y;
    dot += x * y;
  }
  if (noise === 0) return { sqnrDb: null, relativeL2: 0, cosine: 1 };
  return {
    sqnrDb: signal === 0 ? -Number.MAX_VALUE : 10 * Math.log10(signal / noise),
    relativeL2: signal === 0 ? Number.MAX_VALUE : Math.sqrt(noise / signal),
    cosine: signal === 0 || other === 0 ? 0 : dot / Math.sqrt(signal * other),
  };
}
