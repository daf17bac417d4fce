/** What this processor does with uint8 x int8 products: with AVX2 alone, sums of two of them saturate at 16 bits. Found out by multiplying. */
import { fail } from '../../../shared/failure';
import type { IntegerMachine } from '../../core/graph/integer/integer-plan';
import { multiplyCodes } from './multiply-codes';

/** Long enough for every inner loop of the kernels. */
const length = 64;

/** Multiplies the largest codes there are. Throws when even uint8 x uint8 products are wrong: then there is no integer arithmetic here. */
export async function probeMachine(): Promise<IntegerMachine> {
  const input = new Uint8Array(length).fill(255);
  const signed = await multiplyCodes({ rows: 1, inner: length, columns: 1, input, inputZero: 0, weight: new Int8Array(length).fill(-128), weightZero: new Int8Array(1), constant: true });
  const unsigned = await multiplyCodes({ rows: 1, inner: length, columns: 1, input, inputZero: 0, weight: new Uint8Array(length).fill(255), weightZero: new Uint8Array(1), constant: true });
  if (unsigned[0] !== length * 255 * 255) {
    throw fail('internal', 'ONNX Runtime multiplies bytes wrongly on this processor', { expected: `${length * 255 * 255}, it gives ${unsigned[0]}`, next: 'Use --arithmetic reference' });
  }
  return { saturates: signed[0] !== length * 255 * -128 };
}
