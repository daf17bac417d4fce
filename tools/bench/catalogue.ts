/** Every measurement there is, in the order of the answer. */
import { calibrationBench } from './benches/calibration';
import { evaluationBench } from './benches/evaluation';
import { kernelBench } from './benches/kernels';
import { memoryEstimateBench } from './benches/memory-estimate';
import { memoryFlatBench } from './benches/memory-flat';
import { schemesBench } from './benches/schemes';
import { workersBench } from './benches/workers';
import type { Bench } from './row';

export const benches: readonly Bench[] = [
  kernelBench,
  evaluationBench('deit_tiny', ['Sqrt2_17', 'BitLog2_Half_17']),
  evaluationBench('deit_small', ['Sqrt2_17', 'BitLog2_Half_17']),
  evaluationBench('swin_tiny', ['BitLog2_Half_17']),
  calibrationBench('deit_tiny', true),
  calibrationBench('deit_small', false),
  calibrationBench('swin_tiny', false),
  schemesBench,
  workersBench,
  memoryFlatBench,
  memoryEstimateBench,
];
