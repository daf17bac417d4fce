import { ROUNDING_SHIFT } from './round-half-even';

/**
 * x_hat = clamp(rne(f(x / delta)), low, high) * delta over [from .. to), at the same positions of `out`, which may be
 * `x`. NaN stays NaN.
 */
export function uniformValues(
  x: Float32Array,
  out: Float32Array,
  from: number,
  to: number,
  delta: number,
  low: number,
  high: number,
): void {
  for (let i = from; i < to; i++) {
    let q = Math.fround(x[i] / delta) + ROUNDING_SHIFT - ROUNDING_SHIFT;
    if (q < low) q = low;
    else if (q > high) q = high;
    out[i] = q * delta;
  }
}

/** As `uniformValues`, with a grid for each channel, which is the last axis of x. `from` and `to` are rows. */
export function uniformChannelValues(
  x: Float32Array,
  out: Float32Array,
  from: number,
  to: number,
  delta: Float32Array,
  low: Float64Array,
  high: Float64Array,
): void {
  const channels = delta.length;
  for (let row = from; row < to; row++) {
    const start = row * channels;
    for (let c = 0; c < channels; c++) {
      let q = Math.fround(x[start + c] / delta[c]) + ROUNDING_SHIFT - ROUNDING_SHIFT;
      if (q < low[c]) q = low[c];
      else if (q > high[c]) q = high[c];
      out[start + c] = q * delta[c];
    }
  }
}

/** Codes clamp(rne(f(x / delta)), low, high) - low: 0 .. L - 1 for a whole zero point. */
export function uniformCodes(
  x: Float32Array,
  codes: Uint8Array,
  from: number,
  to: number,
  delta: number,
  low: number,
  high: number,
): void {
  for (let i = from; i < to; i++) {
    let q = Math.fround(x[i] / delta) + ROUNDING_SHIFT - ROUNDING_SHIFT;
    if (q < low) q = low;
    else if (q > high) q = high;
    codes[i] = q - low;
  }
}
