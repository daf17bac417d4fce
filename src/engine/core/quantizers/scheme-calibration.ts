import type { Chunks } from '../kernels/chunk-source';
import type { Poll } from '../kernels/slabs';
import type { Scheme, SchemeParameters } from './scheme';

/**
 * Finds the parameters of an attention-map scheme on the calibration batch.
 *
 * @param chunks softmax outputs that together are the tensor; never concatenated
 * @param aBits bits of the activations
 * @param poll called at least every 2 million elements, may throw to stop
 * @throws UnusableTensorError when the tensor is empty or holds NaN or infinity
 */
export function calibrateScheme(
  scheme: Scheme,
  chunks: Chunks,
  aBits: number,
  poll?: Poll,
): SchemeParameters {
  if (scheme.kind === 'none') throw new Error('scheme none leaves the map in FP32: there is nothing to calibrate');
  return scheme.calibrate(chunks, aBits, poll);
}
