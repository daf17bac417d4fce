/** The bins of the density of attention values (see shared/levels.ts): where they begin. */
import { binsPerOctave, densityBins, densityOctaves } from '../../../shared/levels';
import { floatBits } from '../kernels/float-bits';

/** Bits of the least float of bins 1, 2, ...: the least above zero, then the float32 next to 2^(-24 + i / 8). */
export function binThresholds(): Int32Array {
  return Int32Array.from({ length: densityBins - 1 }, (_, i) => (i === 0 ? 1 : floatBits(2 ** (-densityOctaves + (i - 1) / binsPerOctave))));
}
