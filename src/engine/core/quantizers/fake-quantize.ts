import { uniformChannelValues, uniformCodes, uniformValues } from '../kernels/uniform-values';
import { gridBounds, type ChannelParameters, type UniformParameters } from './uniform-parameters';

/**
 * Fake quantisation: x_hat = clamp(rne(f(x / delta)), -zp, L - 1 - zp) * delta, each step rounded to float32. A
 * fractional zero point (scale reparameterisation in `reference` arithmetic) needs no other formula.
 *
 * @param out as long as x, may be x
 */
export function fakeQuantize(x: Float32Array, out: Float32Array, parameters: UniformParameters, bits: number): void {
  const { low, high } = gridBounds(parameters.zeroPoint, bits);
  uniformValues(x, out, 0, x.length, parameters.delta, low, high);
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
  uniformChannelValues(x, out, 0, x.length / delta.length, delta, low, high);
}

/** Fake quantisation of a weight [rows, columns] with a grid for each row; a convolution's kernel counts as columns. */
export function fakeQuantizeRows(
  weight: Float32Array,
  out: Float32Array,
  { delta, zeroPoint }: ChannelParameters,
  bits: number,
): void {
  const columns = weight.length / delta.length;
  for (let row = 0; row < delta.length; row++) {
    const { low, high } = gridBounds(zeroPoint[row], bits);
    uniformValues(weight, out, row * columns, (row + 1) * columns, delta[row], low, high);
  }
}

/**
 * Codes 0 .. L - 1 of x.
 * @throws Error when the zero point is not whole: such a grid has no integer codes
 */
export function encodeUniform(x: Float32Array, codes: Uint8Array, parameters: UniformParameters, bits: number): void {
  requireWhole(parameters.zeroPoint);
  const { low, high } = gridBounds(parameters.zeroPoint, bits);
  uniformCodes(x, codes, 0, x.length, parameters.delta, low, high);
}

/** Codes of a weight [rows, columns] with a grid for each row. */
export function encodeUniformRows(
  weight: Float32Array,
  codes: Uint8Array,
  { delta, zeroPoint }: ChannelParameters,
  bits: number,
): void {
  const columns = weight.length / delta.length;
  for (let row = 0; row < delta.length; row++) {
    requireWhole(zeroPoint[row]);
    const { low, high } = gridBounds(zeroPoint[row], bits);
    uniformCodes(weight, codes, row * columns, (row + 1) * columns, delta[row], low, high);
  }
}

function requireWhole(zeroPoint: number): void {
  if (!Number.isInteger(zeroPoint)) throw new Error(`codes need a whole zero point, got ${zeroPoint}`);
}
