/** Error of one tensor against another. */
import type { ErrorFigures } from '../../../shared/attention';
import { errorSums, figuresOf } from './error-sums';

/** SQNR, relative L2 and cosine of the whole tensor, as `figuresOf` says; sums in double. */
export function errorFigures(expected: Float32Array, actual: Float32Array): ErrorFigures {
  return figuresOf(errorSums(expected, actual));
}
