import { forEachRange } from './slabs';
import { gridBounds, type ChannelParameters, type UniformParameters } from './uniform-parameters';
import { uniformChannelValues, uniformCodes, uniformValues } from './uniform-values';

/**
 * Fake quantisation: x_hat = clamp(rne(f(x / delta)), -zp, L - 1 - zp) * delta, each step rounded to float32. A
 * fractional zero point (scale reparameterisation in `reference` arithmetic) needs no other formula.
 *
 * @param out as long as x, may be x
 */
export function fakeQuantize(x: Float32Array, out: Float32Array, parameters: UniformParameters, bits: number): void {
  const { low, high } = gridBounds(parameters.zeroPoint, bits);
  forEachRange(x.length, 1, (from, to) => uniformValues(x, out, from, to, parameters.delta, low, high));
}

/** Fake quantisation with a grid for each channel; channels are the last axis of x [.., channels]. */
export function fakeQuantizeChannels(
  x: Float32Array,
  out: Float32Array,
  { delta, zeroPoint }: ChannelParameters,
  bits: number,
): void {
  const low = Float64Array.from(zeroPoint, (zp) => gridBounds(zp, bits).low);
  const high = Float64Array.from(zeroPoint, (zp) => gridBounds(zp, bits).high);
  const steps = Float32Array.from(delta);
  forEachRange(x.length, steps.length, (from, to) => uniformChannelValues(x, out, from, to, steps, low, high));
}

/**
 * Codes 0 .. L - 1 of x.
 * @throws Error when the zero point is not whole: such a grid has no integer codes
 */
export function encodeUniform(x: Float32Array, codes: Uint8Array, parameters: UniformParameters, bits: number): void {
  requireWhole(parameters.zeroPoint);
  const { low, high } = gridBounds(parameters.zeroPoint, bits);
  forEachRange(x.length, 1, (from, to) => uniformCodes(x, codes, from, to, parameters.delta, low, high));
}

/** A grid has integer codes only when its zero point is whole. */
export function requireWhole(zeroPoint: number): void {
  if (!Number.isInteger(zeroPoint)) throw new Error(`codes need a whole zero point, got ${zeroPoint}`);
}
