import { requireWhole } from './uniform';
import { gridBounds, type ChannelParameters } from './uniform-parameters';
import { uniformCodes, uniformValues } from './uniform-values';

/**
 * Fake quantisation of a weight with a grid for each row (output channel).
 *
 * @param weight [rows, columns], row-major; a convolution's kernel counts as columns
 * @param out where the values go; a new array unless given, may be `weight`
 */
export function fakeQuantizeRows(
  weight: Float32Array,
  rows: number,
  { delta, zeroPoint }: ChannelParameters,
  bits: number,
  out: Float32Array = new Float32Array(weight.length),
): Float32Array {
  const columns = weight.length / rows;
  for (let row = 0; row < rows; row++) {
    const { low, high } = gridBounds(zeroPoint[row], bits);
    uniformValues(weight, out, row * columns, (row + 1) * columns, delta[row], low, high);
  }
  return out;
}

/**
 * Codes 0 .. L - 1 of a weight with a grid for each row.
 *
 * @param weight [rows, columns], row-major
 * @throws Error when a zero point is not whole
 */
export function encodeUniformRows(
  weight: Float32Array,
  rows: number,
  { delta, zeroPoint }: ChannelParameters,
  bits: number,
): Uint8Array {
  const columns = weight.length / rows;
  const codes = new Uint8Array(weight.length);
  for (let row = 0; row < rows; row++) {
    requireWhole(zeroPoint[row]);
    const { low, high } = gridBounds(zeroPoint[row], bits);
    uniformCodes(weight, codes, row * columns, (row + 1) * columns, delta[row], low, high);
  }
  return codes;
}
